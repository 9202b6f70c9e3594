// Compiles a flow: (document, catalogue) -> plan, or every problem at once. The stages, in order.
// Pure: no clock, no random, no I/O, and never an exception, whatever comes in.
import type { Catalogue, CheckContext } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { idleNodes } from '../../nodes/contract/disabled.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import { checkBurning } from './burn.ts'
import { checkWires } from './check.ts'
import { askTaps, emitPlan, type Emission } from './emit.ts'
import { makeGraph, reachableFrom } from './graph.ts'
import { findCycles } from './order.ts'
import { parseFlow, type ParsedFlow } from './parse.ts'
import { fault, sortProblems } from './problems.ts'
import { blameType, resolveNodes } from './resolve.ts'
import { onDocument, spreadCameras } from './several-cameras.ts'
import { checkStreams, findIslands, splitStreams } from './streams.ts'
import type { Graph, Link } from './graph.ts'

export interface Compiled {
  /** Null when there is any problem of severity `error`. */
  plan: Plan | null
  problems: Problem[]
}

/** What is switched off is as if it were not drawn: it is not even judged. */
function withoutIdle(flow: ParsedFlow, catalogue: Catalogue): ParsedFlow {
  const idle = idleNodes(flow, (node, port) => catalogue.nodes.get(node.type)?.ports.in[port]?.required === true)
  if (idle.size === 0) return flow
  return {
    ...flow,
    nodes: flow.nodes.filter(({ id }) => !idle.has(id)),
    wires: flow.wires.filter(({ from, to }) => !idle.has(from.node) && !idle.has(to.node)),
  }
}

/** Compiles a document of any origin. Equal flows give equal plans, in whatever order they are written down. */
export function compileFlow(document: unknown, catalogue: Catalogue): Compiled {
  const { problems, emission } = inspectFlow(document, catalogue)
  const isSound = problems.every((problem) => problem.severity === 'warning')
  return { plan: isSound && emission ? emitPlan(emission) : null, problems }
}

/**
 * What a flow would run as once its errors are mended, as far as that can be told: settings that cannot be read stand as they were
 * written, nodes of unknown types are left out. To be compared with what runs, never to be run.
 */
export function outlineFlow(document: unknown, catalogue: Catalogue): Plan | null {
  const { emission, written } = inspectFlow(document, catalogue)
  if (!emission) return null
  for (const node of emission.graph.nodes.values()) node.config ??= written.get(node.id) ?? {}
  return emitPlan(emission)
}

interface Inspected {
  problems: Problem[]
  /** What a plan is made of; null when there is no telling how the nodes follow each other. */
  emission: Emission | null
  /** Settings as they stand in the document, by node. */
  written: ReadonlyMap<string, Record<string, unknown>>
}

function inspectFlow(document: unknown, catalogue: Catalogue): Inspected {
  const parsed = parseFlow(document)
  if (parsed.flow === null) return { problems: sortProblems(parsed.problems), emission: null, written: new Map() }
  const flow = withoutIdle(parsed.flow, catalogue)
  const resolved = resolveNodes(flow, catalogue)
  const checked = checkWires(flow, resolved.nodes)
  const problems = [...parsed.problems, ...resolved.problems, ...checked.problems]

  const spread = spreadCameras(resolved.nodes, checked.links, catalogue, problems)
  const graph = makeGraph(spread.nodes, spread.links)
  const cycles = findCycles(graph)
  const streams = splitStreams(graph)
  const explained = problems.filter(({ code }) => code === 'NODE_INPUT_MISSING' || code.startsWith('WIRE_'))
  // Islands are of the document: a node that points to cameras stands there once.
  problems.push(...cycles)
  // Where a camera leads to every node there is no island to look for.
  if (streams.free.size > 0 || spread.nodes !== resolved.nodes)
    problems.push(...findIslands(resolved.nodes, checked.rough, new Set(explained.map((problem) => problem.node))))
  // Behind a cycle no stream is complete: what it says of cameras would be noise.
  if (cycles.length === 0)
    problems.push(
      ...checkBurning(graph, streams.cameras),
      ...checkStreams(graph, spread.wired(flow.wires.map((wire) => wire.from.node)), streams),
    )
  const isAllKnown =
    parsed.problems.length === 0 && [...resolved.nodes.values()].every((node) => node.definition !== null)
  if (streams.cameras.length === 0 && isAllKnown) {
    problems.push(
      fault(
        'FLOW_NO_CAMERA',
        flow.nodes.length < parsed.flow.nodes.length
          ? 'No camera of this flow is switched on, so there is nothing to watch. Switch one on.'
          : 'This flow has no camera, so there is nothing to watch. Place a camera and wire it to the rest.',
      ),
    )
  }
  const taps = askTaps(graph, catalogue, (node, thrown) => {
    problems.push(blameType(graph.nodes.get(node), thrown, 'while the camera was set up'))
  })
  const granted = grantWishes(graph, catalogue, (node, thrown) => {
    problems.push(blameType(graph.nodes.get(node), thrown, 'while it was asked what it wishes for'))
  })
  return {
    problems: sortProblems(onDocument(problems, spread.nodes)),
    emission: cycles.length === 0 ? { name: flow.name, graph, streams, taps, granted } : null,
    written: new Map(flow.nodes.map(({ id, config }) => [id, config])),
  }
}

// What nodes ask of the models whose words lead to them, given to those models: the plan's only settings that come from elsewhere.
// Never asks who a node is: one says what it wishes for, another whether it can grant that.
/** Configs that wishes have changed, by node id. Calls `onBroken` for what a definition throws. */
function grantWishes(
  graph: Graph,
  catalogue: Catalogue,
  onBroken: (node: string, thrown: unknown) => void,
): Map<string, Record<string, unknown>> {
  const context: CheckContext = { connection: (name) => catalogue.connections.get(name) }
  const granted = new Map<string, Record<string, unknown>>()
  const wishes = wishesOf(graph, onBroken)
  if (wishes.size === 0) return granted
  for (const { id, definition, config } of graph.nodes.values()) {
    if (definition?.role !== 'tick' || !definition.grant || config === null) continue
    const asked = [...behind(graph, id)].flatMap((node) => wishes.get(node) ?? [])
    if (asked.length === 0) continue
    try {
      granted.set(id, definition.grant(config, [...new Set(asked)].sort(), context))
    } catch (thrown) {
      onBroken(id, thrown)
    }
  }
  return granted
}

function wishesOf(graph: Graph, onBroken: (node: string, thrown: unknown) => void): Map<string, string> {
  const wishes = new Map<string, string>()
  for (const { id, definition, config } of graph.nodes.values()) {
    if (!definition?.wish || config === null) continue
    try {
      const wish = definition.wish(config)
      if (wish !== '') wishes.set(id, wish)
    } catch (thrown) {
      onBroken(id, thrown)
    }
  }
  return wishes
}

/** Where the words of a node get to as they are: not past an action, nor into a model, which say words of their own. */
function behind(graph: Graph, start: string): Set<string> {
  const next = (link: Link): string[] => {
    const from = graph.nodes.get(link.from)?.definition
    const to = graph.nodes.get(link.to)?.definition
    const isWords = from?.ports.out[link.fromPort]?.kind === 'message'
    return isWords && to?.role === 'tick' && !to.grant ? [link.to] : []
  }
  const linksOf = (id: string): string[] => (graph.out.get(id) ?? []).flatMap(next)
  return reachableFrom(linksOf(start), linksOf)
}
