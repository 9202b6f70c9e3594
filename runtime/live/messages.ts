// What travels over the bus and the picture relay.
import type { WirePass } from '../../nodes/contract/trace.ts'
import type { Decision, EventKind, StreamStatus } from '../../nodes/contract/events.ts'

/** What travels over the bus to every open browser and to sessions. */
export type LiveMessage =
  | { type: 'status'; flow: string; status: StreamStatus }
  | { type: 'decision'; flow: string; stream: string; decision: Decision }
  | {
      type: 'event'
      flow: string
      event: {
        id: string
        kind: EventKind
        stream: string
        node: string
        at: string
        mediaTimeS: number
        text: string
        hasFrame: boolean
        /** A person must see it. */
        alert?: true
        audio?: { url: string; durationS: number; startsAtMs: number }
      }
    }
  /** Something begins to be heard: its sound can be played from now on, while it may still be in the making. */
  | {
      type: 'speech'
      flow: string
      speech: {
        eventId: string
        stream: string
        node: string
        text: string
        url: string
        startsAtMs: number
        latestStartMs: number
      }
    }
  | {
      type: 'delivery'
      flow: string
      delivery: {
        id: string
        eventId: string
        node: string
        type?: string
        state: string
        attempts: number
        detail: string
        at: string
      }
    }
  /** What went along the wires of a flow: at a tick of one of its streams, or after an action. */
  | { type: 'wires'; flow: string; stream: string; at: string; passes: WirePass[] }
  /** A window has a flow open, at this card; or has it no more. */
  | { type: 'presence'; flow: string; window: string; node: string | null; isGone: boolean }
  /** A flow has a new revision. */
  | { type: 'saved'; flow: string; revision: number }
  /** Somebody has seen these; of many only the first. */
  | { type: 'seen'; flow: string; ids: string[]; at: string; by: string }
  | { type: 'input'; flow: string; stream: string }
  /** A piece of what goes to the process that runs Node-RED (`to` is empty: whichever it is), or comes back from it. */
  | { type: 'node-red'; call: string; from: string; to: string; n: number; of: number; part: string }
  | { type: 'node-red-switched'; by: string }
  | { type: 'actions' }
  /** Which process sees this clip? The one that does answers with the same id. */
  | { type: 'clip-asked'; id: string; path: string }
  | { type: 'clip-seen'; id: string }
  | { type: 'cancel'; action: string }
  | { type: 'control'; stream: string; run: number; order: 'stop' | 'change' }

/** What only people and counters look at; the rest is for sessions and workers. */
export type Shown = Extract<
  LiveMessage,
  { type: 'status' | 'decision' | 'event' | 'delivery' | 'speech' | 'seen' | 'wires' | 'saved' | 'presence' }
>

const shown: readonly LiveMessage['type'][] = [
  'status',
  'decision',
  'event',
  'delivery',
  'speech',
  'seen',
  'wires',
  'saved',
  'presence',
]

export function isShown(message: LiveMessage): message is Shown {
  return shown.includes(message.type)
}

export interface Bus {
  /** Never throws and never waits: a lost live message is not a lost fact. */
  publish(message: LiveMessage): void
  subscribe(listener: (message: LiveMessage) => void): () => void
}

/** Pictures between processes (camera to watcher, browser to camera), sent only while somebody subscribes. */
export interface Relay {
  publish(channel: string, jpeg: Uint8Array): void
  subscribe(channel: string, listener: (jpeg: Uint8Array) => void): () => void
  /** The newest picture of a channel, waiting up to `waitMs` for one; undefined when none came. */
  latest(channel: string, waitMs: number): Promise<Uint8Array | undefined>
}
