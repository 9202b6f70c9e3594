// What travels over the bus and the picture relay.
import { ShownMessageSchema, type ShownMessage } from './route-answers.ts'

/** What travels over the bus: to every open browser, and to sessions and workers. */
export type LiveMessage =
  | ShownMessage
  | { type: 'input'; flow: string; stream: string }
  /** A piece of what goes to the process that runs Node-RED (`to` is empty: whichever it is), or comes back from it. */
  | { type: 'node-red'; call: string; from: string; to: string; n: number; of: number; part: string }
  | { type: 'node-red-switched'; by: string }
  /** What a camera that is a thing of its own is opened with has changed. */
  | { type: 'camera'; name: string }
  | { type: 'actions' }
  /** Which process sees this clip? The one that does answers with the same id. */
  | { type: 'clip-asked'; id: string; path: string }
  | { type: 'clip-seen'; id: string }
  | { type: 'cancel'; action: string }
  | { type: 'control'; stream: string; run: number; order: 'stop' | 'change' }

/** What only people and counters look at; the rest is for sessions and workers. */
export type Shown = ShownMessage

const shown: ReadonlySet<string> = new Set(ShownMessageSchema.options.map(({ shape }) => shape.type.value))

export function isShown(message: LiveMessage): message is Shown {
  return shown.has(message.type)
}

export interface Bus {
  /** Never throws and never waits: a lost live message is not a lost fact. */
  publish(message: LiveMessage): void
  subscribe(listener: (message: LiveMessage) => void): () => void
}

/** Pictures between processes (camera to watcher, browser to camera), sent only while somebody subscribes. */
export interface PictureRelay {
  publish(channel: string, jpeg: Uint8Array): void
  subscribe(channel: string, listener: (jpeg: Uint8Array) => void): () => void
  /** The newest picture of a channel, waiting up to `waitMs` for one; undefined when none came. */
  latest(channel: string, waitMs: number): Promise<Uint8Array | undefined>
}
