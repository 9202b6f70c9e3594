// Stage 4: what must run before what. Finds cycles that are not allowed and sorts tick nodes.
// Never recurses: a chain may be as long as a flow is large.
import type { Problem } from '../../nodes/contract/errors.ts'
import { asks, isAnswerToModel, isQuestionToDelegate } from './graph.ts'
import type { Graph } from './graph.ts'
import { compareText, fault, quote } from './problems.ts'

/**
 * A delegate stands in here twice: once as reached by a model's question, where its answer to a model closes no cycle,
 * and once as reached in any other way. So exactly the cycles through model, delegate-to-agent, model are let through.
 */
function successors(graph: Graph): Map<string, string[]> {
  const next = new Map<string, string[]>()
  const arrive = (to: string, asked: boolean): string => (asked ? `${to} asked` : to)
  for (const [id, links] of graph.out) {
    const ends = links.map((link) => arrive(link.to, isQuestionToDelegate(graph, link)))
    next.set(id, ends)
    if (asks(graph, id)) {
      next.set(
        arrive(id, true),
        ends.filter((_end, at) => !isAnswerToModel(graph, links[at])),
      )
    }
  }
  return next
}

interface Walk {
  id: string
  next: readonly string[]
  at: number
}

/** Tarjan's strongly connected components, of two nodes and more. */
function findKnots(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const knots: string[][] = []
  const enter = (id: string): Walk => {
    index.set(id, index.size)
    low.set(id, index.size - 1)
    open.push(id)
    isOpen.add(id)
    return { id, next: next.get(id) ?? [], at: 0 }
  }
  const lower = (id: string, to: number): void => {
    low.set(id, Math.min(low.get(id) ?? to, to))
  }
  const leave = (id: string): void => {
    if (low.get(id) !== index.get(id)) return
    const knot = open.splice(open.lastIndexOf(id))
    for (const member of knot) isOpen.delete(member)
    if (knot.length > 1) knots.push(knot)
  }
  for (const start of next.keys()) {
    if (index.has(start)) continue
    const walks = [enter(start)]
    for (let walk = walks.at(-1); walk !== undefined; walk = walks.at(-1)) {
      const to = walk.next[walk.at++]
      if (to === undefined) {
        walks.pop()
        leave(walk.id)
        const parent = walks.at(-1)
        if (parent !== undefined) lower(parent.id, low.get(walk.id) ?? 0)
      } else if (!index.has(to)) walks.push(enter(to))
      else if (isOpen.has(to)) lower(walk.id, index.get(to) ?? 0)
    }
  }
  return knots
}

/** The shortest way from the first node of a knot back to itself. */
function roundTrip(knot: readonly string[], next: ReadonlyMap<string, readonly string[]>): string[] {
  const inside = new Set(knot)
  const first = [...knot].sort(compareText)[0] ?? ''
  const cameFrom = new Map<string, string>()
  const queue = [first]
  for (const id of queue) {
    for (const to of [...(next.get(id) ?? [])].sort(compareText)) {
      if (to === first) {
        const path = [id]
        for (let back = cameFrom.get(id); back !== undefined; back = cameFrom.get(back)) path.unshift(back)
        return path
      }
      if (!inside.has(to) || cameFrom.has(to)) continue
      cameFrom.set(to, id)
      queue.push(to)
    }
  }
  return [first]
}

/** True for nearly every flow, and much quicker than finding the knots: what nothing feeds is taken away until nothing is left. */
function isWithoutCircle(graph: Graph): boolean {
  const waitsFor = new Map<string, number>()
  for (const [id, links] of graph.into) waitsFor.set(id, links.length)
  const ready = [...graph.out.keys()].filter((id) => !waitsFor.has(id))
  for (const id of ready)
    for (const { to } of graph.out.get(id) ?? []) {
      const left = (waitsFor.get(to) ?? 0) - 1
      if (left > 0) waitsFor.set(to, left)
      else {
        waitsFor.delete(to)
        ready.push(to)
      }
    }
  return waitsFor.size === 0
}

/** One problem for every knot of nodes that feed each other in a circle. */
export function findCycles(graph: Graph): Problem[] {
  if (isWithoutCircle(graph)) return []
  const next = successors(graph)
  return findKnots(next).map((knot) => {
    const ids = roundTrip(knot, next).map((id) => id.replace(/ asked$/, ''))
    const names = ids.map((id) => quote(graph.nodes.get(id)?.name ?? id))
    const path = names.length > 8 ? [...names.slice(0, 7), '…'] : names
    const message = `These nodes feed each other in a circle: ${[...path, names[0]].join(' → ')}. Delete one of the wires; only a delegate's answer may lead back, into the “answer” of a model that asked.`
    return fault('FLOW_CYCLE', message, { node: ids[0] })
  })
}

/** Tick nodes of one stream in the order they run: after what feeds them in the same tick, by id where that is open. */
export function orderTicks(graph: Graph, ticks: ReadonlySet<string>): string[] {
  const waitsFor = new Map<string, number>()
  for (const id of ticks) {
    const before = (graph.into.get(id) ?? []).filter((link) => ticks.has(link.from) && !isAnswerToModel(graph, link))
    waitsFor.set(id, before.length)
  }
  const ready = [...ticks].filter((id) => waitsFor.get(id) === 0).sort((a, b) => compareText(b, a))
  const ordered: string[] = []
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    ordered.push(id)
    for (const link of graph.out.get(id) ?? []) {
      if (!ticks.has(link.to) || isAnswerToModel(graph, link)) continue
      const left = (waitsFor.get(link.to) ?? 0) - 1
      waitsFor.set(link.to, left)
      if (left === 0) insertDescending(ready, link.to)
    }
  }
  return ordered
}

function insertDescending(sorted: string[], id: string): void {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareText(sorted[middle] ?? '', id) > 0) low = middle + 1
    else high = middle
  }
  sorted.splice(low, 0, id)
}
