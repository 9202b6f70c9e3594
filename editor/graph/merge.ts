// Two versions of a flow that began with the same one, made into one: what does not overlap is taken from both, what both changed
// differently is a conflict that a person decides. Pure; never reverts what only one side has touched.
import type { Flow, FlowGroup, FlowNode, FlowNote, FlowPin, Wire } from '../../nodes/contract/flow.ts'
import { wireId, withNotes } from './edit.ts'
import { withPins } from './pins.ts'

export type Side = 'mine' | 'theirs'

/** One value that both have changed, each in another way. */
export interface Conflict {
  key: string
  /** The card, note or group it is about; null for the flow itself. */
  node: string | null
  /** A setting by its name, or `name`, `position`; null for the whole node, which one side has removed. */
  field: string | null
  mine: unknown
  theirs: unknown
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
type Values = Record<string, unknown>

/** What a node and a flow are put together of, beside the parts that are merged by themselves. */
const partsOfNode = new Set(['config'])
const partsOfGroup = new Set(['members'])
const partsOfFlow = new Set(['nodes', 'wires', 'notes', 'groups', 'pins'])

/** The merged flow; of each conflict the side that `choices` names, mine where it names none. */
export function mergeFlows(
  base: Flow,
  mine: Flow,
  theirs: Flow,
  choices: Readonly<Record<string, Side>> = {},
): { flow: Flow; conflicts: Conflict[] } {
  const conflicts: Conflict[] = []
  /** One value of three; undefined means that it is not there. */
  const pick = (conflict: Omit<Conflict, 'mine' | 'theirs'>, was: unknown, my: unknown, their: unknown): unknown => {
    if (same(my, their) || same(their, was)) return my
    if (same(my, was)) return their
    conflicts.push({ ...conflict, mine: my, theirs: their })
    return choices[conflict.key] === 'theirs' ? their : my
  }
  const values = (
    owner: string | null,
    was: Values,
    my: Values,
    their: Values,
    leaveOut: ReadonlySet<string>,
  ): Values => {
    const names = new Set([...Object.keys(my), ...Object.keys(their)])
    return Object.fromEntries(
      [...names]
        .filter((name) => !leaveOut.has(name))
        .map((name) => {
          const conflict = { key: `${owner ?? ''}/${name}`, node: owner, field: name }
          return [name, pick(conflict, was[name], my[name], their[name])] as const
        })
        .filter(([, value]) => value !== undefined),
    )
  }
  const node = (was: FlowNode | undefined, my: FlowNode, their: FlowNode): FlowNode => {
    const before = (was ?? {}) as Values
    const settings = values(my.id, (was?.config ?? {}) as Values, my.config, their.config, new Set())
    return {
      ...values(my.id, before, my as unknown as Values, their as unknown as Values, partsOfNode),
      config: settings,
    } as unknown as FlowNode
  }
  const things = <T extends { id: string }>(
    lists: [T[] | undefined, T[] | undefined, T[] | undefined],
    both: (was: T | undefined, my: T, their: T) => T,
  ): T[] =>
    byId(lists).flatMap(([id, was, my, their]) => {
      if (my && their) return [both(was, my, their)]
      const kept = pick({ key: id, node: id, field: null }, was, my, their) as T | undefined
      return kept ? [kept] : []
    })
  const nodes = things([base.nodes, mine.nodes, theirs.nodes], node)
  const plain = <T extends FlowNote | FlowPin>(was: T | undefined, my: T, their: T): T =>
    values(my.id, was ?? {}, my, their, new Set()) as unknown as T
  const notes = things<FlowNote>([base.notes, mine.notes, theirs.notes], plain)
  const pins = things<FlowPin>([base.pins, mine.pins, theirs.pins], plain)
  const groups = things<FlowGroup>([base.groups, mine.groups, theirs.groups], (was, my, their) => ({
    ...(values(my.id, was ?? {}, my, their, partsOfGroup) as unknown as FlowGroup),
    members: membersOf(was?.members ?? [], my.members, their.members),
  }))
  const merged = values(
    null,
    base as unknown as Values,
    mine as unknown as Values,
    theirs as unknown as Values,
    partsOfFlow,
  )
  const drawn = withPins({ ...merged, nodes, wires: wiresOf(base, mine, theirs, nodes) } as unknown as Flow, pins)
  return { flow: notes.length + groups.length === 0 ? drawn : withNotes(drawn, notes, groups), conflicts }
}

/** Who put something into a group, or took it out, is followed. */
function membersOf(was: readonly string[], my: readonly string[], their: readonly string[]): string[] {
  const all = new Set([...my, ...their])
  return [...all].filter((id) => (was.includes(id) ? my.includes(id) && their.includes(id) : true))
}

/** Each node as it was, as it is mine and as it is theirs: in my order, theirs behind. */
function byId<T extends { id: string }>(lists: [T[]?, T[]?, T[]?]): [string, T?, T?, T?][] {
  const [was, my, their] = lists.map((list) => new Map((list ?? []).map((thing) => [thing.id, thing])))
  const ids = new Set([...(lists[1] ?? []), ...(lists[2] ?? [])].map(({ id }) => id))
  return [...ids].map((id) => [id, was?.get(id), my?.get(id), their?.get(id)])
}

/** A wire is there or not: whoever drew or cut one is followed, and none stays without its ends. */
function wiresOf(base: Flow, mine: Flow, theirs: Flow, nodes: readonly FlowNode[]): Wire[] {
  const ids = new Set(nodes.map(({ id }) => id))
  const [was, my, their] = [base, mine, theirs].map(({ wires }) => new Set(wires.map(wireId)))
  const seen = new Set<string>()
  return [...mine.wires, ...theirs.wires].filter((wire) => {
    const id = wireId(wire)
    if (seen.has(id) || !ids.has(wire.from.node) || !ids.has(wire.to.node)) return false
    seen.add(id)
    return was?.has(id) ? my?.has(id) && their?.has(id) : true
  })
}
