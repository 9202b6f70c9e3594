// Keeps the seconds around what happened: the last pictures of each stream that runs here are remembered, and when something is said about
// one of them they are kept, with those that follow. Shows what the stream showed, masks burned in; never waits, never throws.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import type { LiveMessage, PictureRelay } from '../live/index.ts'
import type { FilmStore } from './records.ts'

const before = 6
const afterMs = 6_500
/** Older ones say nothing about what happened now. */
const mostAgeMs = 12_000
/** Of one stream, so that a model that never stops talking does not fill the disk: about six minutes an hour. */
const mostPerHour = 360
const mostWriting = 64
const forgetMs = 60_000
const complainEveryMs = 60_000

interface Reel {
  recent: { atMs: number; jpeg: Uint8Array }[]
  keptUntilMs: number
  /** How many may still be kept, growing again by the hour. */
  budget: number
  budgetAtMs: number
  flow: string
}

export interface Film {
  /** Passes pictures on and looks at them. */
  watching(relay: PictureRelay): PictureRelay
  /** What the live line tells. */
  heard(message: LiveMessage): void
  /** Resolves once all that was to be kept is. */
  written(): Promise<void>
}

/** Of a camera that is not watched any more the last picture is kept: it is what its page shows. */
const ends: ReadonlySet<string> = new Set(['stream.lost', 'stream.stopped', 'stream.finished', 'stream.failed'])
const channelOf = /^stream:(.+)$/

interface FilmDeps {
  film: Pick<FilmStore, 'add'>
  clock: Pick<Clock, 'nowMs'>
  log: Log
}

/** Writes pictures while there is room for them; what fails is said once a minute. */
function createWriter({ film, clock, log }: FilmDeps) {
  const writing = new Set<Promise<void>>()
  let quietUntilMs = 0
  const keep = (stream: string, reel: Reel, pictures: Reel['recent']): void => {
    const now = clock.nowMs()
    reel.budget = Math.min(mostPerHour, reel.budget + ((now - reel.budgetAtMs) / 3_600_000) * mostPerHour)
    reel.budgetAtMs = now
    if (pictures.length === 0 || reel.budget < pictures.length || writing.size >= mostWriting) return
    reel.budget -= pictures.length
    const work = film
      .add(stream, reel.flow, pictures)
      .catch((error: unknown) => {
        if (now < quietUntilMs) return
        quietUntilMs = now + complainEveryMs
        log.warn({ stream, error: toError(error).message }, 'the pictures around an event could not be kept')
      })
      .finally(() => writing.delete(work))
    writing.add(work)
  }
  return { keep, writing }
}

export function createFilm(deps: FilmDeps): Film {
  const { clock } = deps
  const reels = new Map<string, Reel>()
  const { keep, writing } = createWriter(deps)
  let forgottenMs = 0
  const forget = (now: number): void => {
    if (now < forgottenMs + forgetMs) return
    forgottenMs = now
    for (const [stream, { recent }] of reels) if ((recent.at(-1)?.atMs ?? 0) < now - forgetMs) reels.delete(stream)
  }
  const seen = (stream: string, jpeg: Uint8Array): void => {
    const atMs = clock.nowMs()
    const fresh: Reel = { recent: [], keptUntilMs: 0, budget: mostPerHour, budgetAtMs: atMs, flow: '' }
    const reel = reels.get(stream) ?? fresh
    reels.set(stream, reel)
    const picture = { atMs, jpeg }
    if (atMs <= reel.keptUntilMs) keep(stream, reel, [picture])
    reel.recent = [...reel.recent, picture].slice(-before)
    forget(atMs)
  }
  return {
    watching: (relay) => ({
      publish: (channel, jpeg) => {
        const [, stream] = channelOf.exec(channel) ?? []
        if (stream !== undefined) seen(stream, jpeg)
        relay.publish(channel, jpeg)
      },
      subscribe: (channel, listener) => relay.subscribe(channel, listener),
      latest: (channel, waitMs) => relay.latest(channel, waitMs),
    }),
    heard: (message) => {
      if (message.type !== 'event') return
      const { kind, stream, hasFrame } = message.event
      const reel = reels.get(stream)
      if (!reel) return
      const now = clock.nowMs()
      if (ends.has(kind)) {
        reel.flow = message.flow
        return keep(stream, reel, reel.recent.slice(-1))
      }
      if (!hasFrame) return
      const isRunning = now <= reel.keptUntilMs
      reel.flow = message.flow
      reel.keptUntilMs = now + afterMs
      const recent = reel.recent.filter(({ atMs }) => now - atMs <= mostAgeMs)
      if (!isRunning) keep(stream, reel, recent)
    },
    written: async () => {
      await Promise.all(writing)
    },
  }
}
