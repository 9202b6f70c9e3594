// Stage 6: sound graph -> plan. Everything in it is sorted, so equal flows give equal plans.
// Never reports a problem: whatever could be wrong was found before.
import { actionOf } from '../../nodes/contract/acting.ts'
import { actPort, type Catalogue, type CheckContext } from '../../nodes/contract/define.ts'
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
  /** Configs with what nodes behind wish for, by node id. */
  granted: ReadonlyMap<string, Record<string, unknown>>
}

/** The plan of a flow without errors. */
export function emitPlan(emission: Emission): Plan {
  return {
    format: planFormat,
    name: emission.name,
    streams: emission.streams.cameras.map((camera) => emitStream(emission, camera)),
  }
}

function emitStream({ graph, streams, taps, granted }: Emission, camera: string): PlanStream {
  const members = [...(streams.members.get(camera) ?? [])].sort(compareText)
  const ticks = new Set<string>()
  const actions: PlanNode[] = []
  const asked: Partial<Taps>[] = []
  for (const id of members) {
    const definition = graph.nodes.get(id)?.definition ?? undefined
    if (definition?.role === 'tick') ticks.add(id)
    if (actionOf(definition)) actions.push(planNode(graph, id, granted))
    const wanted = taps.get(id)
    if (wanted !== undefined) asked.push(wanted)
  }
  const filters = burnChain(graph, camera).flatMap((id) => taps.get(id)?.filters ?? [])
  const name = graph.nodes.get(camera)?.of?.camera
  return {
    id: camera,
    ...(name === undefined ? {} : { camera: name }),
    source: planNode(graph, camera, granted),
    taps: { ...mergeTaps(asked), ...(filters.length > 0 ? { filters } : {}) },
    ticks: orderTicks(graph, ticks).map((id) => planNode(graph, id, granted)),
    actions,
    routes: emitRoutes(graph, streams, camera, members),
  }
}

function planNode(graph: Graph, id: string, granted: Emission['granted']): PlanNode {
  const node = graph.nodes.get(id)
  if (!node?.definition || node.config === null)
    throw new BugError(`The compiler reached node ${id} without a definition or config.`)
  return {
    id: node.of?.node ?? id,
    type: node.type,
    version: node.definition.version,
    config: granted.get(id) ?? node.config,
  }
}

interface Route {
  key: string
  targets: Target[]
}

function emitRoutes(
  graph: Graph,
  streams: Streams,
  camera: string,
  members: readonly string[],
): Record<string, Target[]> {
  const routes: Route[] = []
  for (const id of members) {
    const { definition, of } = graph.nodes.get(id) ?? {}
    if (definition?.role === 'tick' && definition.acts)
      routes.push({ key: `${id}.${actPort}`, targets: [{ to: 'action', node: id, port: actPort }] })
    // Wires of one node only: it has a handful of ports, and no other node has a key of its own.
    const ports: (Route & { port: string })[] = []
    for (const link of graph.out.get(id) ?? []) {
      const targets = targetsOf(graph, streams, camera, link)
      if (targets.length === 0) continue
      const known = ports.find(({ port }) => port === link.fromPort)
      if (known === undefined) ports.push({ key: `${of?.node ?? id}.${link.fromPort}`, targets, port: link.fromPort })
      else known.targets.push(...targets)
    }
    routes.push(...ports)
  }
  routes.sort((a, b) => compareText(a.key, b.key))
  const sorted: Record<string, Target[]> = {}
  for (const { key, targets } of routes) sorted[key] = targets.length > 1 ? targets.sort(compareTargets) : targets
  return sorted
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
  let longSide: number | undefined
  let floor: Taps['floor'] | undefined
  let fast: Taps['fast']
  const isKept = asked.some(({ keep }) => keep)
  for (const taps of asked) {
    if (taps.longSide !== undefined) longSide = Math.max(longSide ?? 0, taps.longSide)
    if (taps.floor) floor = largerBox(floor, taps.floor)
    if (taps.fast) fast = { ...largerBox(fast, taps.fast), fps: Math.max(fast?.fps ?? 0, taps.fast.fps) }
  }
  return {
    longSide: longSide ?? defaultTaps.longSide,
    floor: floor ?? { ...defaultTaps.floor },
    ...(fast ? { fast } : {}),
    ...(isKept ? { keep: true as const } : {}),
  }
}

interface Box {
  width: number
  height: number
}

function largerBox(known: Box | undefined, asked: Box): Box {
  return { width: Math.max(known?.width ?? 0, asked.width), height: Math.max(known?.height ?? 0, asked.height) }
}
