// Everything a card shows, gathered from the open flow and from what is live. The card itself only draws it.
import { useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { NodeStatus, StreamStatus } from '../../nodes/contract/events.ts'
import { cardLine, withoutCredentials } from '../../nodes/contract/card-line.ts'
import { factsOf, type Facts } from '../graph/facts.ts'
import { areaOf, type Area } from '../graph/room.ts'
import { standings, type Standing } from '../graph/standing.ts'
import { useDeployed } from '../deployed.ts'
import { useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import type { DeliveryView, FlowStatus, NodeType, NodeTypes, Problem, ReceiverView, StreamDecision } from '../views.ts'
import { useChosenStream } from './chosen-stream.ts'
import { say } from '../words/say.ts'

export interface CardView {
  node: FlowNode
  /** Undefined for a type this Heed does not know: a placeholder that keeps its data. */
  type: NodeType | undefined
  title: string
  line: string
  ports: NodeType['ports']
  width: number
  problems: readonly Problem[]
  area: Area
  /** The stream the card shows; several cameras make several. */
  stream: StreamStatus | undefined
  streams: readonly StreamStatus[]
  state: Standing['state'] | null
  /** What it waits for, by name; null unless it waits. */
  waitsFor: string | null
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

/** The chosen one, else one that gives something. */
function shownOf(streams: readonly StreamStatus[], chosen: string | undefined): StreamStatus | undefined {
  return streams.find(({ id }) => id === chosen) ?? streams.find(({ state }) => state === 'running') ?? streams[0]
}

let standingsOf: { flow: Flow; status: FlowStatus; all: Map<string, Standing> } | undefined

/** The same for all cards of a flow: looked for once for each change. */
function standingIn(flow: Flow, types: NodeTypes, status: FlowStatus, id: string): Standing | undefined {
  if (standingsOf?.flow !== flow || standingsOf.status !== status) {
    const unreached = new Set(status.receivers?.map(({ node }) => node))
    const all = standings(flow, types, status.streams, (node) => unreached.has(node))
    standingsOf = { flow, status, all }
  }
  return standingsOf.all.get(id)
}

/** How a node of the open flow stands; undefined while it runs in nothing. */
export function standingNow(id: string): Standing | undefined {
  const { id: flowId, history } = useFlow.getState()
  const status = useLive.getState().status[flowId ?? '']
  return history && status ? standingIn(history.present, useSignIn.getState().types, status, id) : undefined
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
  const width = useFlow((open) => facts(open)?.width(id) ?? 240)
  const flowId = useFlow((open) => open.id) ?? ''
  const problems = useFlow(useShallow((open) => open.problems.filter((problem) => problem.node === id)))
  const known = useLive((live) => live.status[flowId])
  const all = known?.streams ?? (none as readonly StreamStatus[])
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
  const stream = isNew || isOff ? undefined : shownOf(streams, chosen)
  const decisions =
    useLive((live) => (stream ? live.decisions[stream.id] : undefined)) ?? (none as readonly StreamDecision[])
  // In words of its own, so that a card is drawn anew only when it stands differently.
  const [state, culprit] = useFlow(
    useShallow((open): [Standing['state'] | null, string | null] => {
      const now = open.history && known ? standingIn(open.history.present, types, known, id) : undefined
      const waited = facts(open)?.nodes.get(now?.waitsFor ?? '')
      return [now?.state ?? null, waited ? describe(waited, types.get(waited.type)).title : null]
    }),
  )
  if (!node || !ports) return undefined
  const type = types.get(node.type)
  const status = stream?.nodes[id]
  return {
    node,
    type,
    ...describe(node, type),
    ports,
    width,
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
    waitsFor: culprit,
    state: stream ? state : null,
  }
}
