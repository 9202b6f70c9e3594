// Stage 5: which nodes run in which camera's stream, and what passes from stream to stream.
// Never decides by the order of the document: cameras and targets go by id.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import type { Target } from '../../nodes/contract/plan.ts'
import { reachableFrom } from './graph.ts'
import type { Graph, Link } from './graph.ts'
import { compareText, fault, listWords, quote, warning } from './problems.ts'

export interface Streams {
  /** Camera ids, sorted. */
  cameras: readonly string[]
  /** By camera: every node with an instance in its stream, the camera too. */
  members: ReadonlyMap<string, ReadonlySet<string>>
  /** Nodes with no camera upstream: memory, timers. */
  free: ReadonlySet<string>
}

const largestPlan = 20_000

/** Kinds that travel as messages, and so from one stream's session to another's. */
const sendable: readonly Kind[] = ['message', 'answer', 'delegation', 'audio']

/**
 * Splits a graph over its cameras. A node has an instance in a stream when the camera reaches it and each input it cannot do
 * without is fed there. A `once` node lives in the first stream that has it; from the others it is reached across.
 */
export function splitStreams(graph: Graph): Streams {
  const cameras = [...graph.nodes.values()]
    .filter((node) => node.definition?.role === 'source')
    .map((node) => node.id)
    .sort(compareText)
  const fed = reachableFrom(cameras, (id) => (graph.out.get(id) ?? []).map((link) => link.to))
  const free = new Set([...graph.nodes.keys()].filter((id) => !fed.has(id)))
  const membersOf = (blocked: ReadonlySet<string>, camera: string): Set<string> => gather(graph, camera, free, blocked)
  const members = new Map(cameras.map((camera) => [camera, membersOf(new Set(), camera)]))
  const homes = new Map<string, string>()
  for (const node of graph.nodes.values()) {
    const home = node.once ? cameras.find((camera) => members.get(camera)?.has(node.id)) : undefined
    if (home !== undefined) homes.set(node.id, home)
  }
  if (homes.size > 0 && cameras.length > 1) {
    for (const camera of cameras) {
      const elsewhere = [...homes].flatMap(([id, home]) => (home === camera ? [] : [id]))
      members.set(camera, membersOf(new Set(elsewhere), camera))
    }
  }
  return { cameras, members, free }
}

function gather(graph: Graph, camera: string, free: ReadonlySet<string>, blocked: ReadonlySet<string>): Set<string> {
  const inside = new Set([camera])
  for (const id of inside) {
    for (const { to } of graph.out.get(id) ?? []) {
      if (!inside.has(to) && !blocked.has(to) && canRun(graph, to, inside, free)) inside.add(to)
    }
  }
  // Then what no camera feeds but what feeds these, and what hangs on it.
  for (const id of inside) {
    for (const { from } of graph.into.get(id) ?? []) if (free.has(from) && !blocked.has(from)) inside.add(from)
    if (!free.has(id)) continue
    for (const { to } of graph.out.get(id) ?? []) if (free.has(to) && !blocked.has(to)) inside.add(to)
  }
  return inside
}

function canRun(graph: Graph, id: string, inside: ReadonlySet<string>, free: ReadonlySet<string>): boolean {
  const definition = graph.nodes.get(id)?.definition
  if (definition === undefined || definition === null || definition.role === 'source') return false
  if (definition.role === 'action') return true
  const needed = neededPorts(definition)
  if (needed.length === 0) return true
  const wires = graph.into.get(id) ?? []
  return needed.every((name) => {
    const arriving = wires.filter((wire) => wire.toPort === name)
    return (
      arriving.length === 0 ||
      arriving.some(({ from }) => inside.has(from) || free.has(from) || graph.nodes.get(from)?.once)
    )
  })
}

const needed = new WeakMap<NodeDefinition, readonly string[]>()

/** The inputs that a node of this type cannot do without; read once for each type. */
function neededPorts(definition: NodeDefinition): readonly string[] {
  const known = needed.get(definition)
  if (known) return known
  const names = Object.entries(definition.ports.in).flatMap(([name, { required }]) => (required ? [name] : []))
  needed.set(definition, names)
  return names
}

/** Where one wire of a node in `camera`'s stream leads. */
export function targetsOf(graph: Graph, streams: Streams, camera: string, link: Link): Target[] {
  const { to: node, toPort: port } = link
  const target = graph.nodes.get(node)
  const role = target?.definition?.role
  const isHere = streams.members.get(camera)?.has(node) ?? false
  const targets: Target[] = isHere ? [{ to: role === 'action' ? 'action' : 'tick', node, port }] : []
  if (role !== 'tick') return targets
  const isOnce = graph.nodes.get(link.from)?.once ?? false
  // A camera-fed node speaks across only when its own stream has no such node; a timer is in the other stream itself.
  if (!isOnce && (isHere || streams.free.has(link.from))) return targets
  for (const stream of streams.cameras) {
    if (stream !== camera && streams.members.get(stream)?.has(node)) targets.push({ to: 'remote', node, port, stream })
  }
  return targets
}

/** Cameras that no wire leaves (`wired`: nodes that one does), nodes that no single stream can feed, wires that would have to carry pictures across. */
export function checkStreams(graph: Graph, wired: ReadonlySet<string>, streams: Streams): Problem[] {
  const unused = streams.cameras
    .filter((camera) => !wired.has(camera))
    .map((camera) =>
      fault(
        'FLOW_SOURCE_UNUSED',
        `Nothing is wired to ${quote(graph.nodes.get(camera)?.name ?? camera)}: its pictures go nowhere. Wire it to a node, or delete it.`,
        { node: camera, port: outPort(graph, camera) },
      ),
    )
  return [...unused, ...findTornNodes(graph, streams), ...findCrossings(graph, streams), ...measure(streams)]
}

/** Cameras times nodes: a plan is stored and read whole, so it must stay small enough for that. */
function measure({ members }: Streams): Problem[] {
  const instances = [...members.values()].reduce((sum, inside) => sum + inside.size, 0)
  if (instances <= largestPlan) return []
  return [
    fault(
      'FLOW_TOO_LARGE',
      `This flow would run ${instances} nodes, counting each once for every camera that feeds it; at most ${largestPlan} are possible. Split it into several flows.`,
    ),
  ]
}

function outPort(graph: Graph, camera: string): string | undefined {
  return Object.keys(graph.nodes.get(camera)?.definition?.ports.out ?? {})[0]
}

function findTornNodes(graph: Graph, { cameras, members, free }: Streams): Problem[] {
  const placed = new Set<string>()
  for (const inside of members.values()) for (const id of inside) placed.add(id)
  return [...graph.nodes.values()].flatMap((node) => {
    if (placed.has(node.id) || free.has(node.id)) return []
    const feeders = cameras.filter((camera) =>
      (graph.into.get(node.id) ?? []).some(({ from }) => members.get(camera)?.has(from)),
    )
    if (feeders.length < 2) return []
    const names = listWords(
      feeders.map((camera) => quote(graph.nodes.get(camera)?.name ?? camera)),
      'and',
    )
    return [
      fault(
        'NODE_CAMERAS_APART',
        `${quote(node.name)} needs inputs that come from different cameras (${names}), and each camera runs on its own. Feed all its inputs from one camera.`,
        { node: node.id },
      ),
    ]
  })
}

function findCrossings(graph: Graph, streams: Streams): Problem[] {
  if (streams.cameras.length < 2) return []
  const problems: Problem[] = []
  for (const camera of streams.cameras) {
    for (const id of streams.members.get(camera) ?? []) {
      for (const link of graph.out.get(id) ?? []) {
        const target = graph.nodes.get(link.to)
        const kind = target?.definition?.ports.in[link.toPort]?.kind
        if (kind === undefined || sendable.includes(kind)) continue
        if (!targetsOf(graph, streams, camera, link).some((to) => to.to === 'remote')) continue
        problems.push(
          fault(
            'WIRE_BETWEEN_CAMERAS',
            `${quote(target?.name ?? link.to)} runs in another camera's stream, and only messages pass between streams. Wire ${quote(link.toPort)} from the same camera.`,
            { node: link.to, port: link.toPort },
          ),
        )
      }
    }
  }
  return problems
}

/** Nodes on an island without a camera: they would never run. Placeholders may be cameras, so their islands are left alone. */
export function findIslands(
  nodes: Graph['nodes'],
  rough: readonly Link[],
  explained: ReadonlySet<string | null>,
): Problem[] {
  const near = new Map([...nodes.keys()].map((id) => [id, [] as string[]]))
  for (const { from, to } of rough) {
    near.get(from)?.push(to)
    near.get(to)?.push(from)
  }
  const starts = [...nodes.values()].filter((node) => node.definition === null || node.definition.role === 'source')
  const reached = reachableFrom(
    starts.map((node) => node.id),
    (id) => near.get(id) ?? [],
  )
  return [...nodes.values()].flatMap((node) => {
    if (reached.has(node.id) || explained.has(node.id)) return []
    return [
      warning(
        'NODE_UNREACHED',
        `No camera leads to ${quote(node.name)}: it will not run. Wire it to the rest of the flow, or delete it.`,
        { node: node.id },
      ),
    ]
  })
}
