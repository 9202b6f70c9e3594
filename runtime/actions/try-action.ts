// Performs an action once, outside any stream, for "send a test". Part of the composition: joins the engine's one try with
// ways to reach people, over a connection that need not be saved yet.
import { randomUUID } from 'node:crypto'
import type { Clock, ConnectionPort, HttpPort, Log, PushPort } from '../../nodes/contract/capabilities.ts'
import type { Connection, ConnectionKinds } from '../../nodes/contract/connections.ts'
import { does, type NodeDefinition } from '../../nodes/contract/define.ts'
import type { Message } from '../../nodes/contract/events.ts'
import type { ActionsRouteDeps } from './route-deps.ts'
import type { Egress } from '../egress/index.ts'
import { createMail } from '../channels/index.ts'
import { createMqtt } from '../channels/index.ts'
import { performAction, type PerformDeps } from './perform.ts'
import { signingPort } from '../connections/index.ts'

export interface TryDeps {
  nodes: ReadonlyMap<string, NodeDefinition>
  connectionKinds: ConnectionKinds
  connections: ConnectionPort
  http: HttpPort
  egress: Egress
  clock: Clock
  log: Log
  push: PushPort
  publicUrl: string
  fillCredentials?: PerformDeps['fillCredentials']
}

const longestTryMs = 30_000
const absent = async (): Promise<never> => {
  throw new Error('Not part of a test.')
}

export interface TryAction {
  /** `connection` stands in for the stored one of its name. */
  tryAction: ActionsRouteDeps['tryAction']
  /** Sends a test message over a connection that reaches people. */
  tryConnection(connection: Connection, to: string): Promise<{ ok: boolean; message: string }>
}

/** What the API's two "send a test" stand on. */
export function createTryAction(deps: TryDeps): TryAction {
  const tryAction: TryAction['tryAction'] = async ({ flow, node, connection }) => {
    const definition = deps.nodes.get(node.type)
    const attempt = definition?.role === 'action' ? definition.maxAttempts : 1
    const message = testMessage(flow, node.id, deps.clock.nowMs())
    // The last try: what would be repeated is told at once.
    const outcome = await performAction(
      {
        action: {
          id: message.id,
          eventId: message.eventId,
          flowId: flow.id,
          streamId: message.source.stream,
          run: 0,
          node: node.id,
          port: 'message',
          message,
        },
        attempt,
        flow,
        node,
        routes: {},
      },
      performDeps(deps, connection),
      AbortSignal.timeout(longestTryMs),
    )
    return { ok: outcome.state === 'delivered', message: outcome.detail }
  }
  return {
    tryAction,
    tryConnection: async (connection, to) => {
      const channel = connection.can.notify
      const definition = [...deps.nodes.values()].find((each) => does(each, 'notify'))
      if (channel === undefined || !definition)
        return { ok: false, message: `The connection "${connection.name}" carries no messages.` }
      const config = definition.config.parse({
        channel,
        connection: connection.name,
        to: to || (deps.connectionKinds.get(connection.kind)?.testReceiver?.(connection.config) ?? ''),
        title: 'Test',
      })
      const problem = definition
        .check?.(config, { connection: () => connection })
        .find(({ severity }) => severity === 'error')
      if (problem) return { ok: false, message: problem.message }
      return await tryAction({
        flow: { id: 'test', name: 'Heed', revision: 0 },
        node: { id: 'test', type: definition.type, version: definition.version, config },
        connection,
      })
    },
  }
}

function performDeps(
  { nodes, connections, http, egress, clock, log, push, publicUrl, fillCredentials }: TryDeps,
  connection: Connection | undefined,
): PerformDeps {
  const get: ConnectionPort['get'] = async (name) =>
    connection?.name === name ? connection : await connections.get(name)
  const overlay = signingPort(get)
  return {
    nodes,
    http,
    clock,
    log,
    connections: overlay,
    ...(fillCredentials ? { fillCredentials } : {}),
    pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
    acknowledgeUrl: () => `${publicUrl}/inbox`,
    absoluteUrl: (path) => new URL(path, `${publicUrl}/`).href,
    clients: {
      mail: createMail({ connections: overlay, egress }),
      mqtt: createMqtt({ connections: overlay, egress }),
      push,
      events: { isAcknowledged: async () => false, told: async () => ({ receipts: [], isUnderWay: false }) },
      agents: { ask: absent },
      speech: { speak: absent },
      nodeRed: { hand: absent },
      clips: { make: absent },
    },
  }
}

function testMessage(flow: { id: string }, node: string, nowMs: number): Message {
  const id = `test-${randomUUID()}`
  return {
    id,
    eventId: id,
    at: new Date(nowMs).toISOString(),
    text: 'This is a test from Heed. If you can read it, alerts will reach you here.',
    source: { flow: flow.id, node, stream: `${flow.id}-test` },
    fields: { test: true },
  }
}
