// What becomes of a running flow when another plan takes the place of its own: which runs go on, what is different in them, and
// which begin again. Pure. Never says of a run that it goes on when its camera, or what is wanted of the camera, is another.
import { nodeOfStream } from '../../nodes/contract/cameras.ts'
import type { Plan, PlanNode, PlanStream } from '../../nodes/contract/plan.ts'
import { compareText } from './problems.ts'

/** How a camera's stream stands before the change. `spent`: it runs, but what its camera was opened with is no good any more. */
export type RunningState = 'runs' | 'spent' | 'none'

/** Cameras and nodes by their ids, sorted. */
export interface PlanChanges {
  /** Cameras whose run goes on: tick numbers, states, model sessions. */
  kept: string[]
  /** Cameras whose run begins again from the first tick. */
  restarted: string[]
  /** Cameras that did not run before. */
  started: string[]
  /** Cameras that run no more. */
  stopped: string[]
  /** Nodes that are new, gone, or run otherwise than before: other settings, another type, other inputs. */
  changed: string[]
  /** Of those, nodes of runs that go on which begin at a server that knows nothing of them: their connection is another. */
  anew: string[]
}

/** Compares the plan that runs, if any, with the one to come. Where a node lies and what it is called is in neither. */
export function comparePlans(before: Plan | null, after: Plan, stateOf: (camera: string) => RunningState): PlanChanges {
  const former = new Map((before?.streams ?? []).map((stream) => [stream.id, stream]))
  const runs = (camera: string): boolean => former.has(camera) && stateOf(camera) !== 'none'
  const changes: PlanChanges = { kept: [], restarted: [], started: [], stopped: [], changed: [], anew: [] }
  for (const stream of after.streams) {
    const old = former.get(stream.id)
    if (!old || !runs(stream.id)) changes.started.push(stream.id)
    else if (stateOf(stream.id) === 'runs' && canGoOn(old, stream)) {
      changes.kept.push(stream.id)
      changes.anew.push(...movedNodes(old, stream))
    } else changes.restarted.push(stream.id)
  }
  const wanted = new Set(after.streams.map(({ id }) => id))
  changes.stopped = [...former.keys()].filter((camera) => !wanted.has(camera) && runs(camera))
  const isRunning = changes.kept.length + changes.restarted.length + changes.stopped.length > 0
  if (before && isRunning) changes.changed = changedNodes(before, after)
  return {
    kept: sorted(changes.kept),
    restarted: sorted(changes.restarted),
    started: sorted(changes.started),
    stopped: sorted(changes.stopped),
    changed: sorted(changes.changed),
    anew: sorted(changes.anew),
  }
}

/** Nodes that may keep what they remember: the same node in both, of the same type and version. */
export function remainingNodes(before: PlanStream, after: PlanStream): Set<string> {
  const old = new Map(before.ticks.map((node) => [node.id, node]))
  return new Set(
    after.ticks.flatMap((node) => {
      const known = old.get(node.id)
      return known?.type === node.type && known.version === node.version ? [node.id] : []
    }),
  )
}

/** A node that runs once for all cameras and lives in another camera's stream from now on: what it remembers goes with it. */
export interface Rehomed {
  node: string
  from: string
  to: string
}

/** Of the nodes that run once those that were in one other stream before, of the same type and version. */
export function rehomedNodes(before: Plan | null, after: Plan, once: ReadonlySet<string>): Rehomed[] {
  const homes = homesOf(before)
  return [...homesOf(after)].flatMap(([node, { of, streams }]) => {
    const old = homes.get(node)
    const [from, to] = [old?.streams[0], streams[0]]
    if (!once.has(node) || old?.of !== of || old.streams.length !== 1 || streams.length !== 1) return []
    return from === undefined || to === undefined || from === to ? [] : [{ node, from, to }]
  })
}

function homesOf(plan: Plan | null): Map<string, { of: string; streams: string[] }> {
  const homes = new Map<string, { of: string; streams: string[] }>()
  for (const { id, ticks } of plan?.streams ?? [])
    for (const node of ticks) {
      const known = homes.get(node.id)
      if (known) known.streams.push(id)
      else homes.set(node.id, { of: versionedType(node), streams: [id] })
    }
  return homes
}

/** `cooldown@2`: of which type and version what a node remembers is. */
export function versionedType({ type, version }: Pick<PlanNode, 'type' | 'version'>): string {
  return `${type}@${version}`
}

function canGoOn(before: PlanStream, after: PlanStream): boolean {
  return isSame(before.source, after.source) && isSame(before.taps, after.taps)
}

function movedNodes(before: PlanStream, after: PlanStream): string[] {
  const old = new Map(before.ticks.map((node) => [node.id, node]))
  return after.ticks.flatMap(({ id, config }) => {
    const known = old.get(id)
    return known && config.connection !== known.config.connection ? [id] : []
  })
}

function changedNodes(before: Plan, after: Plan): string[] {
  const old = nodesOf(before)
  const now = nodesOf(after)
  const differ = [...new Set([...old.keys(), ...now.keys()])].filter((id) => !isSame(old.get(id), now.get(id)))
  // A wire to or from a node that is new or gone is that node's story; any other changes what its receiver gets.
  const [drawnBefore, drawnNow] = [drawnIn(old), drawnIn(now)]
  const isKnown = (id: string): boolean => drawnBefore.has(id) && drawnNow.has(id)
  const drawn = wiresOf(before, isKnown)
  const draw = wiresOf(after, isKnown)
  const rewired = [...new Set([...drawn.keys(), ...draw.keys()])].flatMap((wire) =>
    drawn.has(wire) && draw.has(wire) ? [] : [drawn.get(wire) ?? draw.get(wire) ?? ''],
  )
  return [...new Set([...differ.map(nodeOfStream), ...rewired])]
}

/** A node is the same in every stream that has it, but for a source that points to cameras: it is known by stream. */
function nodesOf({ streams }: Plan): Map<string, PlanNode> {
  return new Map(
    streams.flatMap(({ id, source, ticks, actions }): [string, PlanNode][] => [
      [id, source],
      ...[...ticks, ...actions].map((node): [string, PlanNode] => [node.id, node]),
    ]),
  )
}

function drawnIn(nodes: ReadonlyMap<string, PlanNode>): Set<string> {
  return new Set([...nodes.keys()].map(nodeOfStream))
}

/** The receiver by wire, as far as both its ends are in both plans. */
function wiresOf({ streams }: Plan, isKnown: (id: string) => boolean): Map<string, string> {
  return new Map(
    streams.flatMap(({ routes }) =>
      Object.entries(routes).flatMap(([from, targets]) =>
        isKnown(from.slice(0, from.lastIndexOf('.')))
          ? targets
              .filter(({ node }) => isKnown(node))
              .map(({ node, port }) => [`${from} ${node}.${port}`, node] as const)
          : [],
      ),
    ),
  )
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort(compareText)
}

/** Equal as JSON, whatever the order of the keys: one plan was just made, the other comes out of the database. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b))
  return entries
    .map(([key, each]) => [key, each === undefined ? undefined : inOrder(each)])
    .filter(([, each]) => each !== undefined)
}
