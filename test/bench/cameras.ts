// CPU that a camera costs: our one ffmpeg with all its outputs beside a plain `ffmpeg -vf fps=1` on the same file.
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { defaultTaps, type Taps } from '../../nodes/contract/frames.ts'
import { createMediaBench, fastTap } from '../support/media-bench.ts'
import { makeClip } from '../support/make-clip.ts'
import type { Row } from './row.ts'

const run = promisify(execFile)
const seconds = 20

/** A stand-in for ffmpeg that writes down the CPU time its ffmpeg took: the shell's `times`. */
async function timedFfmpeg(folder: string): Promise<{ path: string; cpuSeconds(): Promise<number> }> {
  const path = join(folder, 'ffmpeg'),
    report = join(folder, 'times')
  await writeFile(path, `#!/bin/sh\nffmpeg "$@"\ncode=$?\ntimes > '${report}'\nexit $code\n`)
  await chmod(path, 0o755)
  return { path, cpuSeconds: async () => readTimes(await readFile(report, 'utf8')) }
}

/** The second line of `times` is what the children took: `0m1.23s 0m0.45s`. */
function readTimes(text: string): number {
  const parts = [...(text.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0)
}

async function ours(clip: string, taps: Taps): Promise<{ ffmpeg: number; node: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-bench-'))
  const timed = await timedFfmpeg(folder)
  const bench = await createMediaBench({
    ffmpegPath: timed.path,
    ffprobePath: 'ffprobe',
    mediaDirs: [join(clip, '..')],
  })
  const before = process.cpuUsage()
  const { frames, error } = await bench.watch({ kind: 'file', path: clip, loop: false }, taps).ended
  const used = process.cpuUsage(before)
  if (error ?? frames.length < seconds - 2) throw error ?? new Error(`Only ${frames.length} frames of ${clip}.`)
  const ffmpeg = await timed.cpuSeconds()
  await bench.close()
  await rm(folder, { recursive: true, force: true })
  return { ffmpeg, node: (used.user + used.system) / 1e6 }
}

async function plain(clip: string): Promise<number> {
  const command =
    'ffmpeg -nostdin -loglevel error -threads 1 -i "$0" -vf fps=1 -c:v mjpeg -f image2pipe - > /dev/null; times'
  return readTimes((await run('sh', ['-c', command, clip])).stdout)
}

/** Needs about a minute and a half: files play at their own speed. */
export async function benchCameras(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-bench-clips-'))
  const media = join(folder, 'media')
  await mkdir(media)
  const rows: Row[] = []
  for (const [name, size] of [
    ['1080p', '1920x1080'],
    ['360p', '640x360'],
  ] as const) {
    const clip = await makeClip(join(media, `${name}.mp4`), { seconds, size, gop: 25 })
    const beside = await plain(clip)
    for (const [label, taps] of [
      ['for a model', defaultTaps],
      ['for a model and edge at 8 fps', { ...defaultTaps, fast: fastTap }],
    ] as const) {
      const cost = await ours(clip, taps)
      const total = cost.ffmpeg + cost.node
      rows.push({
        area: 'camera',
        what: `${name}, ${label}`,
        value: (total / seconds) * 1000,
        unit: 'CPU ms a second',
        beside: `plain fps=1 ${((beside / seconds) * 1000).toFixed(1)}`,
        ratio: total / beside,
      })
    }
  }
  await rm(folder, { recursive: true, force: true })
  return rows
}
