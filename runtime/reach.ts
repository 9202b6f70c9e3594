// The ways actions reach others, put together once: agents, voices, mail, brokers, browsers. Part of the composition.
import type { ConnectionPort, HttpPort, Clock, Log } from '../nodes/contract/capabilities.ts'
import { FatalError } from '../nodes/contract/errors.ts'
import type { PerformDeps } from './engine/index.ts'
import type { Store } from './store/index.ts'

export interface ReachOptions {
  store: Store
  connections: ConnectionPort
  http: HttpPort
  clock: Clock
  log: Log
  dataDir: string
}

export interface Reach {
  reach: PerformDeps['reach']
  close(): Promise<void>
}

const absent = (what: string) => async (): Promise<never> => { throw new FatalError('REACH_ABSENT', `This Heed has no ${what} yet.`) }

/** Everything an action may borrow besides HTTP. */
export function createReach({ store }: ReachOptions): Reach {
  return {
    reach: {
      agents: { ask: absent('agents') },
      speech: { speak: absent('voice') },
      sounds: { keep: absent('sounds') },
      mail: { send: absent('mail') },
      mqtt: { publish: absent('MQTT') },
      push: { send: absent('Web Push') },
      events: { isAcknowledged: async (eventId) => (await store.events.get(eventId)).acknowledgedAt !== null },
    },
    close: async () => undefined,
  }
}
