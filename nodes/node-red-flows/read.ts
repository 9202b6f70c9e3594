// A Node-RED flow as a flow of Heed: every node translated or kept as a placeholder, wires where both ends take them, and a row
// of the report for every entry.
import {
  flowFormat,
  mostNotes,
  type Flow,
  type FlowGroup,
  type FlowNode,
  type FlowNote,
  type Wire,
} from '../contract/flow.ts'
import type { Fate, ForeignFlow } from '../contract/foreign-flows.ts'
import { fateOf, readRedDocument, refuse, textOf, type RedNode } from './document.ts'
import { groupsOf, noteOf, stretch } from './drawn.ts'
import { expand, type PlacedNode, type RedWire } from './expand.ts'
import type { Made, MadePort, World } from './made.ts'
import { translate } from './translate.ts'

/** A type that no package has: what is kept of Node-RED's node lies in `config.node`. */
export const placeholderPrefix = 'node-red:'

const mostNodes = 5000
const mostWires = 20_000
const commentWords = `It is kept for the way back; a flow here has at most ${mostNotes} notes.`

interface Ends {
  input: Wire['to'][]
  outputs: Wire['from'][][]
  portsFor?: Made['portsFor']
}

interface Reading {
  world: World
  ids: Set<string>
  nodes: FlowNode[]
  notes: FlowNote[]
  groups: FlowGroup[]
  wires: Wire[]
  seen: Set<string>
  ends: Map<string, Ends>
  fates: Map<RedNode, Fate>
  /** What a wire could not be drawn for, by the entry it left. */
  lost: Map<RedNode, number>
}

/** Reads any of Node-RED's flow files. Throws FlowInvalidError where there is no list of nodes, or far too many of them. */
export function readRedFlow(document: unknown): ForeignFlow {
  const { entries, ignored } = readRedDocument(document)
  const expanded = expand(entries)
  const { settings } = expanded
  const reading: Reading = {
    world: { setting: (id) => settings.get(textOf(id)) },
    ids: new Set(),
    nodes: [],
    notes: [],
    groups: [],
    wires: [],
    seen: new Set(),
    ends: new Map(),
    fates: new Map(),
    lost: new Map(),
  }
  const listeners: PlacedNode[] = []
  for (const placed of expanded.nodes) {
    if (placed.node.type === 'catch' || placed.node.type === 'complete') listeners.push(placed)
    else if (placed.node.type === 'comment') addNote(reading, placed)
    else addNode(reading, placed)
  }
  const byOutput = Map.groupBy(expanded.wires, ({ from }) => from)
  for (const placed of expanded.nodes) addWires(reading, placed, byOutput.get(placed.id) ?? [])
  const heard = heardIn(reading, expanded.nodes)
  for (const placed of listeners) addListener(reading, placed, heard, byOutput.get(placed.id) ?? [])
  tellLost(reading)
  addGroups(reading, entries)
  const fates = new Map(
    [...expanded.fates, ...settingFates(settings, entries), ...reading.fates.values()].map((fate) => [fate.id, fate]),
  )
  const report = entries.map(
    (entry) => fates.get(entry.id) ?? fateOf(entry, { became: 'ignored', reason: 'Nothing leads to it.' }),
  )
  return { flow: flowOf(reading, entries), report: [...report, ...ignored] }
}

function flowOf({ nodes, wires, notes, groups }: Reading, entries: readonly RedNode[]): Flow {
  const tabs = entries.filter(({ type }) => type === 'tab')
  const label = textOf(tabs[0]?.['label'])
  const name = (
    label === '' ? 'From Node-RED' : tabs.length > 1 ? `${label} and ${tabs.length - 1} more` : label
  ).slice(0, 200)
  const info = textOf(tabs[0]?.['info']).slice(0, 4000)
  return {
    format: flowFormat,
    name,
    ...(info === '' ? {} : { description: info }),
    nodes,
    wires,
    ...(notes.length > 0 ? { notes } : {}),
    ...(groups.length > 0 ? { groups } : {}),
  }
}

function addNote(reading: Reading, { id: wanted, entry, node, x, y }: PlacedNode): void {
  if (reading.notes.length >= mostNotes) return tell(reading, entry, { became: 'note', reason: commentWords })
  const id = freshId(reading.ids, wanted)
  reading.notes.push(noteOf(id, node, { x, y }))
  tell(reading, entry, { became: 'note', nodes: [id], isExact: true })
}

function addGroups(reading: Reading, entries: readonly RedNode[]): void {
  const madeOf = (entry: RedNode): readonly string[] => reading.fates.get(entry)?.nodes ?? []
  for (const { entry, group, hasGroups } of groupsOf(entries, madeOf, (wanted) => freshId(reading.ids, wanted))) {
    reading.groups.push(group)
    const reason = hasGroups ? 'The groups inside it have frames of their own.' : ''
    tell(reading, entry, { became: 'note', nodes: [group.id], isExact: !hasGroups, reason })
  }
}

/** An id as it may be here, of its own. */
function freshId(ids: Set<string>, wanted: string): string {
  const base = wanted.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 56) || 'node'
  let id = base
  for (let number = 2; ids.has(id); number++) id = `${base}-${number}`
  ids.add(id)
  return id
}

function nameOf(node: RedNode): { name?: string } {
  const name = (textOf(node['name']) || textOf(node['label'])).trim().slice(0, 120)
  return name === '' ? {} : { name }
}

function addNode(reading: Reading, placed: PlacedNode): void {
  const translated = translate(placed.node, reading.world)
  const made = typeof translated === 'string' ? placeholder(placed) : translated
  // One switch becomes many filters: counted before they are made.
  if (reading.nodes.length + made.nodes.length > mostNodes)
    refuse(`Written out, this flow has more than ${mostNodes} cards. Import fewer tabs at once.`)
  const ids = made.nodes.map((_, index) => freshId(reading.ids, index === 0 ? placed.id : `${placed.id}-${index + 1}`))
  for (const [index, node] of made.nodes.entries()) {
    reading.nodes.push({
      id: ids[index] ?? '',
      type: node.type,
      version: node.version ?? 1,
      position: positionOf(placed, made, index),
      ...nameOf(placed.node),
      ...(placed.isDisabled ? { disabled: true } : {}),
      config: node.config,
    })
  }
  const portRef = ([index, port]: MadePort): Wire['from'] => ({ node: ids[index] ?? '', port })
  for (const { from, to } of made.inner ?? []) addWire(reading, portRef(from), portRef(to))
  reading.ends.set(placed.id, {
    input: made.input.map(portRef),
    outputs: made.outputs.map((ports) => ports.map(portRef)),
    ...(made.portsFor ? { portsFor: made.portsFor } : {}),
  })
  tell(reading, placed.entry, {
    became: typeof translated === 'string' ? 'placeholder' : 'node',
    nodes: ids,
    isExact: made.isExact,
    reason: made.reason || (typeof translated === 'string' ? translated : ''),
  })
}

/** Where it was placed here, unless somebody moved it over there. */
function positionOf({ x, y }: PlacedNode, { position }: Made, index: number): FlowNode['position'] {
  if (position && Math.round(position.x / stretch) === x && Math.round(position.y / stretch) === y) return position
  return { x: Math.round(x * stretch), y: Math.round(y * stretch) + index * 200 }
}

function settingsOf(entry: RedNode): Record<string, unknown> {
  const { id: _id, z: _z, x: _x, y: _y, g: _g, d: _d, wires: _wires, credentials: _credentials, ...settings } = entry
  return settings
}

/** Kept whole, without what it was wired to: the wires say that. Its credentials are never taken. */
function placeholder({ node, entry }: PlacedNode): Made {
  const kept = settingsOf(entry)
  const filled = settingsOf(node)
  const { wires } = entry
  // Outside of its tab and its subflow nobody knows what `${NAME}` is.
  const isSet = JSON.stringify(filled) !== JSON.stringify(kept)
  const outputs = Array.isArray(wires) ? Math.min(wires.length, 200) : 0
  return {
    nodes: [
      { type: `${placeholderPrefix}${node.type}`.slice(0, 80), config: { node: kept, ...(isSet ? { filled } : {}) } },
    ],
    input: [[0, 'in']],
    outputs: Array.from({ length: outputs }, (_, index): MadePort[] => [[0, `out${index + 1}`]]),
    isExact: false,
    reason: '',
  }
}

function addWires(reading: Reading, placed: PlacedNode, wires: readonly RedWire[]): void {
  const ends = reading.ends.get(placed.id)
  for (const { output, to } of wires) {
    const from = ends?.outputs[output] ?? []
    const target = reading.ends.get(to)
    const ports = target?.portsFor?.(placed.id, output)
    const into = (target?.input ?? []).filter((way) => ports === undefined || ports.includes(way.port))
    if (ends && (from.length === 0 || into.length === 0))
      reading.lost.set(placed.entry, (reading.lost.get(placed.entry) ?? 0) + 1)
    for (const source of from) for (const way of into) addWire(reading, source, way)
  }
}

function addWire({ wires, seen }: Reading, from: Wire['from'], to: Wire['to']): void {
  const key = `${from.node} ${from.port} ${to.node} ${to.port}`
  if (seen.has(key)) return
  // Never fewer wires than were drawn: a flow without one of them would do something else.
  if (wires.length >= mostWires) refuse(`This flow has more than ${mostWires} wires. Import fewer tabs at once.`)
  seen.add(key)
  wires.push({ from, to })
}

/** What `catch` and `complete` may listen to: nodes here that can fail, by the entry they were made of and by its tab. */
interface Heard {
  byEntry: ReadonlyMap<string, readonly string[]>
  byTab: ReadonlyMap<unknown, readonly string[]>
  /** How many nodes in all, by entry and by tab, to know whether some are not heard. */
  isAll(scope: ReadonlySet<string> | undefined, tab: unknown): boolean
}

function heardIn(reading: Reading, all: readonly PlacedNode[]): Heard {
  const types = new Map(reading.nodes.map(({ id, type }) => [id, type]))
  const rows = [...new Set(all.map(({ entry }) => entry))].flatMap((entry) =>
    (reading.fates.get(entry)?.nodes ?? [])
      .filter((id) => types.has(id))
      .map((id) => ({
        entry: entry.id,
        tab: entry['z'],
        id,
        hears: types.get(id) === 'notification',
      })),
  )
  const hearing = rows.filter(({ hears }) => hears)
  const deafEntries = new Set(rows.filter(({ hears }) => !hears).map(({ entry }) => entry))
  const deafTabs = new Set(rows.filter(({ hears }) => !hears).map(({ tab }) => tab))
  const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id)
  const grouped = <K>(keyOf: (row: (typeof rows)[number]) => K): Map<K, string[]> =>
    new Map([...Map.groupBy(hearing, keyOf)].map(([key, list]) => [key, ids(list)]))
  return {
    byEntry: grouped(({ entry }) => entry),
    byTab: grouped(({ tab }) => tab),
    isAll: (scope, tab) => (scope ? ![...scope].some((id) => deafEntries.has(id)) : !deafTabs.has(tab)),
  }
}

/** `catch` and `complete` are ports here: what failed, what was delivered. */
function addListener(reading: Reading, placed: PlacedNode, heard: Heard, wires: readonly RedWire[]): void {
  const port = placed.node.type === 'catch' ? 'failed' : 'delivered'
  const { scope: named } = placed.node
  const scope = Array.isArray(named) ? new Set((named as unknown[]).map(textOf)) : undefined
  const tab = placed.entry['z']
  const sources = scope ? [...scope].flatMap((id) => heard.byEntry.get(id) ?? []) : (heard.byTab.get(tab) ?? [])
  if (sources.length === 0) {
    addNode(reading, placed)
    addWires(reading, placed, wires)
    return
  }
  const targets = wires.flatMap(({ to }) => reading.ends.get(to)?.input ?? [])
  for (const node of sources) for (const target of targets) addWire(reading, { node, port }, target)
  const reason = `It is the port "${port}" of ${sources.length === 1 ? 'the node' : `${sources.length} nodes`} it listened to.`
  tell(reading, placed.entry, { became: 'wire', isExact: heard.isAll(scope, tab), reason })
}

/** What lies in a subflow is told once for all of its uses. */
function tell({ fates }: Reading, entry: RedNode, fate: Partial<Fate> & Pick<Fate, 'became'>): void {
  const known = fates.get(entry)
  if (known) known.nodes.push(...(fate.nodes ?? []))
  else fates.set(entry, fateOf(entry, fate))
}

function tellLost({ fates, lost }: Reading): void {
  for (const [entry, count] of lost) {
    const fate = fates.get(entry)
    if (!fate) continue
    const words = count === 1 ? 'One of its wires' : `${count} of its wires`
    fate.reason = `${fate.reason}${fate.reason === '' ? '' : ' '}${words} could not be drawn here.`
    fate.isExact = false
  }
}

function settingFates(settings: ReadonlyMap<string, RedNode>, entries: readonly RedNode[]): Fate[] {
  const used = new Set<string>()
  for (const { id, ...entry } of entries)
    for (const value of Object.values(entry))
      if (typeof value === 'string' && value !== id && settings.has(value)) used.add(value)
  return [...settings.values()].map((entry) =>
    fateOf(entry, {
      became: used.has(entry.id) ? 'setting' : 'ignored',
      reason: used.has(entry.id)
        ? 'What nodes need of it is in their settings; its logins are not taken.'
        : 'No node of this file uses it.',
    }),
  )
}
