// What an action node is told, and tells, in a rehearsal: data only, nothing of the world.
import type { Clock } from './capabilities.ts'

/** What a rehearsal shows in place of a message that was kept from the world. */
export interface Captured {
  /** The way it would have gone: `email`, `webhook`. */
  channel: string
  /** Whom it would have reached, without secrets; empty where nobody outside is. */
  to: string
  title?: string
  text: string
}

/** For `rehearse`: data only, nothing of the world. */
export interface RehearsalContext<C> {
  config: C
  clock: Pick<Clock, 'nowMs'>
  flow: { id: string; name: string }
  phase: string
}
