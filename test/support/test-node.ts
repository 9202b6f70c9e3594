// Runs one node alone, as the engine would: state kept between ticks, status and messages collected. Every node's test starts here.
import type { ConnectionPort, HttpPort, ModelConversation, PicturePort } from '../../nodes/contract/capabilities.ts'
import { actionOf } from '../../nodes/contract/acting.ts'
import {
  type ActionResult,
  type Arrival,
  type CheckContext,
  type LentMemory,
  type NodeDefinition,
  type Ports,
  type TickInfo,
} from '../../nodes/contract/define.ts'
import type { ConnectionInfo } from '../../nodes/contract/connections.ts'
import { BugError, type Problem } from '../../nodes/contract/errors.ts'
import type { EventKind, Message, NodeStatus } from '../../nodes/contract/events.ts'
import type { Because } from '../../nodes/contract/trace.ts'
import type { Frame, Taps } from '../../nodes/contract/frames.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { testClients, type Clients } from './test-clients.ts'

export interface TestNodeOptions {
  config?: Record<string, unknown>
  clock?: FakeClock
  model?: ModelConversation
  http?: HttpPort
  connections?: Partial<ConnectionPort>
  pictures?: PicturePort
  pictureUrl?(message: Message): string | undefined
  clients?: Partial<Clients>
  phase?: string
  attempt?: number
  signal?: AbortSignal
  modelMemories?(): LentMemory[]
  note?(kind: EventKind, text: string, fields?: Record<string, unknown>): void
}

export interface TestNode {
  clock: FakeClock
  /** The last word under the card. */
  status: NodeStatus | null
  state: unknown
  /** Why, by event id, as the node said it at the last tick. */
  because: Map<string, Because>
  /** Runs one tick; time moves on a second before each but the first. Messages come port by port, in the order the ports are named. */
  tick(inputs?: Record<string, unknown>, info?: Partial<TickInfo>): Promise<Record<string, unknown>>
  /** Another worker takes over: of the state only its JSON is left. */
  restart(): void
  perform(message: Message): Promise<ActionResult<Ports>>
  check(connections?: ConnectionInfo[]): Omit<Problem, 'node'>[]
  taps(connections?: ConnectionInfo[]): Partial<Taps>
}

/** A message as another node would send it. */
export function testMessage(text: string, patch: Partial<Message> = {}): Message {
  return {
    id: `m-${text}`,
    eventId: `e-${text}`,
    at: '2026-01-01T00:00:00.000Z',
    text,
    source: { flow: 'flow1', node: 'model', stream: 'flow1-cam' },
    ...patch,
  }
}

function arrivalsOf(inputs: Record<string, unknown>): Arrival[] {
  return Object.entries(inputs).flatMap(([port, values]) =>
    Array.isArray(values)
      ? (values as Message[]).filter((value) => 'eventId' in value).map((message) => ({ port, message }))
      : [],
  )
}

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined }
const refuse = (what: string) => (): never => {
  throw new BugError(`This test gave the node no ${what}.`)
}

/** A node on its own, with its config completed as the compiler does. */
export function testNode(definition: NodeDefinition, options: TestNodeOptions = {}): TestNode {
  const clock = options.clock ?? fakeClock()
  const config = definition.config.parse(options.config ?? {})
  const signal = options.signal ?? new AbortController().signal
  const checkContext = (connections: ConnectionInfo[] = []): CheckContext => ({
    connection: (name) => connections.find((each) => each.name === name),
  })
  let number = 0
  const node: TestNode = {
    clock,
    status: null,
    because: new Map(),
    state: definition.role === 'tick' ? definition.state() : null,
    check: (connections) => definition.check?.(config, checkContext(connections)) ?? [],
    taps: (connections) => definition.taps?.(config, checkContext(connections)) ?? {},
    tick: async (inputs = {}, info = {}) => {
      if (definition.role !== 'tick') throw new BugError(`"${definition.type}" has no ticks.`)
      node.because.clear()
      if (number++ > 0) await clock.advance(1000)
      let count = 0
      const tick: TickInfo = {
        number,
        atMs: clock.nowMs(),
        mediaTimeS: number - 1,
        sinceS: Math.max(0, number - 2),
        seconds: 1,
        camera: 'ok',
        last: false,
        ...info,
      }
      const received = Object.fromEntries(
        Object.entries(definition.ports.in).map(([name, port]) => [
          name,
          inputs[name] ?? (port.kind === 'frames' || port.kind === 'memory' ? undefined : []),
        ]),
      )
      const sent = await definition.onTick(received as never, {
        config,
        clock,
        log: silentLog,
        signal,
        state: node.state,
        tick,
        arrivals: arrivalsOf(inputs),
        flow: { id: 'flow1', name: 'Fall alert' },
        status: (text, extra) => {
          node.status = { text, tone: extra?.tone ?? 'ok', ...(extra?.data ? { data: extra.data } : {}) }
        },
        message: (text, extra: { fields?: Record<string, unknown>; mediaTimeS?: number; frame?: Frame } = {}) =>
          testMessage(text, {
            id: `${number}-${count}`,
            eventId: `${number}-${count++}`,
            mediaTimeS: extra.mediaTimeS ?? tick.mediaTimeS,
            ...(extra.fields ? { fields: extra.fields } : {}),
          }),
        ...(options.model ? { model: options.model } : {}),
        ...(options.modelMemories ? { modelMemories: options.modelMemories } : {}),
        ...(options.note ? { note: options.note } : {}),
        because: (message, why) => node.because.set(message.eventId, why),
      })
      return sent
    },
    restart: () => {
      node.state = JSON.parse(JSON.stringify(node.state)) as unknown
    },
    perform: async (message) => {
      const action = actionOf(definition)
      if (!action) throw new BugError(`"${definition.type}" performs nothing.`)
      return await action.perform(message, {
        config,
        clock,
        log: silentLog,
        signal,
        idempotencyKey: `${message.eventId}_node`,
        attempt: options.attempt ?? 1,
        flow: { id: 'flow1', name: 'Fall alert' },
        node: { id: 'node', name: 'node' },
        http: options.http ?? { request: refuse('http') },
        pictures: options.pictures ?? { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
        ...testClients(options.clients),
        phase: options.phase ?? '',
        connections: { get: refuse('connections'), sign: async () => undefined, ...options.connections },
        acknowledgeUrl: (each) => `http://heed.test/ack/${each.eventId}`,
        pictureUrl: (each) => options.pictureUrl?.(each),
        absoluteUrl: (path) => `http://heed.test${path}`,
      })
    },
  }
  return node
}
