// Compiles a flow: (document, catalogue) -> plan, or every problem at once. The stages, in order.
// Pure: no clock, no random, no I/O, and never an exception, whatever comes in.
import type { Catalogue } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { idleNodes } from '../../nodes/contract/disabled.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import { checkBurning } from './burn.ts'
import { checkWires } from './check.ts'
import { askTaps, emitPlan, type Emission } from './emit.ts'
import { makeGraph } from './graph.ts'
import { findCycles } from './order.ts'
import { parseFlow, type ParsedFlow } from './parse.ts'
import { fault, sortProblems } from './problems.ts'
import { blameType, resolveNodes } from './resolve.ts'
import { onDocument, spreadCameras } from './several-cameras.ts'
import { checkStreams, findIslands, splitStreams } from './streams.ts'
import { grantWishes } from './wishes.ts'

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
