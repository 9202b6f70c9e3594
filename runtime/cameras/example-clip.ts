// The example as a clip in the library: drawn and encoded the first time somebody asks for it, a matter of seconds.
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FatalError } from '../../nodes/contract/errors.ts'
import { startChild } from './child.ts'
import type { CameraDeps } from './camera.ts'
import { exampleS } from './example-figure.ts'
import { drawExample, drawRoom, height, width } from './example-scene.ts'

/** Its name among the clips. */
export const examplePath = 'heed-example.mp4'
const framesPerSecond = 12

export interface ExampleClip {
  path: string
  durationS: number
}

/** Makes it once; whoever asks meanwhile waits for the same one. */
export function createExample(deps: Pick<CameraDeps, 'clock' | 'tools' | 'folders'>): () => Promise<ExampleClip> {
  let making: Promise<void> | undefined
  return async () => {
    const path = join(deps.folders.media, examplePath)
    const there = await stat(path).catch(() => undefined)
    if (!there || there.size === 0)
      await (making ??= make(deps, path).finally(() => {
        making = undefined
      }))
    return { path: examplePath, durationS: exampleS }
  }
}

async function make({ clock, tools, folders }: Pick<CameraDeps, 'clock' | 'tools' | 'folders'>, path: string) {
  const { ffmpeg } = await tools()
  await mkdir(folders.media, { recursive: true })
  const part = join(folders.media, `.upload-example-${process.pid}-${clock.nowMs()}.mp4`)
  const child = startChild(clock, [ffmpeg, ...argumentsFor(part)], { lastPipe: 2, feed: true, env: {} })
  for (const fd of [1, 2]) if (child.has(fd)) child.output(fd).resume()
  try {
    // Where it is gone before it has read everything, `ended` says why.
    if (child.stdin) await pipeline(Readable.from(frames()), child.stdin).catch(() => undefined)
    const { exitCode, lastWords } = await child.ended
    if (exitCode !== 0)
      throw new FatalError('MEDIA_EXAMPLE_FAILED', `ffmpeg could not make the example here. ${lastWords}`.trim())
    await rename(part, path)
  } finally {
    await child.stop()
    await rm(part, { force: true })
  }
}

function* frames(): Generator<Buffer> {
  const room = drawRoom()
  for (let frame = 0; frame < exampleS * framesPerSecond; frame++)
    yield Buffer.from(drawExample(room, frame / framesPerSecond).buffer)
}

/** Whatever encoder this ffmpeg has for MP4. */
function argumentsFor(path: string): string[] {
  const picture = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${width}x${height}`]
  const rate = ['-framerate', String(framesPerSecond), '-i', 'pipe:0', '-g', String(framesPerSecond), '-bf', '0']
  return ['-loglevel', 'error', ...picture, ...rate, '-pix_fmt', 'yuv420p', '-f', 'mp4', '-y', path]
}
