// A model that does what a test says: a verdict per tick, a delay, or trouble. Never looks at the picture.
import type { Clock, ModelPort, ModelConversation, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { FastFrame } from '../../nodes/contract/frames.ts'

export interface FakeModel extends ModelPort {
  ticks: (ModelTick & { streamKey: string })[]
  fed: FastFrame[]
  opened: { connection: string; streamKey: string; config: Record<string, unknown> }[]
  closed: string[]
  released: string[]
  /** How many requests were in flight at once, at most. */
  mostInFlight: number
}

export interface FakeModelOptions {
  clock: Clock
  latencyMs?: number
  /** Throws for trouble; `n` counts a session's ticks from 1. */
  verdict?(request: ModelTick, n: number): Partial<ModelVerdict>
  finish?(): Partial<ModelVerdict>[]
}

/** As a session is told of its last tick. */
export const atEnd = { mayWait: true, signal: new AbortController().signal }

const silent: ModelVerdict = { action: 'silence', text: '', reason: 'model', latencyMs: 0 }

/** A ModelPort for tests. */
export function fakeModel(options: FakeModelOptions): FakeModel {
  const model: FakeModel = {
    ticks: [],
    fed: [],
    opened: [],
    closed: [],
    released: [],
    mostInFlight: 0,
    open: async ({ connection, streamKey, config }) => {
      model.opened.push({ connection, streamKey, config })
      return conversation(streamKey)
    },
  }
  const conversation = (streamKey: string): ModelConversation => {
    let count = 0
    let inFlight = 0
    return {
      tick: async (request, signal) => {
        model.ticks.push({ ...request, streamKey })
        const n = ++count
        model.mostInFlight = Math.max(model.mostInFlight, ++inFlight)
        try {
          if (options.latencyMs) await options.clock.sleep(options.latencyMs, signal)
          return { ...silent, latencyMs: options.latencyMs ?? 0, ...options.verdict?.(request, n) }
        } finally {
          inFlight--
        }
      },
      feed: (frame) => {
        model.fed.push(frame)
      },
      finish: async () => (options.finish?.() ?? []).map((verdict) => ({ ...silent, ...verdict })),
      release: async () => {
        model.released.push(streamKey)
      },
      close: async () => {
        model.closed.push(streamKey)
      },
    }
  }
  return model
}
