// How each node of a flow stands, from the drawing and from what its streams say. State flows down the wires: what hangs on a camera
// without pictures waits for it, and is never called fine. Pure.
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { NodeStatus, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { NodeType, NodeTypes } from '../views.ts'
import { factsOf } from './facts.ts'
import { areaOf } from './room.ts'

export interface Standing {
  /** `waiting`: it does what it should, and nothing comes to it. */
  state: StreamState | 'waiting'
  /** The node it waits for; null unless it waits. */
  waitsFor: string | null
}

/** What a camera gives: pictures, none yet, none although it should, or none any more. */
type Giving = 'pictures' | 'soon' | 'nothing' | 'ended'

// Short gaps of a camera are told as well; only once its stream is in trouble do they mean that nothing comes.
const seeing: ReadonlySet<string> = new Set(['watching', 'slow', 'connecting'])

function givingOf({ state, camera }: Pick<StreamStatus, 'state' | 'camera'>): Giving {
  if (state === 'stopped' || state === 'finished') return 'ended'
  if (state === 'failed') return 'nothing'
  if (state === 'degraded' && camera && !seeing.has(camera.state)) return 'nothing'
  if (state === 'starting') return 'soon'
  return 'pictures'
}

/** The best of a camera's streams: one camera node may watch several. */
function bestOf(streams: readonly StreamStatus[]): Giving {
  const all = new Set(streams.map(givingOf))
  return (['pictures', 'soon', 'nothing'] as const).find((each) => all.has(each)) ?? 'ended'
}

/** A flow's state from its streams: trouble anywhere shows. */
export function stateOf(streams: readonly Pick<StreamStatus, 'state'>[], otherwise: StreamState): StreamState {
  const has = (state: StreamState): boolean => streams.some((stream) => stream.state === state)
  if (streams.length === 0) return otherwise
  for (const state of ['degraded', 'starting', 'running'] as const) {
    if (has(state)) return state === 'running' && has('failed') ? 'degraded' : state
  }
  return has('failed') ? 'failed' : has('stopped') ? 'stopped' : 'finished'
}

/** What a node that nothing reaches says, by what the nearest broken node gives. */
function waitingFor(culprit: string, giving: Giving | undefined, streams: readonly StreamStatus[]): Standing {
  if (giving === 'soon') return { state: 'starting', waitsFor: null }
  if (giving === 'ended') return { state: stateOf(streams, 'stopped'), waitsFor: null }
  return { state: 'waiting', waitsFor: culprit }
}

/**
 * By node id; nodes that run in no stream are left out. `isUnreached`: whom a node tells cannot be told.
 */
export function standings(
  flow: Flow,
  types: NodeTypes,
  streams: readonly StreamStatus[],
  isUnreached: (node: string) => boolean,
): Map<string, Standing> {
  const found = new Map<string, Standing>()
  if (streams.length === 0) return found
  const facts = factsOf(flow, types)
  const typeOf = (node: FlowNode | undefined): NodeType | undefined => types.get(node?.type ?? '')
  const bySource = Map.groupBy(streams, ({ source }) => source)
  const streamsOf = (id: string): StreamStatus[] => facts.cameras(id).flatMap((camera) => bySource.get(camera) ?? [])
  const giving = new Map<string, Giving>()
  for (const node of flow.nodes)
    if (typeOf(node)?.role === 'source') giving.set(node.id, bestOf(bySource.get(node.id) ?? []))
  const said = (id: string, of: readonly StreamStatus[]): NodeStatus[] => of.flatMap(({ nodes }) => nodes[id] ?? [])
  const isDeafModel = (node: FlowNode): boolean => {
    const own = areaOf(typeOf(node)) === 'model' ? said(node.id, streamsOf(node.id)) : []
    return own.length > 0 && own.every(({ tone }) => tone === 'bad')
  }
  const broken = new Set(
    flow.nodes
      .filter((node) => (giving.has(node.id) ? giving.get(node.id) !== 'pictures' : isDeafModel(node)))
      .map(({ id }) => id),
  )
  const blocked = blockedNodes(
    flow,
    (id) => broken.has(id),
    (id, port) => typeOf(facts.nodes.get(id))?.ports.in[port]?.kind === 'frames',
  )
  for (const node of flow.nodes) {
    const own = streamsOf(node.id)
    if (own.length === 0 || facts.idle.has(node.id)) continue
    const culprit = blocked.get(node.id)
    const on = own.filter(({ state }) => state === 'running' || state === 'degraded')
    const isTroubled = isUnreached(node.id) || said(node.id, on).some(({ tone }) => tone !== 'ok')
    if (giving.has(node.id)) {
      const state = stateOf(own, 'stopped')
      found.set(node.id, { state: state === 'running' && isTroubled ? 'degraded' : state, waitsFor: null })
    } else if (isTroubled) found.set(node.id, { state: 'degraded', waitsFor: null })
    else if (culprit !== undefined) found.set(node.id, waitingFor(culprit, giving.get(culprit), own))
    else found.set(node.id, { state: on.length > 0 ? 'running' : stateOf(own, 'stopped'), waitsFor: null })
  }
  return found
}

/**
 * Of each node that only hangs on broken ones, by its id, the nearest broken node. A node is reached as long as one wire into each
 * port for pictures, and one into any of its other ports, comes from something that works; what nothing is wired to is not blocked.
 */
export function blockedNodes(
  flow: Pick<Flow, 'nodes' | 'wires'>,
  isBroken: (node: string) => boolean,
  isPictures: (node: string, port: string) => boolean,
): Map<string, string> {
  const culprits = new Map<string, string>()
  for (const { id } of flow.nodes) if (isBroken(id)) culprits.set(id, id)
  const ports = portsInto(flow)
  // Each round blocks what hangs on the round before; a circle of two does not hold itself up, as its way in is looked at too.
  for (let isOver = false; !isOver;) {
    isOver = true
    for (const [id, into] of ports) {
      if (culprits.has(id)) continue
      const dead = [...into].filter(([, sources]) => sources.every((source) => culprits.has(source)))
      const isStarved = dead.some(([port]) => isPictures(id, port)) || dead.length === into.size
      const culprit = isStarved ? culprits.get(dead[0]?.[1][0] ?? '') : undefined
      if (culprit === undefined) continue
      culprits.set(id, culprit)
      isOver = false
    }
  }
  for (const [id, culprit] of culprits) if (id === culprit) culprits.delete(id)
  return culprits
}

function portsInto({ wires }: Pick<Flow, 'wires'>): Map<string, Map<string, string[]>> {
  const ports = new Map<string, Map<string, string[]>>()
  for (const { from, to } of wires) {
    const into = ports.get(to.node) ?? new Map<string, string[]>()
    into.set(to.port, [...(into.get(to.port) ?? []), from.node])
    ports.set(to.node, into)
  }
  return ports
}
