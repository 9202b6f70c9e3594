// Messages from outside into running streams: a question to the model, or anything to a node that takes messages.
// Only puts them where the session finds them; never waits for an answer, which comes as an event.
import { randomUUID } from 'node:crypto'
import type { Router } from 'express'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import { fromOutside } from '../../nodes/contract/events.ts'
import { takesMessages } from '../../nodes/contract/kinds.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import type { SessionInput } from '../actions/index.ts'
import type { StreamsRouteDeps } from './route-deps.ts'
import type { RunningStream } from './records.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { limitMessages } from '../live/index.ts'
import { InputSchema, QuestionSchema } from './route-bodies.ts'

const questionPort = 'query'

export interface Sent {
  id: string
  stream: string
  node: string
  port: string
}

/** A message for a node from outside its session, with an id of its own. */
export function inputFor(
  deps: Pick<StreamsRouteDeps, 'nowMs'>,
  to: { stream: RunningStream; node: string; port: string },
  words: string,
  fields?: Record<string, unknown>,
): SessionInput {
  const id = randomUUID()
  return {
    id,
    streamId: to.stream.id,
    node: to.node,
    port: to.port,
    message: {
      id,
      eventId: id,
      at: new Date(deps.nowMs()).toISOString(),
      text: words,
      source: { flow: to.stream.flow, node: fromOutside, stream: to.stream.id },
      ...(fields ? { fields } : {}),
    },
  }
}

/** Writes inputs down, then tells the sessions; a bus that loses the word only delays them. */
export async function sendInputs(deps: StreamsRouteDeps, flow: string, inputs: SessionInput[]): Promise<Sent[]> {
  await deps.running.addInputs(inputs)
  for (const streamId of new Set(inputs.map((input) => input.streamId)))
    deps.bus.publish({ type: 'input', flow, stream: streamId })
  return inputs.map(({ id, streamId, node, port }) => ({ id, stream: streamId, node, port }))
}

/** The flow's running streams, or the one that is named by its id or its camera's. */
async function runningStreams(
  deps: StreamsRouteDeps,
  flow: string,
  wanted: string | undefined,
): Promise<RunningStream[]> {
  const streams = await deps.running.streams(flow)
  const named = wanted === undefined ? streams : streams.filter(({ id, plan }) => id === wanted || plan.id === wanted)
  if (wanted !== undefined && named.length === 0 && streams.length > 0) {
    throw new NotFoundError(
      'STREAM_NOT_FOUND',
      `This flow has no stream “${wanted.slice(0, 140)}”. Its streams are ${streams.map(({ id }) => id).join(', ')}.`,
    )
  }
  const running = named.filter(({ isRunning }) => isRunning)
  if (running.length > 0) return running
  throw new ConflictError(
    'ASK_NOT_RUNNING',
    wanted === undefined
      ? 'This flow is not running, so nobody would hear it. Deploy the flow, then ask again.'
      : `The stream “${wanted.slice(0, 140)}” is not running, so nobody would hear it. Deploy the flow, then ask again.`,
  )
}

/** Why nothing that is sent to a port of this node would be heard, in words; undefined where it is. */
type Deafness = (node: PlanNode, port: string) => string | undefined

async function readDeafness({ connections, nodes }: StreamsRouteDeps): Promise<Deafness> {
  const abilities = new Map((await connections.list()).map(({ name, can }) => [name, can]))
  return ({ type, config }, port) => {
    const can = typeof config.connection === 'string' ? abilities.get(config.connection) : undefined
    const deaf = nodes.get(type)?.ports.in[port]?.deafUnless
    return can && deaf && can[deaf.connectionCan] === undefined ? deaf.why : undefined
  }
}

/** Throws ConflictError ASK_NO_QUESTIONS with the first reason when none of the nodes would hear it. */
function assertHeard<T extends { node: PlanNode }>(placed: T[], port: string, deafness: Deafness): T[] {
  const hearing = placed.filter(({ node }) => deafness(node, port) === undefined)
  const reason = placed[0] && deafness(placed[0].node, port)
  if (hearing.length === 0 && reason !== undefined) throw new ConflictError('ASK_NO_QUESTIONS', reason)
  return hearing
}

async function ask(deps: StreamsRouteDeps, flow: string, body: unknown): Promise<Sent[]> {
  const { text: question, stream: wanted } = parseBody(QuestionSchema, body)
  const streams = await runningStreams(deps, flow, wanted)
  const models = streams.flatMap((stream) =>
    stream.plan.ticks
      .filter(
        ({ type }) =>
          deps.nodes.get(type)?.needs.includes('model') && takesMessages(deps.nodes.get(type), questionPort),
      )
      .map((node) => ({ stream, node })),
  )
  if (models.length === 0)
    throw new ConflictError(
      'ASK_NO_MODEL',
      'No interaction model runs in this flow, so there is nobody to ask. Add one, wire it to the camera and deploy again.',
    )
  const inputs = assertHeard(models, questionPort, await readDeafness(deps)).map(({ stream, node }) =>
    inputFor(deps, { stream, node: node.id, port: questionPort }, question),
  )
  return await sendInputs(deps, flow, inputs)
}

async function put(deps: StreamsRouteDeps, flow: string, node: string, body: unknown): Promise<Sent[]> {
  const { text: words, stream: wanted, port } = parseBody(InputSchema, body)
  const streams = await runningStreams(deps, flow, wanted)
  const placed = streams.flatMap((each) =>
    each.plan.ticks.filter(({ id }) => id === node).map((found) => ({ stream: each, node: found })),
  )
  if (placed.length === 0) throw missingNode(streams, node)
  const [first] = placed
  if (first && !takesMessages(deps.nodes.get(first.node.type), port)) {
    throw new NotFoundError(
      'NODE_PORT_UNKNOWN',
      `The node “${node}” has no port “${port}” that takes messages. ${portsOf(deps, first.node)}`,
    )
  }
  return await sendInputs(
    deps,
    flow,
    assertHeard(placed, port, await readDeafness(deps)).map(({ stream }) =>
      inputFor(deps, { stream, node, port }, words),
    ),
  )
}

function missingNode(streams: readonly RunningStream[], node: string): NotFoundError {
  const isAction = streams.some(({ plan }) => plan.actions.some(({ id }) => id === node))
  return new NotFoundError(
    'NODE_NOT_RUNNING',
    isAction
      ? `The node “${node.slice(0, 64)}” acts on messages of the flow and takes none from outside. Send it to the node in front of it.`
      : `No node “${node.slice(0, 64)}” is running in this flow. If it was added lately, deploy the flow again.`,
  )
}

function portsOf(deps: StreamsRouteDeps, node: PlanNode): string {
  const ports = Object.keys(deps.nodes.get(node.type)?.ports.in ?? {}).filter((port) =>
    takesMessages(deps.nodes.get(node.type), port),
  )
  return ports.length === 0 ? 'It takes no messages at all.' : `It takes them on ${ports.join(', ')}.`
}

/** `POST /api/flows/:id/ask` and `POST /api/flows/:id/nodes/:node/input`. */
export function addAskRoutes(api: Router, deps: StreamsRouteDeps): void {
  const perFlow = limitMessages(deps.nowMs)
  api.post('/flows/:id/ask', perFlow, async (request, response) => {
    response.status(202).json({ sent: await ask(deps, String(request.params.id), request.body) })
  })
  api.post('/flows/:id/nodes/:node/input', perFlow, async (request, response) => {
    response
      .status(202)
      .json({ sent: await put(deps, String(request.params.id), String(request.params.node), request.body) })
  })
}
