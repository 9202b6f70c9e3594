// The card sheet: every node type in every state, for eyes. Development only; nothing here is real.
import '../canvas/canvas.css'
import '../canvas/picture-cards.css'
import '@xyflow/react/dist/base.css'
import { MantineProvider } from '@mantine/core'
import { ReactFlow, ReactFlowProvider } from '@xyflow/react'
import { useEffect } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { NodeStatus, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import { describe, type CardView } from '../canvas/card-view.ts'
import { areaOf, widthOf } from '../graph/room.ts'
import { CardFace } from '../canvas/NodeCard.tsx'
import { WireLine } from '../canvas/WireLine.tsx'
import { GroupFrame, NoteCard } from '../canvas/NoteCard.tsx'
import { toCards } from '../canvas/things.ts'
import { surfaceProps, type CardProps } from '../canvas/xyflow.ts'
import { addNode, emptyFlow } from '../graph/edit.ts'
import { startSignedIn, useSignIn } from '../sign-in.ts'
import { theme } from '../theme.ts'
import type { DeliveryView, NodeType, Problem, StreamDecision } from '../views.ts'

const states: readonly (StreamState | 'idle' | 'problem' | 'warning' | 'selected')[] = [
  'idle',
  'selected',
  'problem',
  'warning',
  'starting',
  'running',
  'degraded',
  'failed',
  'stopped',
  'finished',
]

function decisionsOf(node: string, state: string): StreamDecision[] {
  return Array.from({ length: 52 }, (_, tick) => {
    const speaks = tick % 17 === 9
    const isAway = state === 'degraded' && tick > 44
    return {
      stream: `sheet-${node}`,
      tick,
      at: new Date(Date.now() - (52 - tick) * 1000).toISOString(),
      mediaTimeS: tick,
      node,
      action: speaks ? ('response' as const) : tick === 30 ? ('delegate' as const) : ('silence' as const),
      reason: isAway ? ('model-unreachable' as const) : ('model' as const),
      text: speaks ? 'A person has fallen.' : isAway ? '10.0.0.5 refuses the connection' : '',
      latencyMs: 38 + (tick % 7),
      frameKind: tick % 9 === 0 ? ('I' as const) : ('P' as const),
      visualTokens: 80,
      fullRateTokens: 302,
    }
  })
}

function problemOf(node: string, severity: Problem['severity']): Problem {
  return {
    node,
    port: null,
    field: null,
    code: 'SHEET_EXAMPLE',
    severity,
    message:
      severity === 'error'
        ? 'Choose a clip, or upload one.'
        : 'The built-in model does not know "soup boils over". Pick from its list.',
  }
}

function streamOf(id: string, state: StreamState, status: NodeStatus | undefined): StreamStatus {
  return {
    id: `sheet-${id}`,
    source: id,
    state,
    reason: state === 'degraded' ? 'The camera at 10.0.0.7 does not answer; trying again in 4 s.' : null,
    ticks: 52,
    decisions: { silence: 48, response: 3, delegate: 1 },
    dropped: 2,
    tickMs: { p50: 40, p95: 61 },
    visualTokens: { sent: 5400, fullRate: 15_700 },
    lastFrameAt: new Date(Date.now() - 1200).toISOString(),
    nodes: status ? { [id]: status } : {},
  }
}

const deliveries: DeliveryView[] = [
  {
    id: 'd1',
    node: '',
    type: null,
    state: 'delivered',
    attempts: 1,
    detail: 'Shown in the inbox.',
    code: null,
    at: new Date(Date.now() - 12_000).toISOString(),
  },
  {
    id: 'd2',
    node: '',
    type: null,
    state: 'running',
    attempts: 3,
    detail: 'example.org answered 500; trying again in 8 s',
    code: null,
    at: new Date(Date.now() - 40_000).toISOString(),
  },
  {
    id: 'd3',
    node: '',
    type: null,
    state: 'failed',
    attempts: 20,
    detail: 'example.org answered 404',
    code: null,
    at: new Date(Date.now() - 400_000).toISOString(),
  },
]

function viewOf(flow: Flow, id: string, type: NodeType | undefined, state: (typeof states)[number]): CardView {
  const node = flow.nodes.find((candidate) => candidate.id === id) as Flow['nodes'][number]
  const isState = !['idle', 'problem', 'warning', 'selected'].includes(state)
  const costs = Array.from({ length: 52 }, (_, i) => 0.02 + 0.3 * Math.abs(Math.sin(i / 4)) * (i % 9 === 0 ? 2 : 1))
  const status: NodeStatus | undefined = isState
    ? { text: 'Sending small pictures', tone: state === 'degraded' ? 'warn' : 'ok', data: { costs } }
    : undefined
  const stream = isState ? streamOf(id, state as StreamState, status) : undefined
  return {
    node,
    type,
    ...describe(node, type),
    ports: type?.ports ?? { in: {}, out: {} },
    area: areaOf(type),
    width: type ? widthOf(flow, new Map([[type.type, type]]), node) : 240,
    stream,
    streams: stream ? [stream] : [],
    state: stream?.state ?? null,
    isNew: false,
    isOff: false,
    waitsFor: null,
    status,
    problems: state === 'problem' ? [problemOf(id, 'error')] : state === 'warning' ? [problemOf(id, 'warning')] : [],
    decisions: stream ? decisionsOf(id, state) : [],
    deliveries: stream ? deliveries : [],
    receiver: undefined,
  }
}

function build(types: readonly NodeType[]): {
  flow: Flow
  views: Map<string, { view: CardView; isSelected: boolean }>
} {
  let flow = emptyFlow('Sheet')
  const views = new Map<string, { view: CardView; isSelected: boolean }>()
  types.forEach((type, row) =>
    states.forEach((state, column) => {
      const added = addNode(flow, type, { x: column * 360, y: row * 520 })
      flow = added.flow
      views.set(added.id, { view: viewOf(flow, added.id, type, state), isSelected: state === 'selected' })
    }),
  )
  flow = {
    ...flow,
    nodes: [
      ...flow.nodes,
      {
        id: 'unknown',
        type: 'smoke-detector',
        version: 3,
        position: { x: 0, y: types.length * 520 },
        config: { room: 'kitchen' },
      },
    ],
  }
  views.set('unknown', { view: viewOf(flow, 'unknown', undefined, 'idle'), isSelected: false })
  return { flow, views }
}

let sheet: ReturnType<typeof build> | undefined
function SheetCard({ id }: CardProps) {
  const found = sheet?.views.get(id)
  return found ? <CardFace view={found.view} isSelected={found.isSelected} /> : null
}
const nothing = (): void => {}

/** The page at /dev/cards. */
export function CardSheet() {
  const types = useSignIn(({ types }) => types)
  useEffect(() => void startSignedIn(), [])
  if (types.size === 0) return <p>Sign in first, in another tab; then reload.</p>
  sheet ??= build([...types.values()])
  const surface = surfaceProps({
    cards: toCards(sheet.flow, types, [], {}),
    wires: [],
    Card: SheetCard,
    Far: SheetCard,
    Note: NoteCard,
    Frame: GroupFrame,
    Wire: WireLine,
    onCardChanges: nothing,
    onWireSelection: nothing,
    canJoin: () => false,
    onJoin: nothing,
    onDrawStart: nothing,
    onDrawEnd: nothing,
    onTakeWire: nothing,
    onCardDrag: nothing,
    onCardDrop: nothing,
  })
  const { nodes, ...rest } = surface
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <ReactFlowProvider>
        <div className="canvas" style={{ height: '100vh' }}>
          <ReactFlow {...rest} defaultNodes={nodes} fitView minZoom={0.05} />
        </div>
      </ReactFlowProvider>
    </MantineProvider>
  )
}
