// A large flow from far away: each card is a place that can be taken, moved and heard of; one picture below them shows them all.
import { memo, useEffect, useRef } from 'react'
import type { Flow, Wire } from '../../nodes/contract/flow.ts'
import { wireId, type Point } from '../graph/edit.ts'
import { factsOf } from '../graph/facts.ts'
import { problemTone } from '../graph/todo.ts'
import { portTop } from '../graph/room.ts'
import { laneOf, leadsBack } from '../graph/wire-way.ts'
import { useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import type { NodeTypes } from '../views.ts'
import { describe, standingNow } from './card-view.ts'
import { drawOverview, type Ink, type Overview, type OverviewCard, type OverviewWire } from './overview.ts'
import { boxesOf, pathOf, useCanvasStore, type CardNode, type CardProps } from './xyflow.ts'

/** The place of a card; its name is the place's own, for whoever listens. */
export const FarCard = memo(function FarCard({ id, width, height }: CardProps) {
  const type = useFlow((open) => open.history?.present.nodes.find((node) => node.id === id)?.type)
  return (
    <div
      className="card card-far"
      data-testid={`node-${id}`}
      data-node-id={id}
      data-node-type={type}
      style={{ width, height }}
    />
  )
})

interface Ends {
  from: Point
  to: Point
}

const keptWires = new WeakMap<Wire, Ends & { drawn: OverviewWire }>()

function wireOf(wire: Wire, { from, to }: Ends, kind: OverviewWire['kind'], things: readonly CardNode[]): OverviewWire {
  const kept = keptWires.get(wire)
  const isSame = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y
  if (kept && isSame(kept.from, from) && isSame(kept.to, to) && kept.drawn.kind === kind) return kept.drawn
  const lane = leadsBack(from, to) ? laneOf(from, to, boxesOf(things)) : from.y
  const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y, lane)]
  const slack = Math.abs(to.x - from.x) / 2
  const around = {
    x: left - slack - 40,
    y: top - 20,
    width: Math.abs(to.x - from.x) + 2 * slack + 80,
    height: Math.max(from.y, to.y, lane) - top + 40,
  }
  const drawn = { around, path: new Path2D(pathOf(from, to, lane)), kind, isSelected: false }
  keptWires.set(wire, { from, to, drawn })
  return drawn
}

/** What the picture shows of `flow`, its cards where `things` are. */
function overviewOf(flow: Flow, types: NodeTypes, things: readonly CardNode[]): Overview {
  const { selection, problems, insisted } = useFlow.getState()
  const facts = factsOf(flow, types)
  const tones = new Map<string, OverviewCard['tone']>()
  for (const problem of problems) {
    const node = problem.node === null ? undefined : facts.nodes.get(problem.node)
    const tone = node && problemTone(problem, node, insisted)
    if (node && (tone === 'bad' || (tone === 'warn' && !tones.has(node.id)))) tones.set(node.id, tone)
  }
  const at = new Map(things.map((thing) => [thing.id, thing]))
  const cards = flow.nodes.flatMap((node): OverviewCard[] => {
    const thing = at.get(node.id)
    if (!thing) return []
    const { measured, position, selected } = thing
    const state = standingNow(node.id)?.state
    const trouble = state === 'failed' ? 'bad' : state === 'degraded' ? 'warn' : null
    return [
      {
        ...position,
        width: measured?.width ?? 0,
        height: measured?.height ?? 0,
        title: describe(node, types.get(node.type)).title,
        isSelected: selected === true,
        isOff: facts.idle.has(node.id) || state === 'waiting',
        tone: tones.get(node.id) ?? trouble,
      },
    ]
  })
  const chosen = new Set(selection.wires)
  const wires = flow.wires.flatMap((wire) => {
    const [out, into] = [at.get(wire.from.node), at.get(wire.to.node)]
    if (!out || !into) return []
    const place = (card: CardNode, side: 'in' | 'out', port: string): Point => ({
      x: card.position.x + (side === 'out' ? (card.measured?.width ?? 0) : 0),
      y: card.position.y + portTop(Math.max(0, Object.keys(facts.ports(card.id)[side]).indexOf(port))),
    })
    const ends = { from: place(out, 'out', wire.from.port), to: place(into, 'in', wire.to.port) }
    const kind = facts.ports(out.id).out[wire.from.port]?.kind ?? 'unknown'
    const drawn = wireOf(wire, ends, kind, things)
    return [chosen.has(wireId(wire)) ? { ...drawn, isSelected: true } : drawn]
  })
  return { cards, wires }
}

/** Colours as the page has them just now. */
function inkOf(element: Element): Ink {
  const style = getComputedStyle(element)
  const known = new Map<string, string>()
  return (name) => {
    const found = known.get(name) ?? style.getPropertyValue(name)
    known.set(name, found)
    return found
  }
}

/** The picture: below the cards' places, and as large as the canvas. */
export function FarPicture() {
  const picture = useRef<HTMLCanvasElement>(null)
  const canvas = useCanvasStore()
  useEffect(() => {
    const element = picture.current
    const pen = element?.getContext('2d')
    if (!element || !pen) return
    let frame: number | undefined
    let ink = inkOf(element)
    let shown: { of: readonly unknown[]; overview: Overview } | undefined
    const draw = (): void => {
      frame = undefined
      const { width, height, transform, nodes } = canvas.getState()
      const open = useFlow.getState()
      const flow = open.history?.present
      if (!flow) return
      const of = [nodes, open, useLive.getState().status]
      if (!shown || of.some((each, n) => each !== shown?.of[n]))
        shown = { of, overview: overviewOf(flow, useSignIn.getState().types, nodes as CardNode[]) }
      const ratio = devicePixelRatio
      const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
      if (element.width !== across || element.height !== down) Object.assign(element, { width: across, height: down })
      const [x, y, zoom] = transform
      drawOverview(pen, shown.overview, { x, y, zoom, width, height, ratio }, ink)
    }
    const soon = (): void => void (frame ??= requestAnimationFrame(draw))
    const scheme = new MutationObserver(() => {
      ink = inkOf(element)
      soon()
    })
    scheme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] })
    const stops = [
      canvas.subscribe(soon),
      useFlow.subscribe(soon),
      useLive.subscribe(({ status }, before) => status === before.status || soon()),
      () => scheme.disconnect(),
    ]
    draw()
    return () => {
      if (frame !== undefined) cancelAnimationFrame(frame)
      for (const stop of stops) stop()
    }
  }, [canvas])
  return <canvas ref={picture} className="far-picture" aria-hidden data-testid="far-picture" />
}
