// Ways to reach others that a test gave nobody: using one is a fault of the test.
import type { ActionContext } from '../../nodes/contract/define.ts'
import { BugError } from '../../nodes/contract/errors.ts'

export type Clients = Pick<
  ActionContext<unknown>,
  'agents' | 'speech' | 'mail' | 'mqtt' | 'push' | 'nodeRed' | 'events' | 'clips'
>

const refuse = (what: string) => (): never => {
  throw new BugError(`This test gave the node no ${what}.`)
}

/** For `events.told`: this node has told nobody yet. */
export const toldNothing: Clients['events']['told'] = async () => ({ receipts: [], isUnderWay: false })

/** Everything refuses but what `given` brings. */
export function testClients(given: Partial<Clients> = {}): Clients {
  return {
    agents: { ask: refuse('agents') },
    speech: { speak: refuse('speech') },
    mail: { send: refuse('mail') },
    mqtt: { publish: refuse('mqtt') },
    push: { send: refuse('push') },
    nodeRed: { hand: refuse('Node-RED') },
    events: { isAcknowledged: async () => false, told: toldNothing },
    clips: { make: refuse('clips') },
    ...given,
  }
}
