// Tidies a drawing: columns from the cameras to the right, few crossings, heights as the cards will have while they run; what a
// person has pinned stays. Ranks and order are dagre's, heights along the ports our own. Pure; runs in a worker.
import { graphlib, layout } from '@dagrejs/dagre'
import type { Box } from './arrange.ts'
import type { Point } from './edit.ts'

export interface DrawnBox extends Box {
  id: string
}
/** What a layout looks at, as plain data: it goes to a worker. */
export interface Drawing {
  cards: (DrawnBox & { isPinned?: boolean })[]
  /** `fromY`, `toY`: where the ports are, from the top of their cards. */
  wires: { from: string; to: string; fromY: number; toY: number }[]
  /** Ids of cards that stay together. */
  groups: string[][]
  notes: DrawnBox[]
}

export const columnGapPx = 72
const rowGapPx = 32
/** Between flows that no wire joins. */
const islandGapPx = 64
/** With frames around groups: their sides, and their titles. */
const framedGapPx = 96
const gridPx = 8

type Card = Drawing['cards'][number]
type Wire = Drawing['wires'][number]
interface Island {
  cards: Card[]
  wires: Wire[]
  groups: string[][]
}

/** Where each card and note goes. */
export function tidyPlaces(drawing: Drawing): Map<string, Point> {
  const islands = islandsOf(drawing).map((island) => ({ island, boxes: placeIsland(island) }))
  const packed = pack(islands)
  const places = settle(drawing.cards, packed)
  for (const [id, place] of followedBy(drawing, places)) places.set(id, place)
  return places
}

/** Cards that wires or groups join, each lot by itself, from the top to the bottom as they lay before. */
function islandsOf({ cards, wires, groups }: Drawing): Island[] {
  const leader = new Map(cards.map(({ id }) => [id, id]))
  const find = (id: string): string => {
    let top = id
    for (let up = leader.get(top); up !== undefined && up !== top; up = leader.get(top)) top = up
    leader.set(id, top)
    return top
  }
  const join = (a: string, b: string): void => void leader.set(find(a), find(b))
  const known = wires.filter(({ from, to }) => leader.has(from) && leader.has(to) && from !== to)
  const real = groups.map((members) => members.filter((id) => leader.has(id))).filter(({ length }) => length > 0)
  for (const { from, to } of known) join(from, to)
  for (const [first, ...rest] of real) for (const id of rest) join(first ?? id, id)
  const byLeader = Map.groupBy(cards, ({ id }) => find(id))
  const wiresOf = Map.groupBy(known, ({ from }) => find(from))
  const groupsOf = Map.groupBy(real, ([first]) => find(first ?? ''))
  const top = ({ cards: own }: Island): number => Math.min(...own.map(({ y }) => y))
  return [...byLeader]
    .map(([id, own]) => ({ cards: own, wires: wiresOf.get(id) ?? [], groups: groupsOf.get(id) ?? [] }))
    .sort((a, b) => top(a) - top(b))
}

/** Wires that close a circle: the way back from an agent to its model. They are drawn around the cards and order nothing. */
export function wiresBack({ cards, wires }: Pick<Drawing, 'cards' | 'wires'>): Set<Wire> {
  const outgoing = Map.groupBy(wires, ({ from }) => from)
  const fed = new Set(wires.map(({ to }) => to))
  const state = new Map<string, 'open' | 'done'>()
  const back = new Set<Wire>()
  const starts = [...cards].sort((a, b) => Number(fed.has(a.id)) - Number(fed.has(b.id)) || a.x - b.x || a.y - b.y)
  for (const { id: start } of starts) {
    if (state.has(start)) continue
    const way: { id: string; next: number }[] = [{ id: start, next: 0 }]
    state.set(start, 'open')
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const wire = outgoing.get(here.id)?.[here.next++]
      if (!wire) {
        state.set(here.id, 'done')
        way.pop()
      } else if (state.get(wire.to) === 'open') back.add(wire)
      else if (!state.has(wire.to)) {
        state.set(wire.to, 'open')
        way.push({ id: wire.to, next: 0 })
      }
    }
  }
  return back
}

function placeIsland({ cards, wires, groups }: Island): DrawnBox[] {
  if (cards.length === 1 && cards[0]) return [{ ...cards[0], x: 0, y: 0 }]
  const back = wiresBack({ cards, wires })
  const onward = wires.filter((wire) => !back.has(wire))
  const placed = rankAndOrder(cards, onward, groups)
  return groups.length > 0 ? placed : alongPorts(placed, onward)
}

function rankAndOrder(cards: readonly Card[], wires: readonly Wire[], groups: readonly string[][]): DrawnBox[] {
  const graph = new graphlib.Graph({ compound: groups.length > 0 })
  const isFramed = groups.length > 0
  graph.setGraph({
    rankdir: 'LR',
    nodesep: isFramed ? framedGapPx : rowGapPx,
    ranksep: isFramed ? framedGapPx : columnGapPx,
    // The exact way takes seconds for many hundreds.
    ranker: cards.length > 400 ? 'tight-tree' : 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  // dagre keeps the order of what is tied: as it lay before.
  for (const { id, width, height } of [...cards].sort((a, b) => a.y - b.y || a.x - b.x))
    graph.setNode(id, { width, height })
  for (const [index, members] of groups.entries()) {
    graph.setNode(`/${index}`, {})
    for (const id of members) graph.setParent(id, `/${index}`)
  }
  for (const { from, to } of wires) graph.setEdge(from, to, {})
  layout(graph)
  return cards.map(({ id, width, height }) => {
    const { x, y } = graph.node(id) as Point
    return { id, width, height, x: x - width / 2, y: y - height / 2 }
  })
}

/** The columns as they are ordered, each card as near as can be to where its wires run level. */
function alongPorts(cards: readonly DrawnBox[], wires: readonly Wire[]): DrawnBox[] {
  const columns = [...Map.groupBy(cards, ({ x, width }) => Math.round(x + width / 2)).entries()]
    .sort(([a], [b]) => a - b)
    .map(([, column]) => [...column].sort((a, b) => a.y - b.y))
  let left = 0
  const placed = columns.map((column) => {
    const x = left
    left += Math.max(...column.map(({ width }) => width)) + columnGapPx
    return column.map((card) => ({ ...card, x }))
  })
  const byId = new Map(placed.flat().map((card) => [card.id, card]))
  const before = Map.groupBy(wires, ({ to }) => to)
  const after = Map.groupBy(wires, ({ from }) => from)
  const wanted = ({ id, y }: DrawnBox, side: 'before' | 'after' | 'both'): { y: number; weight: number } => {
    const levels = [
      ...(side === 'after' ? [] : (before.get(id) ?? []).map((w) => (byId.get(w.from)?.y ?? 0) + w.fromY - w.toY)),
      ...(side === 'before' ? [] : (after.get(id) ?? []).map((w) => (byId.get(w.to)?.y ?? 0) + w.toY - w.fromY)),
    ]
    if (levels.length === 0) return { y, weight: 0.2 }
    return { y: levels.reduce((sum, level) => sum + level, 0) / levels.length, weight: levels.length }
  }
  const level = (): void => {
    for (let sweep = 0; sweep < 12; sweep++) {
      const side = sweep > 9 ? 'both' : sweep % 2 === 0 ? 'before' : 'after'
      for (const column of side === 'after' ? [...placed].reverse() : placed)
        stack(
          column,
          column.map((card) => wanted(card, side)),
        )
    }
  }
  level()
  for (let round = 0; round < 4; round++) {
    const ends = endsOf(byId, before, after)
    if (placed.filter((column) => uncross(column, ends)).length === 0) break
    level()
  }
  return [...byId.values()]
}

/** By card, how high the far ends of its wires are: those that come in, and those that go out. */
type Ends = ReadonlyMap<string, { before: number[]; after: number[] }>

function endsOf(
  cards: ReadonlyMap<string, DrawnBox>,
  before: ReadonlyMap<string, Wire[]>,
  after: ReadonlyMap<string, Wire[]>,
): Ends {
  const y = (id: string): number => cards.get(id)?.y ?? 0
  return new Map(
    [...cards.keys()].map((id) => [
      id,
      {
        before: (before.get(id) ?? []).map(({ from, fromY }) => y(from) + fromY),
        after: (after.get(id) ?? []).map(({ to, toY }) => y(to) + toY),
      },
    ]),
  )
}

/** dagre orders cards without knowing their ports: neighbours change places where fewer wires cross then. True when some did. */
function uncross(column: DrawnBox[], ends: Ends): boolean {
  const crossed = (above: readonly number[] = [], under: readonly number[] = []): number =>
    above.reduce((sum, a) => sum + under.filter((b) => a > b).length, 0)
  const between = (a: DrawnBox, b: DrawnBox): number => {
    const [above, under] = [ends.get(a.id), ends.get(b.id)]
    return crossed(above?.before, under?.before) + crossed(above?.after, under?.after)
  }
  let hasChanged = false
  for (let isDone = false, round = 0; !isDone && round < column.length; round++) {
    isDone = true
    for (let at = 0; at + 1 < column.length; at++) {
      const [a, b] = [column[at], column[at + 1]]
      if (!a || !b || between(b, a) >= between(a, b)) continue
      column[at] = b
      column[at + 1] = a
      ;[a.y, b.y] = [b.y, a.y]
      hasChanged = true
      isDone = false
    }
  }
  return hasChanged
}

/** Lays one column as near to what is wanted as the order and the heights allow: least squares, by merging what would overlap. */
function stack(column: DrawnBox[], wanted: readonly { y: number; weight: number }[]): void {
  const blocks: { first: number; weight: number; top: number }[] = []
  const offsets: number[] = []
  let offset = 0
  for (const { height } of column) {
    offsets.push(offset)
    offset += height + rowGapPx
  }
  for (const [index, { y, weight }] of wanted.entries()) {
    let block = { first: index, weight, top: y - (offsets[index] ?? 0) }
    for (let above = blocks.at(-1); above && above.top > block.top; above = blocks.at(-1)) {
      blocks.pop()
      const sum = above.weight + block.weight
      block = {
        first: above.first,
        weight: sum,
        top: (above.top * above.weight + block.top * block.weight) / sum,
      }
    }
    blocks.push(block)
  }
  for (const [at, { first, top }] of blocks.entries())
    for (let index = first; index < (blocks[at + 1]?.first ?? column.length); index++) {
      const card = column[index]
      if (card) card.y = top + (offsets[index] ?? 0)
    }
}

function boundsOf(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  const right = Math.max(...boxes.map((box) => box.x + box.width))
  const bottom = Math.max(...boxes.map((box) => box.y + box.height))
  return { x, y, width: right - x, height: bottom - y }
}

/** Rows of islands, about as wide as a screen is to its height. */
function pack(islands: readonly { island: Island; boxes: DrawnBox[] }[]): DrawnBox[] {
  const all = islands.map(({ boxes, island }) => ({
    boxes,
    bounds: boundsOf(boxes),
    gap: island.groups.length > 0 ? framedGapPx : islandGapPx,
  }))
  const area = all.reduce((sum, { bounds, gap }) => sum + (bounds.width + gap) * (bounds.height + gap), 0)
  const widest = Math.max(0, ...all.map(({ bounds }) => bounds.width), Math.sqrt(1.6 * area))
  let [x, y, rowHeight] = [0, 0, 0]
  return all.flatMap(({ boxes, bounds, gap }) => {
    if (x > 0 && x + bounds.width > widest) {
      y += rowHeight
      ;[x, rowHeight] = [0, 0]
    }
    const [dx, dy] = [x - bounds.x, y - bounds.y]
    x += bounds.width + gap
    rowHeight = Math.max(rowHeight, bounds.height + gap)
    return boxes.map((box) => ({ ...box, x: box.x + dx, y: box.y + dy }))
  })
}

const onGrid = (value: number): number => Math.round(value / gridPx) * gridPx

/** Puts the drawing where it was; pinned cards where they are, and what they lie over out of their way. */
function settle(cards: readonly Card[], packed: readonly DrawnBox[]): Map<string, Point> {
  if (cards.length === 0) return new Map()
  const old = new Map(cards.map((card) => [card.id, card]))
  const pinned = cards.filter(({ isPinned }) => isPinned === true)
  const now = new Map(packed.map((box) => [box.id, box]))
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const [was, is] = [boundsOf(cards), boundsOf(packed)]
  const [dx, dy] =
    pinned.length > 0
      ? [
          middle(pinned.map(({ id, x }) => x - (now.get(id)?.x ?? x))),
          middle(pinned.map(({ id, y }) => y - (now.get(id)?.y ?? y))),
        ]
      : [was.x - is.x, was.y - is.y]
  const taken: DrawnBox[] = [...pinned]
  const rest = packed
    .filter(({ id }) => old.get(id)?.isPinned !== true)
    .map((box) => ({ ...box, x: onGrid(box.x + dx), y: onGrid(box.y + dy) }))
  if (pinned.length === 0) return new Map(rest.map(({ id, x, y }) => [id, { x, y }]))
  for (const box of rest.sort((a, b) => a.y - b.y || a.x - b.x)) taken.push(below(box, taken))
  return new Map(taken.map(({ id, x, y }) => [id, { x, y }]))
}

/** The first free place at or below a box's own. */
function below(box: DrawnBox, taken: readonly Box[]): DrawnBox {
  const place = { ...box }
  const inTheWay = (other: Box): boolean =>
    place.x < other.x + other.width + gridPx &&
    other.x < place.x + place.width + gridPx &&
    place.y < other.y + other.height + rowGapPx &&
    other.y < place.y + place.height + rowGapPx
  for (let other = taken.find(inTheWay); other; other = taken.find(inTheWay))
    place.y = Math.ceil((other.y + other.height + rowGapPx) / gridPx) * gridPx
  return place
}

/** A note goes with the card it lies nearest to. */
function followedBy({ cards, notes }: Drawing, places: ReadonlyMap<string, Point>): Map<string, Point> {
  const taken: Box[] = cards.map((card) => ({ ...card, ...places.get(card.id) }))
  const far = (a: Box, b: Box): number =>
    Math.hypot(
      Math.max(a.x - b.x - b.width, b.x - a.x - a.width, 0),
      Math.max(a.y - b.y - b.height, b.y - a.y - a.height, 0),
    )
  return new Map(
    notes.map((note) => {
      const near = cards.reduce<Card | undefined>(
        (best, card) => (best && far(best, note) <= far(card, note) ? best : card),
        undefined,
      )
      const place = near && places.get(near.id)
      if (!near || !place) return [note.id, { x: note.x, y: note.y }]
      const free = below({ ...note, x: note.x + place.x - near.x, y: note.y + place.y - near.y }, taken)
      taken.push(free)
      return [note.id, { x: free.x, y: free.y }]
    }),
  )
}
