// Small node types for tests of the compiler: the ports of the real ones, hardly any behaviour.
// Never used to prove a real node; those are in nodes/.
import { z } from 'zod'
import type { ConnectionInfo } from '../../nodes/contract/connections.ts'
import { defineAction, defineNode, defineSource, port } from '../../nodes/contract/define.ts'
import type { Catalogue, NodeDefinition } from '../../nodes/contract/define.ts'
import { ofKind } from './connection-kinds.ts'

const base = { version: 1, icon: 'box', help: 'For tests.', card: '', needs: [] as const }
const empty = z.object({})
const done = { timeoutMs: 1000, maxAttempts: 3, perform: () => Promise.resolve({ outputs: {}, summary: 'done' }) }
const quiet = { state: () => ({}), onTick: () => ({}) }

const camera = defineSource({
  ...base,
  type: 'camera-source',
  title: 'Camera',
  group: 'video',
  ports: { in: {}, out: { frames: port('frames') } },
  config: z.object({
    path: z.string().min(1).meta({ label: 'Clip' }),
    loop: z.boolean().default(false).meta({ label: 'Repeat' }),
  }),
  open: async function* () {
    /* no pictures */
  },
})

const codec = defineNode({
  ...base,
  ...quiet,
  type: 'adacodec',
  title: 'AdaCodec',
  group: 'video',
  ports: { in: { frames: port('frames') }, out: { frames: port('frames') } },
  config: z.object({
    longSide: z.number().int().min(256).max(1920).default(640).meta({ label: 'Long side', unit: 'px' }),
  }),
  taps: ({ longSide }) => ({ longSide }),
})

const model = defineNode({
  ...base,
  ...quiet,
  type: 'interaction-model',
  title: 'Model',
  group: 'interaction',
  does: ['watch'],
  ports: {
    in: {
      frames: port('frames'),
      query: port('message', { label: 'Question' }),
      memory: port('memory'),
      answer: port('answer'),
    },
    out: { response: port('message'), delegation: port('delegation'), tick: port('decision') },
  },
  config: z.object({
    connection: z.string().default('edge').meta({ label: 'Model', widget: 'connection', can: 'watch' }),
    instruction: z.string().default('').meta({ label: 'Instruction' }),
    fastFps: z.number().default(0).meta({ label: 'Fast' }),
  }),
  check: ({ instruction }) =>
    instruction === 'forbidden'
      ? [
          {
            port: null,
            field: 'instruction',
            code: 'MODEL_INSTRUCTION_FORBIDDEN',
            message: 'Not that.',
            severity: 'error',
          },
        ]
      : [],
  taps: ({ fastFps }) => (fastFps > 0 ? { fast: { width: 256, height: 192, fps: fastFps } } : {}),
})

const delegate = defineAction({
  ...base,
  ...done,
  type: 'delegate-to-agent',
  title: 'Agent',
  group: 'action',
  does: ['ask'],
  config: empty,
  ports: {
    in: { delegation: port('delegation', { required: true }) },
    out: { answer: port('answer'), failed: port('message') },
  },
})

const notification = defineAction({
  ...base,
  ...done,
  type: 'notification',
  title: 'Notification',
  group: 'action',
  ports: {
    in: { message: port('message', { required: true }) },
    out: { delivered: port('message'), failed: port('message') },
  },
  config: z.object({
    channel: z
      .enum(['inbox', 'webhook'])
      .default('inbox')
      .meta({
        label: 'Channel',
        options: [
          { value: 'inbox', label: 'Inbox' },
          { value: 'webhook', label: 'Web hook' },
        ],
      }),
    connection: z
      .string()
      .default('')
      .meta({
        label: 'Signed by',
        widget: 'connection',
        can: 'sign',
        showIf: { field: 'channel', is: ['webhook'] },
      }),
    zones: z
      .array(z.object({ x: z.number().meta({ label: 'Left edge' }) }))
      .default([])
      .meta({ label: 'Zones' }),
  }),
})

const cooldown = defineNode({
  ...base,
  ...quiet,
  type: 'cooldown',
  version: 3,
  title: 'Cooldown',
  group: 'logic',
  ports: { in: { message: port('message', { required: true }) }, out: { message: port('message') } },
  config: z.object({
    quietMs: z.number().min(1000, 'At least a second, please.').default(60_000).meta({ label: 'Stay quiet for' }),
    scope: z.enum(['camera', 'all']).default('camera').meta({ label: 'For' }),
  }),
  runs: ({ scope }) => (scope === 'all' ? 'once' : 'per-camera'),
  migrations: { 3: (old) => ({ quietMs: Number(old.seconds) * 1000 }) },
})

const memory = defineNode({
  ...base,
  ...quiet,
  type: 'memory',
  title: 'Memory',
  group: 'interaction',
  does: ['remember'],
  config: empty,
  ports: { in: { message: port('message') }, out: { memory: port('memory') } },
})

const timer = defineNode({
  ...base,
  ...quiet,
  type: 'timer',
  title: 'Timer',
  group: 'logic',
  config: empty,
  ports: { in: {}, out: { message: port('message') } },
})

const compare = defineNode({
  ...base,
  ...quiet,
  type: 'compare',
  title: 'Compare',
  group: 'logic',
  config: empty,
  ports: { in: { left: port('frames'), right: port('frames') }, out: { message: port('message') } },
})

const faulty = defineNode({
  ...base,
  ...quiet,
  type: 'faulty',
  version: 2,
  title: 'Faulty',
  group: 'logic',
  ports: { in: {}, out: { message: port('message') } },
  config: z.object({ when: z.enum(['never', 'check', 'runs', 'taps']).default('never').meta({ label: 'When' }) }),
  migrations: { 2: () => fail('migrate') },
  check: ({ when }) => (when === 'check' ? fail(when) : []),
  runs: ({ when }) => (when === 'runs' ? fail(when) : 'per-camera'),
  taps: ({ when }) => (when === 'taps' ? fail(when) : {}),
})

function fail(where: string): never {
  throw new TypeError(`cannot ${where}.`)
}

export const simpleNodes: readonly NodeDefinition[] = [
  camera,
  codec,
  model,
  delegate,
  notification,
  cooldown,
  memory,
  timer,
  compare,
  faulty,
]

const connections: readonly ConnectionInfo[] = [
  { name: 'edge', ...ofKind('edge') },
  { name: 'vllm', ...ofKind('vllm-omni') },
  { name: 'mail', ...ofKind('smtp') },
  { name: 'hook', ...ofKind('webhook') },
]

/** What the compiler's tests know of the world. */
export const simpleCatalogue: Catalogue = {
  nodes: new Map(simpleNodes.map((node) => [node.type, node])),
  connections: new Map(connections.map((connection) => [connection.name, connection])),
}
