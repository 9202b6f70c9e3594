// One try of one action: runs the node's perform within its timeout, says how it ended, and routes what it made.
// Keeps nothing between tries and never waits for the next one: the queue does.
import { hiddenIn, hiddenMark } from '../../nodes/contract/address-secrets.ts'
import { isQuietWork } from '../../nodes/contract/alerts.ts'
import type { Clock, ConnectionPort, HttpPort, Log, PicturePort } from '../../nodes/contract/capabilities.ts'
import { actionOf } from '../../nodes/contract/acting.ts'
import {
  type ActionContext,
  type ActionNode,
  type ActionResult,
  type Lane,
  type NodeDefinition,
  type Ports,
} from '../../nodes/contract/define.ts'
import { CodedError, FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { EventKind, Message } from '../../nodes/contract/events.ts'
import { createCleaner, secretsOfConnection, type Clean } from '../../nodes/contract/own-secrets.ts'
import type { Target } from '../../nodes/contract/plan.ts'
import { notePass, type WirePass } from '../../nodes/contract/trace.ts'
import type { ActionAddress, ActionOrder, ActionOutcome } from './records.ts'
import type { ActionRecord } from './records.ts'
import type { EventRecord } from '../history/index.ts'
import { actionId, idFrom, streamIdOf } from './ids.ts'
import { called, callOf, type NodeCalls } from './node-calls.ts'
import { within } from '../time-limit.ts'

export interface PerformDeps {
  clock: Clock
  log: Log
  nodes: ReadonlyMap<string, NodeDefinition>
  http: HttpPort
  /** Puts the secrets of an address in a node's config back where `***` stands. */
  fillCredentials?(flowId: string, nodeId: string, url: string): Promise<string>
  connections: ConnectionPort
  pictures: PicturePort
  /** For the message that `node` sends. */
  acknowledgeUrl(message: Message, node: string): string
  pictureUrl?(message: Message): string | undefined
  absoluteUrl(path: string): string
  /** Ways to reach others, each from its own library. */
  /** Told whose code runs. Absent: nobody watches. */
  calls?: NodeCalls
  clients: Pick<ActionContext<unknown>, 'agents' | 'speech' | 'mail' | 'mqtt' | 'push' | 'nodeRed' | 'events' | 'clips'>
}

/** `isUnanswered`: the receiver could not be reached or kept silent, whatever becomes of the action. */
export type Outcome = ActionOutcome & { retryAfterMs?: number; isUnanswered?: boolean }

const unanswered = new Set([
  'ACTION_TIMEOUT',
  'AGENT_UNREACHABLE',
  'HTTP_TIMEOUT',
  'HTTP_UNREACHABLE',
  'MAIL_UNREACHABLE',
  'MQTT_UNREACHABLE',
  'SPEECH_TIMEOUT',
  'SPEECH_UNREACHABLE',
])

/** The lane of a node type, by its definition. */
export function laneOf(type: string | undefined, nodes: PerformDeps['nodes']): Lane {
  return (type === undefined ? undefined : actionOf(nodes.get(type))?.lane) ?? 'alerts'
}

/** Where an action goes, and what is put off while it cannot. */
export function addressOf(order: ActionOrder, deps: Pick<PerformDeps, 'nodes' | 'clock'>): ActionAddress {
  const definition = actionOf(deps.nodes.get(order.node.type))
  if (!definition) return { lane: 'alerts', receiver: undefined, following: [] }
  const phase = order.action.phase ?? ''
  const config = order.node.config as never
  return {
    lane: laneOf(order.node.type, deps.nodes),
    receiver: definition.receiver?.(config, phase) || undefined,
    following: putOff(order, definition.following?.(config, phase, order.action.message) ?? [], deps),
  }
}

/** One try. Rejects with StoppedError when the signal aborts, and never because of the receiver; a signal that aborts with a FatalError is a person's no. */
export async function performAction(order: ActionOrder, deps: PerformDeps, signal: AbortSignal): Promise<Outcome> {
  const definition = actionOf(deps.nodes.get(order.node.type))
  if (!definition) {
    return {
      state: 'failed',
      detail: `The node type "${order.node.type}" is not installed here.`,
      code: 'NODE_TYPE_UNKNOWN',
      events: [],
      actions: [],
      inputs: [],
    }
  }
  const refusal = deps.calls?.refusal(callOf(order)) ?? null
  if (refusal !== null) return failure(order, definition, new FatalError('NODE_FROZE', refusal), refusal, deps)
  const phase = order.action.phase ?? ''
  const reaches = !definition.receiver || Boolean(definition.receiver(order.node.config as never, phase))
  const isGone = order.trouble?.state === 'gone' && reaches && order.isCancelled !== true
  const gone = isGone ? new FatalError('ACTION_RECEIVER_GONE', order.trouble?.text ?? '') : undefined
  if (gone && phase === '') return failure(order, definition, gone, gone.message, deps)
  const { connections, clean } = remembering(deps.connections)
  try {
    if (signal.aborted) throw new StoppedError()
    const ways = gone ? closedWays(deps, gone) : deps
    const result = await withinTimeout(definition, order, { ...ways, connections }, signal)
    const made = routed(order, definition, result.outputs, deps)
    for (const [index, fact] of (result.facts ?? []).entries()) {
      made.events.push(
        eventOf(order, fact.kind, ownMessage(order, fact.kind, index, fact.message, deps.clock.nowMs()), fact.message),
      )
    }
    return {
      state: 'delivered',
      ...(order.trouble?.state === 'silent' && reaches ? { trouble: null } : {}),
      detail: clean(result.summary),
      code: result.code,
      ...(result.receipt ? { receipt: result.receipt } : {}),
      ...made,
      actions: [...made.actions, ...putOff(order, result.later ?? [], deps)],
    }
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof FatalError)) throw new StoppedError()
    const thrown = signal.reason instanceof FatalError ? signal.reason : toError(error)
    return failure(order, definition, thrown, clean(thrown.message), deps)
  }
}

/** A reminder for one that is gone still finds out whether somebody has acknowledged it; sent it is not. */
function closedWays(deps: PerformDeps, gone: FatalError): PerformDeps {
  const refuse = (): Promise<never> => Promise.reject(gone)
  const { events, clips } = deps.clients
  return {
    ...deps,
    http: { request: refuse },
    clients: {
      events,
      clips,
      agents: { ask: refuse },
      speech: { speak: refuse },
      mail: { send: refuse },
      mqtt: { publish: refuse },
      push: { send: refuse },
      nodeRed: { hand: refuse },
    },
  }
}

/** What a node learned from connections is taken out of whatever its receivers answered, by whichever way it was sent. */
function remembering(connections: ConnectionPort): { connections: ConnectionPort; clean: Clean } {
  const secrets = new Set<string>()
  return {
    connections: {
      ...connections,
      get: async (name) => {
        const connection = await connections.get(name)
        for (const secret of secretsOfConnection(connection)) secrets.add(secret)
        return connection
      },
    },
    clean: (text) => createCleaner(secrets)(text),
  }
}

async function withinTimeout(
  definition: ActionNode,
  order: ActionOrder,
  deps: PerformDeps,
  signal: AbortSignal,
): Promise<ActionResult<Ports>> {
  const control = new AbortController()
  const stop = (): void => control.abort(new StoppedError())
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const limit = { ms: definition.timeoutMs, clock: deps.clock, signal: control.signal }
  try {
    return await within(
      called(callOf(order), deps.calls, () =>
        definition.perform(order.action.message, contextOf(order, deps, control.signal)),
      ),
      limit,
      (): never => {
        throw new RetryableError('ACTION_TIMEOUT', `No answer within ${definition.timeoutMs / 1000} s.`)
      },
    )
  } finally {
    signal.removeEventListener('abort', stop)
    control.abort(new StoppedError())
  }
}

/** The node sees `***` in its config and asks with it: only the request itself carries what was typed. */
function withSecrets({ flow, node }: ActionOrder, { http, fillCredentials }: PerformDeps): HttpPort {
  if (!fillCredentials) return http
  return {
    request: async (request, signal) => {
      if (!request.url.includes(hiddenMark)) return await http.request(request, signal)
      const url = await fillCredentials(flow.id, node.id, request.url)
      if (hiddenIn(url) !== null)
        throw new FatalError(
          'NODE_SECRET_AGAIN',
          'The secret of this address was given for another place. Enter it again in place of ***.',
        )
      return await http.request({ ...request, url }, signal)
    },
  }
}

function contextOf(order: ActionOrder, deps: PerformDeps, signal: AbortSignal): ActionContext<never> {
  return {
    config: order.node.config as never,
    clock: deps.clock,
    log: deps.log,
    signal,
    idempotencyKey: order.action.id,
    attempt: order.attempt,
    flow: { id: order.flow.id, name: order.flow.name },
    node: { id: order.node.id, name: order.node.id },
    http: withSecrets(order, deps),
    connections: deps.connections,
    pictures: deps.pictures,
    ...deps.clients,
    phase: order.action.phase ?? '',
    acknowledgeUrl: (message) => deps.acknowledgeUrl(message, order.node.id),
    pictureUrl: (message) => deps.pictureUrl?.(message),
    absoluteUrl: (path) => deps.absoluteUrl(path),
  }
}

/** Anything but FatalError may go better next time, as long as tries are left. */
function failure(order: ActionOrder, definition: ActionNode, error: Error, detail: string, deps: PerformDeps): Outcome {
  const code = error instanceof CodedError ? error.code : undefined
  const isSilent = code !== undefined && unanswered.has(code)
  const silence = { ...(isSilent ? { isUnanswered: true } : {}), ...troubleIn(order, definition, error, detail, deps) }
  // Those of an earlier try are there already, and keep their time.
  const following = putOff(
    order,
    definition.following?.(order.node.config as never, order.action.phase ?? '', order.action.message) ?? [],
    deps,
  )
  if (!(error instanceof FatalError) && order.attempt < definition.maxAttempts) {
    const retryAfterMs = error instanceof RetryableError ? error.retryAfterMs : undefined
    return {
      state: 'retrying',
      detail,
      code,
      events: [],
      actions: following,
      inputs: [],
      ...silence,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }
  deps.log.warn(
    { action: order.action.id, node: order.node.id, attempt: order.attempt, error: detail },
    'an action failed for good',
  )
  const { message } = order.action
  const failed = definition.ports.out.failed
    ? {
        failed: { ...message, text: detail, fields: { about: message.eventId, ...message.fields, text: message.text } },
      }
    : {}
  const made = routed(order, definition, failed, deps)
  return { state: 'failed', detail, code, ...silence, ...made, actions: [...made.actions, ...following] }
}

/** What a failure has shown of the receiver: that it is gone for good, or that it answers again, if only with a no. */
function troubleIn(
  order: ActionOrder,
  definition: ActionNode,
  error: Error,
  detail: string,
  { clock }: Pick<PerformDeps, 'clock'>,
): Pick<Outcome, 'trouble'> {
  if (!(error instanceof CodedError) || order.trouble?.state === 'gone') return {}
  const receiver = definition.receiver?.(order.node.config as never, order.action.phase ?? '')
  if (receiver !== undefined && error.details.isGone === true)
    return { trouble: { receiver, state: 'gone', sinceMs: clock.nowMs(), retryAtMs: null, text: detail } }
  return order.trouble && !unanswered.has(error.code) ? { trouble: null } : {}
}

/** Events and next work out of what a node sent; the same for every try, so that writing it twice adds nothing. */
function routed(
  order: ActionOrder,
  definition: ActionNode,
  outputs: Record<string, unknown>,
  { nodes, clock }: Pick<PerformDeps, 'nodes' | 'clock'>,
): Pick<ActionOutcome, 'events' | 'actions' | 'inputs' | 'passes'> {
  const made: Pick<ActionOutcome, 'events' | 'actions' | 'inputs'> = { events: [], actions: [], inputs: [] }
  const passes = new Map<string, WirePass>()
  const typeOf = (id: string) => nodes.get(order.actions?.find((node) => node.id === id)?.type ?? '')
  for (const [name, port] of Object.entries(definition.ports.out)) {
    const sent = outputs[name]
    const targets = order.routes[`${order.node.id}.${name}`] ?? []
    const messages = (Array.isArray(sent) ? sent : [sent]).filter(
      (value): value is Message => value !== undefined && value !== null,
    )
    for (const [index, raw] of messages.entries()) {
      const message = ownMessage(order, name, index, raw, clock.nowMs())
      // Work for another action needs an event to stand on, whether the port tells of it or not.
      const kind = port.event ?? (targets.some((target) => target.to === 'action') ? 'message.sent' : null)
      if (kind) {
        made.events.push(eventOf(order, kind, message, raw))
      }
      route(order, targets, message, made, typeOf)
      for (const target of targets)
        notePass(passes, `${order.node.id}.${name}`, `${target.node}.${target.port}`, message)
    }
  }
  return { ...made, ...(passes.size > 0 ? { passes: [...passes.values()] } : {}) }
}

function eventOf(order: ActionOrder, kind: EventKind, message: Message, raw: Message): EventRecord {
  return {
    id: message.eventId,
    kind,
    flowId: order.flow.id,
    revision: order.flow.revision,
    streamId: order.action.streamId,
    node: order.node.id,
    tick: numberOf(raw, 'tick'),
    at: message.at,
    mediaTimeS: numberOf(raw, 'mediaTimeS'),
    text: message.text,
    fields: { ...message.fields, about: order.action.eventId },
    frame: null,
  }
}

/** The same node again for the same message, later: its id says which phase, so that a second try adds nothing. */
function putOff(
  order: ActionOrder,
  later: readonly { phase: string; afterMs: number }[],
  { nodes, clock }: Pick<PerformDeps, 'nodes' | 'clock'>,
): ActionRecord[] {
  const { eventId, flowId, streamId, run, node, port, message } = order.action
  return later.map(({ phase, afterMs }) => ({
    id: actionId(eventId, node, phase),
    eventId,
    flowId,
    streamId,
    run,
    node,
    port,
    message,
    phase,
    dueAtMs: clock.nowMs() + afterMs,
    ...(isQuietWork(nodes.get(order.node.type), message.fields) ? { isQuiet: true as const } : {}),
  }))
}

function ownMessage(order: ActionOrder, port: string, index: number, raw: Message, nowMs: number): Message {
  const id = idFrom(order.action.id, port, index)
  return {
    ...raw,
    id,
    eventId: id,
    at: new Date(nowMs).toISOString(),
    about: order.action.eventId,
    source: { flow: order.flow.id, node: order.node.id, stream: order.action.streamId },
  }
}

function route(
  order: ActionOrder,
  targets: Target[],
  message: Message,
  made: Pick<ActionOutcome, 'actions' | 'inputs'>,
  typeOf: (node: string) => NodeDefinition | undefined,
): void {
  for (const target of targets) {
    if (target.to === 'action') {
      made.actions.push({
        id: actionId(message.eventId, target.node),
        eventId: message.eventId,
        flowId: order.flow.id,
        streamId: order.action.streamId,
        run: order.action.run,
        node: target.node,
        port: target.port,
        message,
        ...(isQuietWork(typeOf(target.node), message.fields) ? { isQuiet: true as const } : {}),
      })
      continue
    }
    const streamId = target.to === 'remote' ? streamIdOf(order.flow.id, target.stream) : order.action.streamId
    made.inputs.push({
      id: idFrom(message.eventId, target.node, target.port),
      streamId,
      node: target.node,
      port: target.port,
      message,
    })
  }
}

function numberOf(message: Message, key: string): number {
  const value = message[key]
  return typeof value === 'number' ? value : 0
}
