// Everything a card shows, gathered from the open flow and from what is live. The card itself only draws it.
import { useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { NodeStatus, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import { cardLine, withoutCredentials } from '../../nodes/contract/card-line.ts'
import { blockedNodes } from '../graph/blocked.ts'
import { factsOf, type Facts } from '../graph/facts.ts'
import { areaOf, type Area } from '../graph/room.ts'
import { useDeployed } from '../deployed.ts'
import { useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import type { DeliveryView, NodeType, NodeTypes, Problem, ReceiverView, StreamDecision } from '../views.ts'
import { useChosenStream } from './chosen-stream.ts'
import { say } from '../words/say.ts'

export interface CardView {
  node: FlowNode
  /** Undefined for a type this Heed does not know: a placeholder that keeps its data. */
  type: NodeType | undefined
  title: string
  line: string
  ports: NodeType['ports']
  problems: readonly Problem[]
  area: Area
  /** The stream the card shows; several cameras make several. */
  stream: StreamStatus | undefined
  streams: readonly StreamStatus[]
  state: StreamState | null
  /** What keeps everything from reaching it, by name; null while something can. */
  blockedBy: string | null
  /** Drawn since the flow was deployed: it does not run. */
  isNew: boolean
  /** Switched off, or hanging on what is. */
  isOff: boolean
  status: NodeStatus | undefined
  decisions: readonly StreamDecision[]
  deliveries: readonly DeliveryView[]
  /** Whom it tells cannot be reached. */
  receiver: ReceiverView | undefined
}

/** A card's own state: the stream's, but trouble of one node is not trouble of all. */
export function cardState(
  stream: StreamStatus | undefined,
  status: NodeStatus | undefined,
  isSource: boolean,
): StreamState | null {
  if (!stream) return null
  if (stream.state !== 'running' && stream.state !== 'degraded') return stream.state
  if (status) return status.tone === 'ok' ? 'running' : 'degraded'
  return isSource ? stream.state : 'running'
}

/** Nobody is told: as bad as anything a node can say of itself. */
const unreached = ({ text }: ReceiverView): NodeStatus => ({ text, tone: 'bad' })

/** How a node is described on its card. */
export function describe(node: FlowNode, type: NodeType | undefined): { title: string; line: string } {
  const title = node.name || type?.title || node.type
  if (!type)
    return {
      title,
      line: say('This Heed does not know "{type}". Its settings are kept; install its package or remove the card.', {
        type: node.type,
      }),
    }
  return { title, line: withoutCredentials(cardLine(type, node.config)) }
}

const none: readonly never[] = []

/** Whether a node gives nothing just now: a camera without pictures, a model that does not answer. */
function isBroken(node: FlowNode, type: NodeType | undefined, streams: readonly StreamStatus[]): boolean {
  if (type?.role === 'source')
    return streams.some(
      ({ source, state, camera }) =>
        source === node.id &&
        (state === 'failed' || (state === 'degraded' && camera !== undefined && !seeing.has(camera.state))),
    )
  const own = streams.flatMap(({ nodes }) => nodes[node.id] ?? [])
  return areaOf(type) === 'model' && own.length > 0 && own.every(({ tone }) => tone === 'bad')
}

const seeing: ReadonlySet<string> = new Set(['watching', 'slow', 'connecting'])
let blockedOf: { flow: Flow; streams: readonly StreamStatus[]; blocked: Map<string, string> } | undefined

/** The same for all cards of a flow: looked for once for each change. */
function blockedIn(flow: Flow, types: NodeTypes, streams: readonly StreamStatus[]): Map<string, string> {
  if (blockedOf?.flow === flow && blockedOf.streams === streams) return blockedOf.blocked
  const nodes = new Map(flow.nodes.map((node) => [node.id, node]))
  const typeOf = (id: string): NodeType | undefined => types.get(nodes.get(id)?.type ?? '')
  const broken = new Set(flow.nodes.filter((node) => isBroken(node, typeOf(node.id), streams)).map(({ id }) => id))
  const blocked =
    broken.size === 0
      ? new Map<string, string>()
      : blockedNodes(
          flow,
          (id) => broken.has(id),
          (id, port) => typeOf(id)?.ports.in[port]?.kind === 'frames',
        )
  blockedOf = { flow, streams, blocked }
  return blocked
}

/** The view of one node of the open flow; undefined once it is gone. */
export function useCardView(id: string): CardView | undefined {
  const types = useSignIn(({ types }) => types)
  // One card asks for its own part only, so that a change of another card draws nothing anew here.
  const facts = (open: ReturnType<typeof useFlow.getState>): Facts | undefined =>
    open.history ? factsOf(open.history.present, types) : undefined
  const node = useFlow((open) => facts(open)?.nodes.get(id))
  const isOff = useFlow((open) => facts(open)?.idle.has(id) === true)
  const ports = useFlow((open) => facts(open)?.ports(id))
  const flowId = useFlow((open) => open.id) ?? ''
  const problems = useFlow(useShallow((open) => open.problems.filter((problem) => problem.node === id)))
  const all = useLive((live) => live.status[flowId]?.streams) ?? (none as readonly StreamStatus[])
  const chosen = useChosenStream((choice) => choice.byFlow[flowId])
  const deliveries = useLive(
    useShallow((live) =>
      live.events
        .filter((event) => event.flow === flowId)
        .flatMap((event) => event.deliveries.filter((delivery) => delivery.node === id))
        .slice(0, 20),
    ),
  )
  const receiver = useLive((live) => live.status[flowId]?.receivers?.find((each) => each.node === id))
  const cameras = useFlow(useShallow((open) => facts(open)?.cameras(id) ?? none))
  const streams = useMemo(
    () => cameras.flatMap((camera) => all.filter((stream) => stream.source === camera)),
    [all, cameras],
  )
  const isNew = useDeployed(
    ({ flow: of, document }) => of === flowId && document !== null && !document.nodes.some((each) => each.id === id),
  )
  const stream = isNew || isOff ? undefined : (streams.find((candidate) => candidate.id === chosen) ?? streams[0])
  const decisions =
    useLive((live) => (stream ? live.decisions[stream.id] : undefined)) ?? (none as readonly StreamDecision[])
  const hasStream = stream !== undefined
  const blockedBy = useFlow((open) => {
    const flow = open.history?.present
    const culprit = hasStream && flow ? facts(open)?.nodes.get(blockedIn(flow, types, all).get(id) ?? '') : undefined
    return culprit ? describe(culprit, types.get(culprit.type)).title : null
  })
  if (!node || !ports) return undefined
  const type = types.get(node.type)
  const status = stream?.nodes[id]
  return {
    node,
    type,
    ...describe(node, type),
    ports,
    problems,
    area: areaOf(type),
    stream,
    streams: isNew || isOff ? none : streams,
    status,
    decisions,
    deliveries,
    receiver: isNew || isOff ? undefined : receiver,
    isNew,
    isOff,
    blockedBy,
    state: cardState(stream, receiver ? unreached(receiver) : status, type?.role === 'source'),
  }
}
