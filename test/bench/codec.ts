// AdaCodec: milliseconds of CPU a frame and the share of tokens it sends, on the labelled clips or, without them, on made ones.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import adacodec from '../../nodes/video/adacodec.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import { clipsFolder, hasClips, readClips } from '../support/clip-labels.ts'
import { makeClip } from '../support/make-clip.ts'
import { createMediaBench } from '../support/media-bench.ts'
import { testNode } from '../support/test-node.ts'
import { percentile, type Row } from './row.ts'

const rounds = 5

async function codeClip(frames: Frame[]): Promise<{ ms: number[]; sent: number; fullRate: number; full: number }> {
  const ms: number[] = []
  let sent = 0,
    fullRate = 0,
    full = 0
  for (let round = 0; round < rounds; round++) {
    const node = testNode(adacodec, {})
    sent = fullRate = full = 0
    for (const frame of frames) {
      const before = process.cpuUsage()
      const { frames: coded } = (await node.tick({ frames: frame }, { mediaTimeS: frame.mediaTimeS })) as {
        frames: Frame
      }
      const used = process.cpuUsage(before)
      ms.push((used.user + used.system) / 1000)
      sent += coded.visualTokens
      fullRate += coded.fullRateTokens
      if (coded.kind === 'I') full++
    }
  }
  return { ms, sent, fullRate, full }
}

export async function benchCodec(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-bench-codec-'))
  const clips = hasClips ? readClips().map(({ file }) => ({ name: file, path: join(clipsFolder, file) })) : []
  if (clips.length === 0)
    clips.push({
      name: 'made: moving test picture',
      path: await makeClip(join(folder, 'made.mp4'), { seconds: 20, size: '640x480' }),
    })
  const rows: Row[] = []
  const all: number[] = []
  // All at once, because each plays at its own speed.
  const bench = await createMediaBench({ mediaDirs: [clipsFolder, folder] })
  const played = await Promise.all(
    clips.map(async ({ name, path }) => ({
      name,
      frames: (await bench.watch({ kind: 'file', path, loop: false }).ended).frames,
    })),
  )
  await bench.close()
  for (const { name, frames } of played) {
    const { ms, sent, fullRate, full } = await codeClip(frames)
    all.push(...ms)
    rows.push({
      area: 'adacodec',
      what: name,
      value: sent / fullRate,
      unit: 'of the tokens',
      beside: `${full} I of ${frames.length} frames, p50 ${percentile(ms, 0.5).toFixed(2)} ms a frame`,
    })
  }
  rows.push({
    area: 'adacodec',
    what: 'CPU a frame, p95 over all clips',
    value: percentile(all, 0.95),
    unit: 'ms',
    target: 'at most 3 ms',
  })
  await rm(folder, { recursive: true, force: true })
  return rows
}
