// Runs a rehearsal: its clips side by side as far as the model has places for them, how far each is, what came of it. Begun again
// after a crash it goes on with the clips that have no outcome. Sends nothing, and ends as soon as nobody wants it any more.
import { does } from '../../nodes/contract/define.ts'
import { isStopped, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { persist } from '../queue/index.ts'
import type { Recording, RehearsalOrder, RehearsalStore } from './records.ts'
import { rehearseClip, type RehearseDeps } from './rehearse-clip.ts'

export interface RunnerDeps extends RehearseDeps {
  store: RehearsalStore
  random(): number
  /** How many clips a model watches at a time. */
  placesOf(connection: string): Promise<number>
  /** Seconds; null when it cannot be told. */
  durationOf(clip: string): Promise<number | null>
}

const tellMs = 1000
const replayPlaces = 8
const keepTryingMs = 600_000

export class RehearsalRunner {
  readonly #deps: RunnerDeps
  readonly #places = new Places()

  constructor(deps: RunnerDeps) {
    this.#deps = deps
  }

  wanted(): Promise<string[]> {
    return this.#deps.store.wanted()
  }

  /** To its end. Rejects with StoppedError when the signal aborts; whoever runs it again goes on. */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#deps
    const begun = await store.begin(id)
    if (!begun) return
    const unwanted = new AbortController()
    const ending = AbortSignal.any([signal, unwanted.signal])
    const clips = begun.left.map((clip) => this.#runClip(begun.order, clip, ending, () => unwanted.abort()))
    const ends = await Promise.allSettled(clips)
    if (signal.aborted) throw new StoppedError()
    if (unwanted.signal.aborted) return
    const broken = ends.find((end) => end.status === 'rejected')
    if (broken) {
      const { message } = toError(broken.reason)
      this.#deps.log.error({ rehearsal: id, error: message }, 'a rehearsal broke off')
      return await this.#write(() => store.end(id, 'failed', message), signal)
    }
    const troubles = (await store.get(id)).clips.filter(({ state }) => state === 'failed')
    const reason = troubles.map(({ clip, trouble }) => `${clip}: ${trouble ?? ''}`).join(' ')
    await this.#write(() => store.end(id, reason === '' ? 'finished' : 'failed', reason || null), signal)
  }

  async #runClip(
    order: RehearsalOrder,
    { clip, index }: { clip: string; index: number },
    signal: AbortSignal,
    onUnwanted: () => void,
  ): Promise<void> {
    const { store } = this.#deps
    const { recorded } = order.request
    const recording = recorded === undefined ? undefined : await store.recording(recorded, clip)
    const leave = await this.#enter(order, recording, signal)
    try {
      const durationS = await this.#deps.durationOf(clip)
      const onSecond = this.#teller(order.id, index, durationS, onUnwanted)
      const { outcome, recording: made } = await rehearseClip(
        { order, clip, index, recording, onSecond },
        this.#deps,
        signal,
      )
      await this.#write(() => store.endClip(order.id, index, outcome, made), signal)
    } finally {
      leave()
    }
  }

  async #enter(order: RehearsalOrder, recording: Recording | undefined, signal: AbortSignal): Promise<() => void> {
    const model = order.plan.ticks.find(({ type }) => does(this.#deps.nodes.get(type), 'watch'))
    if (recording || !model) return await this.#places.take('', replayPlaces, signal)
    const name = String(model.config.connection)
    return await this.#places.take(name, await this.#deps.placesOf(name), signal)
  }

  /** Once a second at most; a database that is away says nothing about what is wanted. */
  #teller(id: string, index: number, durationS: number | null, onUnwanted: () => void): (mediaTimeS: number) => void {
    const { clock, store, log } = this.#deps
    let toldAtMs = -Infinity
    let isTelling = false
    return (mediaTimeS) => {
      if (isTelling || clock.nowMs() - toldAtMs < tellMs) return
      toldAtMs = clock.nowMs()
      isTelling = true
      const progress = durationS ? Math.min(0.99, Math.max(0, mediaTimeS / durationS)) : 0
      store.progress(id, index, progress).then(
        (isWanted) => {
          isTelling = false
          if (!isWanted) onUnwanted()
        },
        (error: unknown) => {
          isTelling = false
          if (!isStopped(error)) log.warn({ rehearsal: id, error: toError(error).message }, 'progress was not written')
        },
      )
    }
  }

  #write(write: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps
    return persist(write, { clock, random, signal, limitMs: keepTryingMs })
  }
}

// How many may do a thing at a time, by name; who has to wait is let in in the order they came. Knows no model.
interface Room {
  taken: number
  most: number
  waiting: (() => void)[]
}

export class Places {
  readonly #rooms = new Map<string, Room>()

  /** Resolves to what gives the place back, once there is one. Rejects with StoppedError on abort. */
  async take(name: string, most: number, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw new StoppedError()
    const room = this.#rooms.get(name) ?? { taken: 0, most, waiting: [] }
    this.#rooms.set(name, room)
    room.most = Math.max(1, most)
    letIn(room)
    if (room.taken < room.most) room.taken++
    // Whoever waits is given a place that is counted already: nobody slips in between.
    else await wait(room, signal)
    let isGivenBack = false
    return () => {
      if (isGivenBack) return
      isGivenBack = true
      room.taken--
      letIn(room)
      if (room.taken === 0) this.#rooms.delete(name)
    }
  }
}

function letIn(room: Room): void {
  while (room.taken < room.most) {
    const enter = room.waiting.shift()
    if (!enter) return
    room.taken++
    enter()
  }
}

function wait(room: Room, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      room.waiting = room.waiting.filter((each) => each !== enter)
      reject(new StoppedError())
    }
    const enter = (): void => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    room.waiting.push(enter)
    signal.addEventListener('abort', stop, { once: true })
  })
}
