// The drawing of a flow: cards, wires, dropping, joining. Rules are in graph/check.ts; this file only asks them.
import '@xyflow/react/dist/base.css'
import './canvas.css'
import './picture-cards.css'
import './notes.css'
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider } from '@xyflow/react'
import { useEffect, useMemo, useRef, useState, type CSSProperties, type PointerEvent, type RefObject } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { whyNotWire } from '../graph/check.ts'
import { moveNodes } from '../graph/edit.ts'
import { areaOf } from '../graph/room.ts'
import { useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import { useDrawing } from './drawing.ts'
import { FarCard, FarPicture } from './FarCards.tsx'
import { NodeCard } from './NodeCard.tsx'
import { GroupFrame, NoteCard } from './NoteCard.tsx'
import { dropCard, dropNode, holdCard, holdOver } from './placing.ts'
import { closeTools, snapPx, useTools } from './tools.ts'
import { fitRoom, holdStill, keepWhole, notePointer, setCanvas, showCard, takeView } from './view.ts'
import { WireLine } from './WireLine.tsx'
import { finishWire, joinWire, flowWithoutMovedWire, startWire } from './wiring.ts'
import {
  isLarge,
  readChanges,
  selectedAfter,
  spreadFrames,
  toCards,
  toFrames,
  toNotes,
  toWires,
  type Overlay,
} from './things.ts'
import { surfaceProps, type CanvasWire, type Surface } from './xyflow.ts'
import { say } from '../words/say.ts'

const grid: [number, number] = [snapPx, snapPx]

const noWires: CanvasWire[] = []

function useSurface(flow: Flow, isFar: boolean): Surface {
  const types = useSignIn(({ types }) => types)
  const selection = useFlow((open) => open.selection)
  const [overlay, setOverlay] = useState<Overlay>({})
  const cards = useMemo(() => {
    const things = [
      ...toCards(flow, types, selection.nodes, overlay, isFar ? 'far' : 'card'),
      ...toNotes(flow, selection.nodes, overlay),
    ]
    return [...toFrames(flow, selection.nodes, things), ...things]
  }, [flow, types, selection.nodes, overlay, isFar])
  const wires = useMemo(
    () => (isFar ? noWires : toWires(flow, types, selection.wires)),
    [flow, types, selection.wires, isFar],
  )
  return {
    cards,
    wires,
    Card: NodeCard,
    Far: FarCard,
    Note: NoteCard,
    Frame: GroupFrame,
    Wire: WireLine,
    onCardChanges: (all) => {
      const changes = spreadFrames(all, flow, cards)
      const now = useFlow.getState().selection
      if (changes.some(({ type }) => type === 'select'))
        select({ ...now, nodes: selectedAfter(now.nodes, changes as Parameters<typeof selectedAfter>[1]) })
      setOverlay((known) => readChanges(changes, known).overlay)
      const { places } = readChanges(changes, overlay)
      if (places.size > 0) changeFlow((current) => moveNodes(current, places), 'move')
    },
    onWireSelection: (changes) => {
      const now = useFlow.getState().selection
      select({ ...now, wires: selectedAfter(now.wires, changes) })
    },
    canJoin: (from, to) => whyNotWire(flowWithoutMovedWire(currentFlow() ?? flow), types, { from, to }) === null,
    onJoin: (from, to) => joinWire({ from, to }),
    onTakeWire: (id) => useDrawing.setState({ taken: id }),
    onDrawStart: (ref, side) => startWire(currentFlow() ?? flow, ref, side),
    onDrawEnd: finishWire,
    onCardDrag: holdCard,
    onCardDrop: dropCard,
  }
}

/** The card a phone shows first: the model, else whatever there is. */
function heart(flow: Flow): { id: string }[] {
  const { types } = useSignIn.getState()
  const model = flow.nodes.find((node) => areaOf(types.get(node.type)) === 'model') ?? flow.nodes[0]
  return model ? [{ id: model.id }] : []
}

/** What has opened or grown has done so by then. */
const settledMs = 250

/** Once it runs, cards have grown by their pictures: brought into view again. */
function useGrownInView(flow: Flow, isPhone: boolean, isWhole: boolean): void {
  const id = heart(flow)[0]?.id
  const isLive = useLive((live) => (live.status[useFlow.getState().id ?? '']?.streams.length ?? 0) > 0)
  useEffect(() => {
    if (!isLive || !id || !(isPhone || isWhole)) return
    const timer = setTimeout(isPhone ? () => showCard(id, 0.05) : keepWhole, settledMs)
    return () => clearTimeout(timer)
  }, [isPhone, isWhole, isLive, id])
}

/**
 * Palette and inspector take room of their own: what is drawn stays where it was on the screen. The drawer and an alarm take it from below and
 * above, where the commands lie: a flow that is seen whole stays whole.
 */
function useStillness(canvas: RefObject<HTMLDivElement | null>, isWhole: boolean): void {
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    let { left, height } = element.getBoundingClientRect()
    let timer: ReturnType<typeof setTimeout> | undefined
    const watching = new ResizeObserver(() => {
      const now = element.getBoundingClientRect()
      holdStill(now.left - left)
      if (isWhole && now.height !== height) {
        clearTimeout(timer)
        timer = setTimeout(keepWhole, settledMs)
      }
      left = now.left
      height = now.height
    })
    watching.observe(element)
    return () => {
      clearTimeout(timer)
      watching.disconnect()
    }
  }, [canvas, isWhole])
}

/** From here on out a card shows its name alone: nothing else could be read. */
const farZooms = [0.5, 0.28] as const

/** `1` far, `2` very far; told to the style sheet, so that no card of a small flow is built anew for it. True when it is far. */
function tellDistance(canvas: HTMLDivElement | null, zoom: number): boolean {
  const far = farZooms.filter((least) => zoom < least).length
  if (canvas && canvas.dataset['far'] !== (far === 0 ? undefined : String(far))) {
    if (far === 0) delete canvas.dataset['far']
    else canvas.dataset['far'] = String(far)
  }
  return far > 0
}

const colourOnMap = ({ type }: { type?: string }): string =>
  ({ frame: 'var(--heed-sunken)', note: 'var(--heed-note)' })[type ?? ''] ?? 'var(--heed-border-strong)'

/** What lies below the cards, and the map in the corner. */
function Ground({ isFar, hasMap }: { isFar: boolean; hasMap: boolean }) {
  return (
    <>
      {isFar ? (
        <FarPicture />
      ) : (
        <Background variant={BackgroundVariant.Dots} gap={16} size={1.5} color="var(--heed-dots)" />
      )}
      {hasMap && <MiniMap pannable zoomable ariaLabel={say('Overview')} nodeColor={colourOnMap} />}
    </>
  )
}

/** Where the pointer is, for what is pasted there. */
const notesPointer = {
  onPointerMove: ({ clientX: x, clientY: y }: PointerEvent) => notePointer({ x, y }),
  onPointerLeave: () => notePointer(null),
}

function leave(): void {
  setCanvas(null)
  closeTools()
}

function CanvasInside({ flow, isReadOnly }: { flow: Flow; isReadOnly: boolean }) {
  const [isFarAway, setFarAway] = useState(isLarge(flow))
  const isFar = isFarAway && isLarge(flow)
  const surface = useSurface(flow, isFar)
  const start = useDrawing((drawing) => drawing.start)
  const snaps = useTools((tools) => tools.habits.snap)
  const boxes = useTools((tools) => tools.boxes) && !isReadOnly
  const [hadCards] = useState(flow.nodes.length > 0)
  useEffect(() => leave, [])
  useGrownInView(flow, isReadOnly, hadCards)
  const canvas = useRef<HTMLDivElement>(null)
  useStillness(canvas, hadCards && !isReadOnly)
  const style = { '--drawing-kind': start ? `var(--kind-${start.kind})` : undefined } as CSSProperties
  return (
    <div
      ref={canvas}
      className="canvas"
      data-drawing={start ? '' : undefined}
      data-boxes={boxes || undefined}
      data-picture={isFar || undefined}
      style={style}
      data-testid="canvas"
      onPointerDown={takeView}
      onWheel={takeView}
      onKeyDown={takeView}
      onDragOver={holdOver}
      onDragLeave={() => useDrawing.setState({ over: null })}
      onDrop={dropNode}
      {...notesPointer}
    >
      <ReactFlow
        {...surfaceProps(surface)}
        onInit={(instance) => {
          setCanvas(instance)
          setFarAway(tellDistance(canvas.current, instance.getZoom()))
        }}
        onMoveStart={() => canvas.current?.setAttribute('data-moving', '')}
        onMove={(_event, { zoom }) => setFarAway(tellDistance(canvas.current, zoom))}
        onMoveEnd={() => canvas.current?.removeAttribute('data-moving')}
        fitView={hadCards}
        fitViewOptions={{ padding: fitRoom, maxZoom: 1, ...(isReadOnly ? { nodes: heart(flow) } : {}) }}
        minZoom={0.1}
        maxZoom={2}
        deleteKeyCode={null}
        multiSelectionKeyCode={['Meta', 'Shift', 'Control']}
        selectionKeyCode="Shift"
        connectionRadius={24}
        onlyRenderVisibleElements={isLarge(flow) && !isFar}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        edgesReconnectable={!isReadOnly}
        elementsSelectable={!isReadOnly}
        nodesFocusable={!isReadOnly}
        zoomOnDoubleClick={false}
        snapToGrid={snaps}
        snapGrid={grid}
        selectionOnDrag={boxes}
        panOnDrag={!boxes}
        aria-label={say('Flow')}
      >
        <Ground isFar={isFar} hasMap={flow.nodes.length > 30 && !isReadOnly} />
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
