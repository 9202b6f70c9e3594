// What a flow of Node-RED says to people: its comments are notes here, its groups are groups, there and back. Runs nothing.
import {
  FlowGroupSchema,
  FlowNoteSchema,
  mostNotes,
  type Flow,
  type FlowGroup,
  type FlowNote,
} from '../contract/flow.ts'
import { textOf, type RedNode } from './document.ts'

/** Cards here are wider than Node-RED's nodes. */
export const stretch = 1.8
const mostWords = 8000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A comment as a note: its name is the first line. What was written here keeps its place and size. */
export function noteOf(id: string, comment: RedNode, place: { x: number; y: number }): FlowNote {
  const [name, info] = [textOf(comment['name']), textOf(comment['info'])]
  const position = { x: Math.round(place.x * stretch), y: Math.round(place.y * stretch) }
  const note = { id, text: `${name}${name !== '' && info !== '' ? '\n' : ''}${info}`.slice(0, mostWords), position }
  const own = isRecord(comment['heed'])
    ? FlowNoteSchema.safeParse({ ...note, ...comment['heed'], id, text: note.text })
    : null
  if (!own?.success) return note
  const { x, y } = own.data.position
  const isMoved = Math.round(x / stretch) !== place.x || Math.round(y / stretch) !== place.y
  return isMoved ? { ...own.data, position } : own.data
}

/** A note as a comment; `place` says on which tab and in which group it lies. */
export function commentOf({ id, text, position, width, height }: FlowNote, place: Record<string, unknown>): RedNode {
  const end = text.indexOf('\n')
  return {
    id,
    type: 'comment',
    ...place,
    name: end < 0 ? text : text.slice(0, end),
    info: end < 0 ? '' : text.slice(end + 1),
    x: Math.round(position.x / stretch),
    y: Math.round(position.y / stretch),
    heed: { position, ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) },
    wires: [],
  }
}

export interface ReadGroup {
  entry: RedNode
  group: FlowGroup
  /** Groups inside it, which have frames of their own here. */
  hasGroups: boolean
}

/** The groups that frame something here. `madeOf`: what became of an entry. A thing stays in the first group that names it. */
export function groupsOf(
  entries: readonly RedNode[],
  madeOf: (entry: RedNode) => readonly string[],
  freshId: (wanted: string) => string,
): ReadGroup[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const within = Map.groupBy(entries, (entry) => textOf(entry['g']))
  const framed = new Set<string>()
  return entries
    .filter(({ type }) => type === 'group')
    .slice(0, mostNotes)
    .flatMap((entry) => {
      const named = Array.isArray(entry['nodes']) ? (entry['nodes'] as unknown[]).map(textOf) : []
      const inside = new Set([...named.flatMap((id) => byId.get(id) ?? []), ...(within.get(entry.id) ?? [])])
      const members = [...new Set([...inside].filter(({ type }) => type !== 'group').flatMap(madeOf))].filter(
        (id) => !framed.has(id),
      )
      if (members.length === 0) return []
      for (const id of members) framed.add(id)
      const group = { id: freshId(entry.id), title: textOf(entry['name']).slice(0, 120), members }
      if (!FlowGroupSchema.safeParse(group).success) return []
      return [{ entry, group, hasGroups: [...inside].some(({ type }) => type === 'group') }]
    })
}

/**
 * Puts the groups of `flow` among the written entries. `then`: the groups as they were read, by the entry they came from; those that
 * nobody touched stay as they came. `redOf`: the id over there of a thing here.
 */
export function writeGroups(
  written: readonly RedNode[],
  flow: Flow,
  then: ReadonlyMap<string, FlowGroup>,
  redOf: (id: string) => string,
  tab: string,
): RedNode[] {
  const now = new Map(flow.groups?.map((group) => [group.id, group]))
  const homes = new Map([...then].map(([entry, group]) => [group.id, entry]))
  const isTouched = (entry: string): boolean => {
    const group = then.get(entry)
    return group !== undefined && JSON.stringify(now.get(group.id)) !== JSON.stringify(group)
  }
  const changed = [...now.values()].filter(({ id }) => {
    const home = homes.get(id)
    return home === undefined || isTouched(home)
  })
  if (changed.length === 0 && ![...then.keys()].some(isTouched)) return [...written]
  const real = new Map(written.map((entry) => [entry.id, entry]))
  const memberIn = new Map<string, string>()
  const frames = changed.map((group) => {
    const id = homes.get(group.id) ?? group.id
    const nodes = [...new Set(group.members.map(redOf))].filter((each) => real.has(each))
    for (const each of nodes) memberIn.set(each, id)
    return frameEntry(id, group, nodes, real, tab)
  })
  const rest = written
    .filter(({ id, type }) => type !== 'group' || !isTouched(id))
    .map((entry) => {
      const into = memberIn.get(entry.id)
      if (into !== undefined) return { ...entry, g: into }
      const { g, ...loose } = entry
      return isTouched(textOf(g)) ? (loose as RedNode) : entry
    })
  return [...rest, ...frames]
}

/** Whatever else Node-RED keeps of a group stays, such as its colours and its variables. */
function frameEntry(
  id: string,
  { title }: FlowGroup,
  nodes: string[],
  real: ReadonlyMap<string, RedNode>,
  tab: string,
): RedNode {
  const members = nodes.flatMap((each) => real.get(each) ?? [])
  const all = (key: 'x' | 'y'): number[] => members.map((entry) => Number(entry[key]) || 0)
  const [left, top] = [Math.min(...all('x')) - 90, Math.min(...all('y')) - 40]
  const size = { w: Math.max(...all('x')) + 90 - left, h: Math.max(...all('y')) + 30 - top }
  const z = textOf(members[0]?.['z']) || tab
  return { ...real.get(id), id, type: 'group', z, name: title, nodes, x: left, y: top, ...size }
}
