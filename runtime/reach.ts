// The ways actions reach others, put together once: agents, voices, mail, brokers, browsers. Part of the composition.
import type { ConnectionPort, HttpPort, Clock, Log } from '../nodes/contract/capabilities.ts'
import { NotFoundError } from '../nodes/contract/errors.ts'
import { createAgents, testAgent } from './capabilities/agents/index.ts'
import { createMail } from './capabilities/mail.ts'
import { createMqtt } from './capabilities/mqtt.ts'
import { createPush } from './capabilities/push.ts'
import { createSpeech } from './capabilities/speech/index.ts'
import type { TestDeps } from './capabilities/model/index.ts'
import type { PerformDeps } from './engine/index.ts'
import type { Store } from './store/index.ts'

export interface ReachOptions {
  store: Store
  connections: ConnectionPort
  http: HttpPort
  clock: Clock
  log: Log
  dataDir: string
  publicUrl: string
  /** From HEED_AGENT_COMMANDS. */
  agentCommands: Record<string, string[]>
}

export interface Reach {
  reach: PerformDeps['reach']
  push: ReturnType<typeof createPush>
  /** One look at an agent or a voice, for the connections page. */
  tests: Pick<TestDeps, 'agents' | 'speech'>
  close(): Promise<void>
}

/** Everything an action may borrow besides HTTP. */
export function createReach({ store, connections, http, clock, log, publicUrl, agentCommands: commands }: ReachOptions): Reach {
  const speech = createSpeech({ http, connections, clock, log })
  // So that the first warning is not the one that waits for the voice.
  speech.warm()
  const push = createPush({ store: store.push, http, subject: subjectOf(publicUrl) })
  return {
    push,
    tests: { agents: { test: (connection, signal) => testAgent(connection, { http, commands }, signal) }, speech },
    reach: {
      agents: createAgents({ http, connections, commands, waitingBefore: (taskId) => store.deliveries.openBefore(taskId) }),
      speech,
      sounds: store.sounds,
      mail: createMail({ connections }),
      mqtt: createMqtt({ connections }),
      push,
      events: { isAcknowledged: (eventId) => isAcknowledged(store, eventId) },
    },
    close: () => speech.stop(),
  }
}

/** What is gone, with its flow or by age, asks for nobody any more. */
async function isAcknowledged(store: Store, eventId: string): Promise<boolean> {
  try {
    return (await store.events.get(eventId)).acknowledgedAt !== null
  } catch (thrown) {
    if (thrown instanceof NotFoundError) return true
    throw thrown
  }
}

/** Push services want an address to write to: a web page of ours will do where it is one of the web. */
function subjectOf(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? publicUrl : 'mailto:owner@heed.local'
}
