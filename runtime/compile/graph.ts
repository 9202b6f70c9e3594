// The sound part of a flow as a graph: nodes that are known and wires that fit.
// Never holds a problem; what does not fit was reported and left out.
import { does } from '../../nodes/contract/define.ts'
import type { ResolvedNode } from './resolve.ts'

export interface Link {
  from: string
  fromPort: string
  to: string
  toPort: string
}

export interface Graph {
  nodes: ReadonlyMap<string, ResolvedNode>
  /** By the node they leave. */
  out: ReadonlyMap<string, readonly Link[]>
  /** By the node they enter. */
  into: ReadonlyMap<string, readonly Link[]>
}

/** Joins nodes and links; links whose nodes are not in `nodes` must have been left out. */
export function makeGraph(nodes: ReadonlyMap<string, ResolvedNode>, links: readonly Link[]): Graph {
  const out = new Map<string, Link[]>()
  const into = new Map<string, Link[]>()
  const add = (map: Map<string, Link[]>, key: string, link: Link): void => {
    const list = map.get(key)
    if (list === undefined) map.set(key, [link])
    else list.push(link)
  }
  for (const link of links) {
    add(out, link.from, link)
    add(into, link.to, link)
  }
  return { nodes, out, into }
}

// Between models and those whom they ask a cycle is allowed.
const watches = (graph: Graph, id: string): boolean => does(graph.nodes.get(id)?.definition, 'watch')
/** Whether the node asks somebody and brings the answer. */
export const asks = (graph: Graph, id: string): boolean => does(graph.nodes.get(id)?.definition, 'ask')

/** Every node that `start` leads to by way of `next`, itself included. */
export function reachableFrom(start: Iterable<string>, next: (id: string) => Iterable<string>): Set<string> {
  const seen = new Set(start)
  for (const id of seen) for (const other of next(id)) seen.add(other)
  return seen
}

/**
 * A delegate's answer on its way back into a model. It arrives at a later tick, so it neither orders ticks nor makes
 * the one cycle that is allowed: model, delegate-to-agent, model.
 */
export function isAnswerToModel(graph: Graph, link: Link | undefined): boolean {
  return (
    link !== undefined &&
    link.fromPort === 'answer' &&
    link.toPort === 'answer' &&
    asks(graph, link.from) &&
    watches(graph, link.to)
  )
}

/** A model's question on its way to a delegate. */
export function isQuestionToDelegate(graph: Graph, link: Link): boolean {
  return (
    link.fromPort === 'delegation' && link.toPort === 'delegation' && watches(graph, link.from) && asks(graph, link.to)
  )
}
