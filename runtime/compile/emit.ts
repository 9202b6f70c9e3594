// Stage 6: sound graph -> plan. Everything in it is sorted, so equal flows give equal plans.
// Never reports a problem: whatever could be wrong was found before.
import type { Catalogue, CheckContext } from '../../nodes/contract/define.ts'
import { BugError } from '../../nodes/contract/errors.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import type { Taps } from '../../nodes/contract/frames.ts'
import { planFormat } from '../../nodes/contract/plan.ts'
import type { Plan, PlanNode, PlanStream, Target } from '../../nodes/contract/plan.ts'
import { burnChain } from './burn.ts'
import type { Graph } from './graph.ts'
import { orderTicks } from './order.ts'
import { compareText } from './problems.ts'
import { targetsOf } from './streams.ts'
import type { Streams } from './streams.ts'

export interface Emission {
  name: string
  graph: Graph
  streams: Streams
  taps: ReadonlyMap<string, Partial<Taps>>
}

/** The plan of a flow without errors. */
export function emitPlan(emission: Emission): Plan {
  return {
    format: planFormat,
    name: emission.name,
    streams: emission.streams.cameras.map((camera) => emitStream(emission, camera)),
  }
}

function emitStream({ graph, streams, taps }: Emission, camera: string): PlanStream {
  const members = [...(streams.members.get(camera) ?? [])].sort(compareText)
  const ofRole = (role: string): string[] => members.filter((id) => graph.nodes.get(id)?.definition?.role === role)
  const filters = burnChain(graph, camera).flatMap((id) => taps.get(id)?.filters ?? [])
  return {
    id: camera,
    source: planNode(graph, camera),
    taps: { ...mergeTaps(members.flatMap((id) => taps.get(id) ?? [])), ...(filters.length > 0 ? { filters } : {}) },
    ticks: orderTicks(graph, new Set(ofRole('tick'))).map((id) => planNode(graph, id)),
    actions: ofRole('action').map((id) => planNode(graph, id)),
    routes: emitRoutes(graph, streams, camera, members),
  }
}

function planNode(graph: Graph, id: string): PlanNode {
  const node = graph.nodes.get(id)
  if (!node?.definition || node.config === null)
    throw new BugError(`The compiler reached node ${id} without a definition or config.`)
  return { id, type: node.type, version: node.definition.version, config: node.config }
}

function emitRoutes(
  graph: Graph,
  streams: Streams,
  camera: string,
  members: readonly string[],
): Record<string, Target[]> {
  const routes = new Map<string, Target[]>()
  for (const id of members) {
    for (const link of graph.out.get(id) ?? []) {
      const targets = targetsOf(graph, streams, camera, link)
      if (targets.length === 0) continue
      const key = `${id}.${link.fromPort}`
      const known = routes.get(key)
      if (known === undefined) routes.set(key, targets)
      else known.push(...targets)
    }
  }
  const sorted = [...routes].sort(([a], [b]) => compareText(a, b))
  return Object.fromEntries(sorted.map(([key, targets]) => [key, targets.sort(compareTargets)]))
}

function compareTargets(a: Target, b: Target): number {
  const streamOf = (target: Target): string => (target.to === 'remote' ? target.stream : '')
  return compareText(a.node, b.node) || compareText(a.port, b.port) || compareText(streamOf(a), streamOf(b))
}

/** What each node wants out of its camera's decode, by node id. May throw what a definition throws. */
export function askTaps(
  graph: Graph,
  catalogue: Catalogue,
  onBroken: (node: string, thrown: unknown) => void,
): Map<string, Partial<Taps>> {
  const context: CheckContext = { connection: (name) => catalogue.connections.get(name) }
  const asked = new Map<string, Partial<Taps>>()
  for (const { id, definition, config } of graph.nodes.values()) {
    if (!definition?.taps || config === null) continue
    try {
      asked.set(id, definition.taps(config, context))
    } catch (thrown) {
      onBroken(id, thrown)
    }
  }
  return asked
}

/** The most that anybody asked for; the default where nobody did. */
export function mergeTaps(asked: readonly Partial<Taps>[]): Taps {
  const sizes = asked.flatMap((taps) => taps.longSide ?? [])
  const floors = asked.flatMap((taps) => taps.floor ?? [])
  const fast = asked.flatMap((taps) => taps.fast ?? [])
  const most = (values: number[]): number => Math.max(...values)
  const merged: Taps = {
    longSide: sizes.length === 0 ? defaultTaps.longSide : most(sizes),
    floor:
      floors.length === 0
        ? { ...defaultTaps.floor }
        : { width: most(floors.map((box) => box.width)), height: most(floors.map((box) => box.height)) },
  }
  if (fast.length > 0) {
    merged.fast = {
      width: most(fast.map((tap) => tap.width)),
      height: most(fast.map((tap) => tap.height)),
      fps: most(fast.map((tap) => tap.fps)),
    }
  }
  return merged
}
