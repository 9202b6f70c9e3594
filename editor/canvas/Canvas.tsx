// The drawing of a flow: cards, wires, dropping, joining. Rules are in graph/check.ts; this file only asks them.
import '@xyflow/react/dist/base.css'
import './canvas.css'
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider } from '@xyflow/react'
import { useEffect, useMemo, useState, type CSSProperties, type DragEvent } from 'react'
import type { Flow, PortRef } from '../../nodes/contract/flow.ts'
import { withConnections, withOwnZone } from '../form/schema.ts'
import { joined, openPorts, whyNotWire } from '../graph/check.ts'
import { addNode, addWire, moveNodes, type Point } from '../graph/edit.ts'
import { columnPx, freePlace } from '../graph/layout.ts'
import { useLive } from '../live.ts'
import { useSession } from '../session.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import type { NodeType } from '../views.ts'
import { areaOf } from './card-view.ts'
import { forgetRefusal, refuse, useDrawing } from './drawing.ts'
import { NodeCard } from './NodeCard.tsx'
import { cardWidthPx, fitView, isSeen, middle, setCanvas, showCard, toFlowPoint } from './view.ts'
import { WireLine } from './WireLine.tsx'
import { readChanges, selectedAfter, surfaceProps, toCards, toWires, type Overlay, type Surface } from './xyflow.ts'

export const dragType = 'application/x-heed-node-type'

/** Adds a node of `type` at a place of the flow, or in the middle of what is seen, and selects it. */
export function placeNode(type: NodeType, at?: Point): void {
  const flow = currentFlow()
  if (!flow) return
  const added = addNode(
    flow,
    withOwnZone(
      withConnections(type, useSession.getState().connections, [...useSession.getState().kinds.keys()]),
      Intl.DateTimeFormat().resolvedOptions().timeZone,
    ),
    at ?? freePlace(flow, besideSelected(flow) ?? middle()),
  )
  changeFlow(() => added.flow)
  select({ nodes: [added.id] })
  if (!at) requestAnimationFrame(() => isSeen(added.id) || fitView())
}

function besideSelected(flow: Flow): Point | null {
  const [only, ...others] = useFlow.getState().selection.nodes
  const node = others.length === 0 && flow.nodes.find((candidate) => candidate.id === only)
  return node ? { x: node.position.x + columnPx, y: node.position.y } : null
}

function startDrawing(flow: Flow, ref: PortRef, side: 'in' | 'out'): void {
  const { types } = useSession.getState()
  const node = flow.nodes.find((candidate) => candidate.id === ref.node)
  const kind = node && types.get(node.type)?.ports[side][ref.port]?.kind
  forgetRefusal()
  if (kind)
    useDrawing.setState({
      start: { ref, side, kind },
      open: new Set(openPorts(flow, types, ref, side).map((end) => `${end.node}.${end.port}`)),
    })
}

/** Let go over a card instead of a port: the one port that fits is meant. */
function joinCardUnder(flow: Flow, start: PortRef, side: 'in' | 'out', at: Point): void {
  const { types } = useSession.getState()
  const card = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>('[data-node-id]')
  const id = card?.dataset['nodeId']
  if (!id || id === start.node) return
  const fitting = openPorts(flow, types, start, side).filter((end) => end.node === id)
  const [only] = fitting
  if (fitting.length === 1 && only) return join(joined(start, only, side))
  if (fitting.length > 1)
    return refuse('Several ports of this card could take the wire. Let go on the one you mean.', at)
  const other = Object.keys(types.get(card?.dataset['nodeType'] ?? '')?.ports[side === 'out' ? 'in' : 'out'] ?? {})[0]
  if (other === undefined) return refuse(side === 'out' ? 'This card takes no wires.' : 'This card sends nothing.', at)
  refuse(
    whyNotWire(flow, types, joined(start, { node: id, port: other }, side)) ?? 'This card has no port for that wire.',
    at,
  )
}

function join({ from, to }: { from: PortRef; to: PortRef }): void {
  changeFlow((flow) => addWire(flow, from, to))
}

function endDrawing(flow: Flow, end: Parameters<Surface['onDrawEnd']>[0], isJoined: boolean, at: Point): void {
  const { start } = useDrawing.getState()
  useDrawing.setState({ start: null, open: new Set() })
  if (!start || isJoined) return
  if (!end) return joinCardUnder(flow, start.ref, start.side, at)
  if (end.ref.node === start.ref.node && end.ref.port === start.ref.port && end.side === start.side) return
  const { types } = useSession.getState()
  const why =
    end.side === start.side
      ? 'A wire runs from a port on the right side of a card to a port on the left side of another.'
      : whyNotWire(flow, types, joined(start.ref, end.ref, start.side))
  if (why) refuse(why, at)
}

function useSurface(flow: Flow): Surface {
  const types = useSession((session) => session.types)
  const selection = useFlow((open) => open.selection)
  const [overlay, setOverlay] = useState<Overlay>({})
  const cards = useMemo(() => toCards(flow, types, selection.nodes, overlay), [flow, types, selection.nodes, overlay])
  const wires = useMemo(() => toWires(flow, types, selection.wires), [flow, types, selection.wires])
  return {
    cards,
    wires,
    Card: NodeCard,
    Wire: WireLine,
    onCardChanges: (changes) => {
      const now = useFlow.getState().selection
      select({ ...now, nodes: selectedAfter(now.nodes, changes as Parameters<typeof selectedAfter>[1]) })
      setOverlay((known) => readChanges(changes, known).overlay)
      const { places } = readChanges(changes, overlay)
      if (places.size > 0) changeFlow((current) => moveNodes(current, places), 'move')
    },
    onWireSelection: (changes) => {
      const now = useFlow.getState().selection
      select({ ...now, wires: selectedAfter(now.wires, changes) })
    },
    canJoin: (from, to) => whyNotWire(currentFlow() ?? flow, types, { from, to }) === null,
    onJoin: (from, to) => join({ from, to }),
    onDrawStart: (ref, side) => startDrawing(currentFlow() ?? flow, ref, side),
    onDrawEnd: (end, isJoined, at) => endDrawing(currentFlow() ?? flow, end, isJoined, at),
  }
}

function dropNode(event: DragEvent): void {
  const type = useSession.getState().types.get(event.dataTransfer.getData(dragType))
  if (!type) return
  event.preventDefault()
  const point = toFlowPoint({ x: event.clientX, y: event.clientY })
  placeNode(type, { x: point.x - cardWidthPx / 2, y: point.y - 28 })
}

/** The card a phone shows first: the model, else whatever there is. */
function heart(flow: Flow): { id: string }[] {
  const { types } = useSession.getState()
  const model = flow.nodes.find((node) => areaOf(types.get(node.type)) === 'model') ?? flow.nodes[0]
  return model ? [{ id: model.id }] : []
}

/** Once it runs, the card has grown by its picture: brought into view again. */
function useHeartInView(flow: Flow, isPhone: boolean): void {
  const id = heart(flow)[0]?.id
  const isLive = useLive((live) => (live.status[useFlow.getState().id ?? '']?.streams.length ?? 0) > 0)
  useEffect(() => {
    if (!isPhone || !isLive || !id) return
    const timer = setTimeout(() => showCard(id, 0.05), 250)
    return () => clearTimeout(timer)
  }, [isPhone, isLive, id])
}

function CanvasInside({ flow, isReadOnly }: { flow: Flow; isReadOnly: boolean }) {
  const surface = useSurface(flow)
  const start = useDrawing((drawing) => drawing.start)
  const [hadCards] = useState(flow.nodes.length > 0)
  useEffect(() => () => setCanvas(null), [])
  useHeartInView(flow, isReadOnly)
  const style = { '--drawing-kind': start ? `var(--kind-${start.kind})` : undefined } as CSSProperties
  return (
    <div
      className="canvas"
      data-drawing={start ? '' : undefined}
      style={style}
      data-testid="canvas"
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(dragType)) event.preventDefault()
      }}
      onDrop={dropNode}
    >
      <ReactFlow
        {...surfaceProps(surface)}
        onInit={setCanvas}
        fitView={hadCards}
        fitViewOptions={{ padding: 0.08, maxZoom: 1, ...(isReadOnly ? { nodes: heart(flow) } : {}) }}
        minZoom={0.1}
        maxZoom={2}
        deleteKeyCode={null}
        multiSelectionKeyCode={['Meta', 'Shift', 'Control']}
        selectionKeyCode="Shift"
        connectionRadius={24}
        onlyRenderVisibleElements={flow.nodes.length > 60}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        elementsSelectable={!isReadOnly}
        nodesFocusable={!isReadOnly}
        zoomOnDoubleClick={false}
        aria-label="Flow"
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1.5} color="var(--heed-dots)" />
        {flow.nodes.length > 30 && !isReadOnly && <MiniMap pannable zoomable ariaLabel="Overview" />}
      </ReactFlow>
    </div>
  )
}

/** The canvas of the open flow; read-only on phones. */
export function Canvas({ flow, isReadOnly }: { flow: Flow; isReadOnly: boolean }) {
  return (
    <ReactFlowProvider>
      <CanvasInside flow={flow} isReadOnly={isReadOnly} />
    </ReactFlowProvider>
  )
}
