// Single pictures made into one file by ffmpeg: a clip that keeps each picture's true time, or a moving picture for a chat. Knows no
// folder and keeps nothing: what fails leaves nothing behind.
import { rm } from 'node:fs/promises'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { BadRequestError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { lowerPriority } from '../child-environment.ts'
import { startChild, type Child } from './child.ts'
import { readPicture } from './jpeg-stream.ts'
import { matroskaHead, matroskaPicture } from './matroska.ts'
import { quietArguments } from './output-arguments.ts'
import type { Tools } from './tools.ts'

export interface StillPicture {
  /** Wall clock, ms since 1970. */
  atMs: number
  jpeg: Uint8Array
}

/** `mp4` plays everywhere; `mkv` holds the very same JPEGs and costs nothing; `gif` repeats for ever. */
export type PackForm = 'mp4' | 'mkv' | 'gif'

export interface Packing {
  pictures: AsyncIterable<StillPicture> | Iterable<StillPicture>
  /** About how many a second: each is laid on its own slot, where it is less than half of one away. */
  perS: number
  form: PackForm
  /** How much slower than it was: 2 takes twice as long. */
  slower?: number
  path: string
  signal: AbortSignal
}

export interface Packed {
  pictures: number
  /** Of the first picture. */
  startMs: number
  seconds: number
}

/** Throws BadRequestError MEDIA_NO_PICTURES, RetryableError MEDIA_PACKING_FAILED or MEDIA_DISK_FULL, StoppedError. */
export async function packClip(deps: { tools: Tools; clock: Clock }, packing: Packing): Promise<Packed> {
  const { path, signal } = packing
  const { ffmpeg, bound } = deps.tools
  const pictures = slotted(packing)
  const first = await pictures.next()
  const size = first.done ? undefined : readPicture(first.value.jpeg)
  if (first.done || !size) throw new BadRequestError('MEDIA_NO_PICTURES', 'There is no picture to make a clip of.')
  const command = [
    ...bound,
    ffmpeg,
    ...quietArguments.filter((argument) => argument !== '-nostdin'),
    ...['-f', 'matroska', '-i', 'pipe:0'],
    ...outputOf(packing, deps.tools),
    ...['-y', path],
  ]
  const child = startChild(deps.clock, command, { lastPipe: 2, feed: true, env: {} })
  if (child.pid !== undefined) lowerPriority(child.pid)
  const stop = (): void => void child.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const packed = await feed(child, size, first.value, pictures, signal)
    const { exitCode, lastWords } = await child.ended
    if (signal.aborted) throw new StoppedError()
    if (exitCode !== 0) throw failed(lastWords)
    return { ...packed, seconds: packed.seconds * (packing.slower ?? 1) }
  } catch (error) {
    await child.stop()
    await rm(path, { force: true })
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface Slotted extends StillPicture {
  ms: number
}

/** Pictures of a live camera come a little early or late: on even slots none falls into the second of its neighbour. */
async function* slotted({ perS, pictures }: Packing): AsyncGenerator<Slotted, void, void> {
  const slotMs = 1000 / perS
  let startMs: number | undefined
  let lastMs = -1
  for await (const picture of pictures) {
    startMs ??= picture.atMs
    const slot = Math.round((picture.atMs - startMs) / slotMs)
    const ms = Math.round(slot * slotMs)
    // Two in one slot: the later one has one to itself only if the next is free, and that is not known yet.
    if (ms <= lastMs) continue
    lastMs = ms
    yield { ...picture, ms }
  }
}

async function feed(
  child: Child,
  size: { width: number; height: number },
  first: Slotted,
  rest: AsyncGenerator<Slotted, void, void>,
  signal: AbortSignal,
): Promise<Packed> {
  let lastMs = first.ms
  let pictures = 0
  const write = async (bytes: Uint8Array): Promise<boolean> => {
    const { stdin } = child
    if (signal.aborted || !stdin?.writable) return false
    if (stdin.write(bytes)) return true
    // Its end closes the pipe as well.
    return await new Promise((resolve) => {
      stdin.once('drain', () => resolve(true)).once('close', () => resolve(false))
    })
  }
  const put = async (picture: Slotted): Promise<boolean> => {
    pictures++
    lastMs = picture.ms
    return await write(matroskaPicture(picture))
  }
  let isOpen = (await write(matroskaHead(size))) && (await put(first))
  while (isOpen) {
    const next = await rest.next()
    if (next.done) break
    isOpen = await put(next.value)
  }
  await rest.return()
  child.stdin?.end()
  return { pictures, startMs: first.atMs, seconds: (lastMs - first.ms) / 1000 }
}

const even = 'scale=trunc(iw/2)*2:trunc(ih/2)*2'

function outputOf({ form, slower = 1 }: Packing, { passthrough }: Tools): string[] {
  const slow = slower === 1 ? '' : `setpts=${slower}*PTS,`
  switch (form) {
    case 'mkv':
      return ['-c:v', 'copy', '-f', 'matroska']
    case 'mp4':
      return [
        ...['-vf', `${slow}${even}:in_range=full:out_range=tv,format=yuv420p`, ...passthrough],
        // Key pictures often: a clip is entered at any second.
        ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-g', '10', '-threads', '1'],
        ...['-movflags', '+faststart', '-f', 'mp4'],
      ]
    case 'gif':
      return [
        '-vf',
        `${slow}scale=w='min(480,iw)':h=-2:flags=lanczos,split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer`,
        ...['-loop', '0', '-f', 'gif'],
      ]
  }
}

function failed(words: string): RetryableError {
  if (/no space left|disk quota/i.test(words))
    return new RetryableError(
      'MEDIA_DISK_FULL',
      "There is no room left on this machine's disk for the clip. Make room.",
    )
  const lacks = /unknown encoder/i.test(words)
    ? 'this ffmpeg was built without H.264 (libx264). Put a full build first in PATH.'
    : words.trim().split('\n').at(-1) || 'ffmpeg ended without a word.'
  return new RetryableError('MEDIA_PACKING_FAILED', `No clip could be made of the pictures: ${lacks}`)
}
