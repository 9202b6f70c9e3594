// Clips that Heed has made out of pictures it had kept, in the media folder like any other. Beside each lies, hidden, what was done to
// its pictures before: what is masked or cut in them already must not be cut once more.
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import type { MovingPicture, TimedPicture, Clock } from '../../nodes/contract/capabilities.ts'
import { PictureFilterSchema } from '../../nodes/contract/frames.ts'
import type { CameraDeps } from './camera.ts'
import { resolveClip } from './clip-path.ts'
import { packClip, type StillPicture } from './pack-clip.ts'
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import { lowerPriority } from '../child-environment.ts'
import { burnFilters } from './burn-arguments.ts'
import { startChild } from './child.ts'
import { quietArguments } from './output-arguments.ts'
import type { Tools } from './tools.ts'

const MadeSchema = z.object({
  /** The wall time of its second 0. ISO 8601. */
  startAt: z.string(),
  filters: z.array(PictureFilterSchema),
})
export type MadeClip = z.infer<typeof MadeSchema>

export interface ClipOrder {
  name: string
  pictures: AsyncIterable<StillPicture>
  perS: number
  /** Burned into them already. */
  filters: MadeClip['filters']
  /** For one rehearsal: out of sight, and gone after a few days. */
  isPassing?: boolean
}

export interface MovingOrder {
  pictures: readonly TimedPicture[]
  form: 'mp4' | 'gif'
  /** How many times as long as it was. */
  slower: number
}

export interface CutOrder {
  name: string
  path: string
  fromS: number
  toS: number
  filters: MadeClip['filters']
  /** The wall time of the part's second 0. ISO 8601. */
  startAt: string
}

export interface MadeClips {
  make(order: ClipOrder, signal?: AbortSignal): Promise<MadeClip & { path: string; seconds: number }>
  /** A few pictures as one file that plays by itself, out of order with nothing: only its bytes are kept, by whoever asked. */
  moving(order: MovingOrder, signal?: AbortSignal): Promise<MovingPicture>
  /** A part of a clip, masked and without sound, out of sight like the others that pass. */
  cut(order: CutOrder, signal?: AbortSignal): Promise<MadeClip & { path: string }>
  /** Its bytes. Throws FatalError CAMERA_PATH_REFUSED, CAMERA_NOT_FOUND. */
  readClip(path: string): Promise<Readable>
  /** Undefined for a clip that somebody uploaded. */
  madeOf(path: string): Promise<MadeClip | undefined>
}

/** Below the media folder; a name with a dot is in no list of clips. */
const passing = '.stretches'
const passingMs = 3 * 24 * 3_600_000
/** Longer ones are not recoded: that would take minutes. */
const mostRecoded = 1_500

export const besideClip = (path: string): string => join(dirname(path), `.${basename(path)}.made.json`)

/** `place` gives a finished file its name in a folder, and says which one it became. */
export function createMadeClips(
  deps: CameraDeps,
  place: (folder: string, part: string, wanted: string) => Promise<string>,
): MadeClips {
  const media = deps.folders.media
  let made = 0
  return {
    make: async ({ filters, isPassing, name, perS, pictures }, signal = new AbortController().signal) => {
      const folder = isPassing ? join(media, passing) : media
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if (isPassing) await sweep(folder, deps.clock.nowMs())
      const part = `.upload-made-${process.pid}-${deps.clock.nowMs()}-${made++}`
      const tools = await deps.tools()
      const { isFew, all } = await lookAhead(pictures, mostRecoded)
      const form = isFew && tools.encodesH264 ? 'mp4' : 'mkv'
      const packed = await packClip(
        { tools, clock: deps.clock },
        { pictures: all, perS, form, path: join(folder, part), signal },
      )
      const placed = await place(folder, part, `${name}.${form}`)
      const clip: MadeClip = { startAt: new Date(packed.startMs).toISOString(), filters }
      await writeFile(besideClip(join(folder, placed)), JSON.stringify(clip), { mode: 0o600 })
      return { ...clip, path: isPassing ? join(passing, placed) : placed, seconds: packed.seconds }
    },
    moving: async ({ form, pictures, slower }, signal = new AbortController().signal) => {
      const folder = join(media, passing)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `.upload-moving-${process.pid}-${deps.clock.nowMs()}-${made++}`)
      const stills = pictures.map(({ jpeg, mediaTimeS }) => ({ atMs: mediaTimeS * 1000, jpeg }))
      const tools = await deps.tools()
      // Where H.264 cannot be made, a GIF plays as well.
      const given = form === 'mp4' && !tools.encodesH264 ? 'gif' : form
      const order = { pictures: stills, perS: 1, form: given, slower, path, signal }
      const { seconds } = await packClip({ tools, clock: deps.clock }, order)
      try {
        const contentType = given === 'gif' ? 'image/gif' : 'video/mp4'
        return { bytes: new Uint8Array(await readFile(path)), contentType, durationS: seconds + slower }
      } finally {
        await rm(path, { force: true })
      }
    },
    cut: async ({ name, startAt, ...order }, signal = new AbortController().signal) => {
      const folder = join(media, passing)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await sweep(folder, deps.clock.nowMs())
      const part = `.upload-cut-${process.pid}-${deps.clock.nowMs()}-${made++}`
      const file = await resolveClip(order.path, deps.folders)
      const tools = await deps.tools()
      await cutClip({ tools, clock: deps.clock }, { ...order, file, path: join(folder, part), signal })
      const placed = await place(folder, part, `${name}.mp4`)
      const clip: MadeClip = { startAt, filters: order.filters }
      await writeFile(besideClip(join(folder, placed)), JSON.stringify(clip), { mode: 0o600 })
      return { ...clip, path: join(passing, placed) }
    },
    readClip: async (path) => createReadStream(await resolveClip(path, deps.folders)),
    madeOf: async (path) => {
      const real = await resolveClip(path, deps.folders).catch(() => undefined)
      const isOurs = real !== undefined && !relative(await realpath(media), real).startsWith('..')
      const text = isOurs ? await readFile(besideClip(real), 'utf8').catch(() => undefined) : undefined
      if (text === undefined) return undefined
      const read = MadeSchema.safeParse(JSON.parse(text))
      return read.success ? read.data : undefined
    },
  }
}

/** Whether there are at most so many, without losing any. */
async function lookAhead(
  pictures: AsyncIterable<StillPicture>,
  most: number,
): Promise<{ isFew: boolean; all: AsyncIterable<StillPicture> }> {
  const each = pictures[Symbol.asyncIterator]()
  const seen: StillPicture[] = []
  let isOver = false
  while (!isOver && seen.length <= most) {
    const next = await each.next()
    if (next.done) isOver = true
    else seen.push(next.value)
  }
  async function* all(): AsyncGenerator<StillPicture, void, void> {
    yield* seen.splice(0)
    if (isOver) return
    for (;;) {
      const next = await each.next()
      if (next.done) return
      yield next.value
    }
  }
  return { isFew: seen.length <= most, all: all() }
}

async function sweep(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const info = await stat(join(folder, name)).catch(() => undefined)
    if (info && nowMs - info.mtimeMs > passingMs) await rm(join(folder, name), { force: true })
  }
}

// A part of a clip as a clip of its own, with masks burned in and without its sound: what may be given away of it. Keeps nothing.
interface Cut {
  /** An absolute path. */
  file: string
  fromS: number
  toS: number
  filters: readonly PictureFilter[]
  path: string
  signal: AbortSignal
}

const shown = "scale=w='2*trunc(min(1280,iw*sar)/2)':h=-2,setsar=1"

/** Throws RetryableError MEDIA_PACKING_FAILED, StoppedError. */
async function cutClip({ clock, tools }: { tools: Tools; clock: Clock }, cut: Cut): Promise<void> {
  const { file, filters, fromS, path, signal, toS } = cut
  const command = [
    ...tools.bound,
    tools.ffmpeg,
    ...quietArguments,
    ...['-ss', String(Math.max(0, fromS)), '-t', String(toS - Math.max(0, fromS)), '-i', file, '-an'],
    ...['-vf', `${burnFilters(filters)}${shown},format=yuv420p`, ...tools.passthrough],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-g', '10', '-threads', '1'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', path],
  ]
  const child = startChild(clock, command, { lastPipe: 2, env: {} })
  if (child.pid !== undefined) lowerPriority(child.pid)
  const stop = (): void => void child.stop()
  signal.addEventListener('abort', stop, { once: true })
  const { exitCode, lastWords } = await child.ended
  signal.removeEventListener('abort', stop)
  if (exitCode === 0) return
  await rm(path, { force: true })
  if (signal.aborted) throw new StoppedError()
  const words = lastWords.trim().split('\n').at(-1) || 'ffmpeg ended without a word.'
  throw new RetryableError('MEDIA_PACKING_FAILED', `No clip could be made of the pictures: ${words}`)
}
