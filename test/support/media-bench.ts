// The media capability on a folder of its own, with its logs kept and its cameras closed at the end. Real ffmpeg, real time.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CameraSign, CameraSpec, Log } from '../../nodes/contract/capabilities.ts'
import { CodedError } from '../../nodes/contract/errors.ts'
import { defaultTaps, type FastFrame, type Frame, type Taps } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createMedia, type Media, type MediaOptions } from '../../runtime/cameras/media.ts'
import type { PictureRelay } from '../../runtime/live/messages.ts'
import { memoryPictureRelay } from './memory-bus.ts'

export interface Watched {
  frames: Frame[]
  fast: FastFrame[]
  /** How the camera ended: nothing for a clip that was played, or what was thrown. */
  error: CodedError | undefined
  /** What was learnt of it beside its pictures. */
  signs: CameraSign[]
  /** Wall time in ms of the first frame. */
  startedMs: number
}

export interface Watching {
  /** Resolves with the frame that makes `is` true; rejects when the camera ends before. */
  until(is: (frame: Frame, all: Frame[]) => boolean): Promise<Frame>
  /** Closes the camera, or waits for its own end. */
  stop(): Promise<Watched>
  ended: Promise<Watched>
}

export interface MediaBench {
  media: Media
  /** `media/` below it holds the clips. */
  dataDir: string
  clip(name: string): string
  /** Everything logged, as text. */
  logs(): string
  relay: PictureRelay
  watch(spec: CameraSpec, taps?: Partial<Taps>): Watching
  close(): Promise<void>
}

export const fastTap = { width: 256, height: 192, fps: 8 }

/** `overrides` go to createMedia. */
export async function createMediaBench(overrides: Partial<MediaOptions> = {}): Promise<MediaBench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'heed-media-'))
  await mkdir(join(dataDir, 'media'))
  const lines: string[] = []
  const write = (fields: Record<string, unknown>, text: string): void => {
    lines.push(`${JSON.stringify(fields)} ${text}`)
  }
  const log: Log = { info: write, warn: write, error: write }
  const relay = overrides.relay ?? memoryPictureRelay()
  const media = createMedia({
    dataDir,
    mediaDirs: [],
    clock: systemClock,
    log,
    relay,
    fillCredentials: async (_flow, _node, url) => url,
    egress: createEgress(),
    ...overrides,
  })
  const open = new Set<Watching>()
  return {
    media,
    dataDir,
    relay,
    clip: (name) => join(dataDir, 'media', name),
    logs: () => lines.join('\n'),
    watch: (spec, taps = {}) => {
      const watching = startWatching(media, spec, { ...defaultTaps, ...taps })
      open.add(watching)
      return watching
    },
    close: async () => {
      await Promise.all([...open].map((watching) => watching.stop()))
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function startWatching(media: Media, spec: CameraSpec, taps: Taps): Watching {
  const stopping = new AbortController()
  const frames: Frame[] = [],
    fast: FastFrame[] = [],
    signs: CameraSign[] = []
  const waiting = new Set<() => void>()
  const play = async (): Promise<Watched> => {
    const port = media.forStream({ flowId: 'flow', nodeId: 'cam', streamId: 'flow-cam' })
    let error: CodedError | undefined
    try {
      for await (const frame of port.open(spec, taps, {
        signal: stopping.signal,
        onSign: (sign) => signs.push(sign),
        ...(taps.fast ? { onFast: (one) => fast.push(one) } : {}),
      })) {
        frames.push(frame)
        for (const wake of waiting) wake()
      }
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown
      error = thrown
    }
    return { frames, fast, signs, error, startedMs: frames[0]?.atMs ?? 0 }
  }
  const ended = play()
  ended.catch(() => undefined)
  return {
    ended,
    until: (is) =>
      new Promise((resolve, reject) => {
        let seen = 0
        const wake = (): void => {
          const match = frames.slice(seen).find((frame, index) => is(frame, frames.slice(0, seen + index + 1)))
          seen = frames.length
          if (match) {
            waiting.delete(wake)
            resolve(match)
          }
        }
        waiting.add(wake)
        void ended.then(({ error }) => reject(error ?? new Error('The camera ended.')))
        wake()
      }),
    stop: () => {
      stopping.abort()
      return ended
    },
  }
}

/** Processes of this machine whose command line holds all of `words`: name something that only this test has. */
export async function processesWith(...words: string[]): Promise<number[]> {
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
        return words.every((word) => line.includes(word)) ? [Number(pid)] : []
      }),
  )
  return found.flat()
}

/** What every program that this test file itself has started was told, its name first. */
export async function childLines(): Promise<string[]> {
  const pids = await childrenWith('')
  return await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}

/** Those that this test file itself has started: others may run beside it. */
export async function childrenWith(...words: string[]): Promise<number[]> {
  const parents = await Promise.all(
    (await processesWith(...words)).map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      return { pid, parent: Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]) }
    }),
  )
  return parents.flatMap(({ pid, parent }) => (parent === process.pid ? [pid] : []))
}
