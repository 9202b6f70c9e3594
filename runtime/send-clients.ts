// The ways actions reach others, put together once: agents, voices, mail, brokers, browsers. Part of the composition.
import { join } from 'node:path'
import type {
  AgentPort,
  Clock,
  ConnectionPort,
  Log,
  ClipPort,
  NodeRedPort,
  StreamingHttpPort,
} from '../nodes/contract/capabilities.ts'
import { NotFoundError } from '../nodes/contract/errors.ts'
import type { Media } from './cameras/index.ts'
import { clipUrl } from './history/index.ts'
import { createAgents, testAgent } from './agents/index.ts'
import type { Egress } from './egress/index.ts'
import { createMail } from './channels/index.ts'
import { createMqtt } from './channels/index.ts'
import { createPush } from './channels/index.ts'
import { createSpeech, type Speech } from './voices/index.ts'
import type { TestAbility } from './connections/index.ts'
import type { Bus } from './live/index.ts'
import type { PerformDeps } from './actions/index.ts'
import type { Store } from './compose-store.ts'

export interface SendClientsOptions {
  store: Store
  connections: ConnectionPort
  http: StreamingHttpPort
  bus: Pick<Bus, 'publish'>
  /** The door that `http` goes through, for what speaks no HTTP. */
  egress: Egress
  nodeRed: NodeRedPort
  media: Media
  clock: Clock
  log: Log
  dataDir: string
  publicUrl: string
  /** From HEED_AGENT_COMMANDS. */
  agentCommands: Record<string, string[]>
  /** From HEED_AGENT_ENV. */
  agentEnv: readonly string[]
}

export interface SendClients {
  clients: PerformDeps['clients']
  push: ReturnType<typeof createPush>
  /** One look at an agent or a voice, for the connections page. */
  tests: Record<'answer' | 'speak', TestAbility>
  voices: Speech['voices']
  sample: Speech['sample']
  /** For rehearsals, whose questions are in no record: who may ask was decided when they began. */
  agents: AgentPort
  close(): Promise<void>
}

/** Everything an action may borrow besides HTTP. */
export function createSendClients({
  store,
  connections,
  http,
  egress,
  bus,
  nodeRed,
  media,
  clock,
  log,
  dataDir,
  publicUrl,
  agentCommands: commands,
  agentEnv,
}: SendClientsOptions): SendClients {
  const speech = createSpeech({
    http,
    connections,
    clock,
    log,
    sounds: store.sounds,
    turns: store.voiceTurns,
    tell: ({ flow, ...speech }) => bus.publish({ type: 'speech', flow, speech }),
  })
  // So that the first warning is not the one that waits for the voice.
  speech.warm()
  const askable = { http, connections, commands, surroundings: { homes: join(dataDir, 'agents'), listed: agentEnv } }
  const push = createPush({ store: store.push, http, subject: subjectOf(publicUrl) })
  return {
    push,
    agents: createAgents({ ...askable, waitingBefore: async () => 0, mayRun: async () => true }),
    voices: (connection, signal) => speech.voices(connection, signal),
    sample: (connection, sentence, signal) => speech.sample(connection, sentence, signal),
    tests: {
      answer: (connection, signal) => testAgent(connection, { http, commands }, signal),
      speak: (connection, signal) => speech.test(connection, signal),
    },
    clients: {
      agents: createAgents({
        ...askable,
        waitingBefore: (taskId) => store.deliveries.openBefore(taskId),
        mayRun: (taskId, connection) => store.deliveries.mayRun(taskId, connection),
      }),
      speech,
      mail: createMail({ connections, egress }),
      mqtt: createMqtt({ connections, egress }),
      push,
      nodeRed,
      clips: clipsOf(store, media),
      events: {
        isAcknowledged: (eventId) => isAcknowledged(store, eventId),
        told: (of) => store.deliveries.told(of),
      },
    },
    close: () => speech.stop(),
  }
}

/** Moving pictures: made by the cameras' ffmpeg, kept with their event. */
function clipsOf({ clips }: Store, { library }: Media): ClipPort {
  return {
    make: async ({ eventId, node, of }, order, signal) => {
      const clip = await library.moving(order, signal)
      await clips.put({ eventId, node, about: of ?? eventId }, clip)
      return { url: clipUrl(eventId), contentType: clip.contentType, durationS: clip.durationS }
    },
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
