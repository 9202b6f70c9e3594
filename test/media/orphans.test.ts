// A Heed that is killed leaves no ffmpeg behind: not one that plays, and not one that waits for a silent camera.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../runtime/clock.ts'
import { makeClip, publishClip } from '../support/make-clip.ts'
import { createMediaBench, processesWith, type MediaBench } from '../support/media-bench.ts'
import { isAlive } from '../support/processes.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'

const program = fileURLToPath(new URL('../support/media-child.ts', import.meta.url))
// ffmpeg sees the path of a camera and not its port: it is found by a name that no other run has.
const live = `orphan-${process.pid}`
let bench: MediaBench
let camera: RtspServer
let publisher: { stop(): Promise<void> }

beforeAll(async () => {
  bench = await createMediaBench()
  await makeClip(bench.clip('orphan.mp4'), { seconds: 5 })
  camera = await startRtspServer()
  publisher = publishClip(bench.clip('orphan.mp4'), camera.url(live))
  await camera.published(live)
})
afterAll(async () => {
  await publisher.stop()
  await camera.close()
  await bench.close()
})

async function start(env: NodeJS.ProcessEnv, ...cameras: object[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, bench.dataDir, ...cameras.map((spec) => JSON.stringify(spec))], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  while (text.split('\n').length <= cameras.length) text += String((await once(child.stdout!, 'data'))[0])
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** ffmpegs that decode our camera, publishers left out. */
const decoders = (word: string): Promise<number[]> => processesWith('ffmpeg', word, 'filter_complex')
/** The decoder of a clip in a loop, which is named on its stdin. */
async function clipDecoder({ pid }: ChildProcess): Promise<number> {
  for (const found of await decoders('pipe:0'))
    if ((await readFile(`/proc/${found}/stat`, 'utf8')).split(') ')[1]?.split(' ')[1] === String(pid)) return found
  throw new Error('No clip is decoded.')
}

async function withinMs(ms: number, isDone: () => Promise<boolean>): Promise<boolean> {
  for (const endMs = Date.now() + ms; Date.now() < endMs; await systemClock.sleep(50)) if (await isDone()) return true
  return false
}

describe('after a SIGKILL', () => {
  it('the decoder of a clip ends with its pipes, without help of the kernel', async () => {
    const path = join(bench.dataDir, 'bin')
    await mkdir(path)
    for (const tool of ['ffmpeg', 'ffprobe'])
      await symlink(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(path, tool))
    const child = await start({ PATH: path }, { kind: 'file', path: 'orphan.mp4', loop: true })
    const decoder = await clipDecoder(child)
    await kill(child)
    expect(await withinMs(3000, async () => !isAlive(decoder))).toBe(true)
  })

  it('the decoder of a silent camera ends too, where the kernel helps', async () => {
    const child = await start(
      process.env,
      { kind: 'rtsp', url: camera.url(live) },
      { kind: 'file', path: 'orphan.mp4', loop: true },
    )
    camera.pause()
    expect(await decoders(`/${live}`)).toHaveLength(1)
    const decoder = await clipDecoder(child)
    await kill(child)
    expect(await withinMs(1500, async () => (await decoders(`/${live}`)).length === 0 && !isAlive(decoder))).toBe(true)
    camera.resume()
  })
})
