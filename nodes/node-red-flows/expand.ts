// A Node-RED flow as nodes and wires alone: subflows are written out, environments filled in, and what only leads on (junctions,
// links) becomes the wires it stands for. Bounded in work, whatever comes in.
import { cardType, outputsIn, readBridge } from './bridges.ts'
import type { Fate } from '../contract/foreign-flows.ts'
import { environmentOf, withEnvironment, type Environment } from './environment.ts'
import { fateOf, refuse, textOf, type RedNode } from './document.ts'

/** A node of the drawing; `entry` is what it was in the file. */
export interface PlacedNode {
  /** Its own, also where a subflow is used several times. */
  id: string
  node: RedNode
  entry: RedNode
  x: number
  y: number
  isDisabled: boolean
}

export interface RedWire {
  from: string
  /** Index of the output. */
  output: number
  to: string
}

export interface Expanded {
  nodes: PlacedNode[]
  wires: RedWire[]
  /** Entries that need no node of their own: tabs, groups, subflows, junctions, links. */
  fates: Fate[]
  /** Configuration nodes: brokers, servers. */
  settings: Map<string, RedNode>
}

const mostNodes = 5000
const mostSteps = 1_000_000
const deepestSubflow = 20

interface Hop {
  id: string
  output: number
}
interface Work {
  nodes: PlacedNode[]
  /** Outputs and what they lead to, things that only lead on included. */
  next: Map<string, string[]>
  /** Ids of what only leads on. */
  passing: Set<string>
  fates: Fate[]
  definitions: Map<string, Definition>
  /** `link in` that somebody calls: its answers go back there, which no wire does. */
  isCalled(id: string): boolean
  /** What only Heed runs, by its id. */
  cards: ReadonlyMap<string, RedNode>
}
interface Definition {
  entry: RedNode
  inside: Map<string, RedNode>
}

const keyOf = ({ id, output }: Hop): string => `${output}:${id}`

/** `subflow:ID` of an instance. */
const subflowOf = (type: string): string | undefined => /^subflow:(.+)$/.exec(type)?.[1]

function idsIn(value: unknown): string[] {
  return Array.isArray(value)
    ? value
        .slice(0, mostNodes)
        .map(textOf)
        .filter((id) => id !== '')
    : []
}

function wiresOf(node: RedNode): string[][] {
  const { wires } = node
  return Array.isArray(wires) ? wires.slice(0, 200).map(idsIn) : []
}

const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(-1e6, Math.min(1e6, value)) : 0

/** Tells the entries apart and joins them. Throws FlowInvalidError where a flow is too large once its subflows are written out. */
export function expand(entries: readonly RedNode[]): Expanded {
  const tabs = new Map(entries.filter(({ type }) => type === 'tab').map((tab) => [tab.id, tab]))
  const definitions = new Map(
    entries
      .filter(({ type }) => type === 'subflow')
      .map((entry): [string, Definition] => [entry.id, { entry, inside: new Map() }]),
  )
  const settings = new Map<string, RedNode>()
  const groups = new Map<string, RedNode>()
  const drawn: RedNode[] = []
  for (const entry of entries) {
    const home = definitions.get(textOf(entry['z']))
    if (entry.type === 'tab' || entry.type === 'subflow' || entry.type === 'global-config') continue
    if (entry.type === 'group') groups.set(entry.id, entry)
    else if (!Object.hasOwn(entry, 'x') && !Array.isArray(entry['wires']) && entry.type !== 'comment')
      settings.set(entry.id, entry)
    else if (home) home.inside.set(entry.id, entry)
    else drawn.push(entry)
  }
  const work: Work = {
    nodes: [],
    next: new Map(),
    passing: new Set(),
    fates: [],
    definitions,
    isCalled: calledIn(entries),
    cards: new Map(entries.filter(({ type }) => type === cardType).map((card) => [card.id, card])),
  }
  const global = environmentOf(
    entries.find(({ type }) => type === 'global-config'),
    new Map(),
  )
  const pages = pageOffsets(tabs, drawn)
  const known = new Map<RedNode | undefined, Environment>()
  const around = (entry: RedNode | undefined, outer: Environment): Environment => {
    const found = known.get(entry) ?? environmentOf(entry, outer)
    known.set(entry, found)
    return found
  }
  known.set(undefined, global)
  for (const node of drawn) {
    const tab = tabs.get(textOf(node['z']))
    const group = groups.get(textOf(node['g']))
    const onTab = around(tab, global)
    place(work, node, {
      id: node.id,
      around: group ? around(group, onTab) : onTab,
      dx: 0,
      dy: pages.get(tab?.id ?? '') ?? 0,
      isDisabled: tab?.['disabled'] === true,
      within: [],
    })
  }
  return {
    nodes: work.nodes,
    wires: joinNodes(work),
    fates: [...structureFates(entries, tabs, definitions, groups), ...work.fates],
    settings,
  }
}

/** Each tab below the one before it; what is on no tab comes last, as on Node-RED's page of what was recovered. */
function pageOffsets(tabs: ReadonlyMap<string, RedNode>, drawn: RedNode[]): Map<string, number> {
  const extents = new Map<string, { top: number; bottom: number }>()
  for (const node of drawn) {
    const z = textOf(node['z'])
    const id = tabs.has(z) ? z : ''
    const y = numberOf(node['y'])
    const known = extents.get(id)
    extents.set(id, { top: Math.min(y, known?.top ?? y), bottom: Math.max(y, known?.bottom ?? y) })
  }
  const offsets = new Map<string, number>()
  let next: number | undefined
  for (const id of [...tabs.keys(), '']) {
    const page = extents.get(id)
    if (!page) continue
    // The first stays where it is.
    const offset = next === undefined ? 0 : next - page.top
    offsets.set(id, offset)
    next = page.bottom + offset + 240
  }
  return offsets
}

interface Where {
  id: string
  around: Environment
  dx: number
  dy: number
  isDisabled: boolean
  /** Subflows it is written out inside of. */
  within: readonly string[]
}

function place(work: Work, entry: RedNode, where: Where): void {
  if (work.nodes.length + work.passing.size >= mostNodes)
    refuse(`Written out, with its subflows, this flow has more than ${mostNodes} nodes. Import fewer tabs at once.`)
  const isDisabled = where.isDisabled || entry['d'] === true
  const subflow = work.definitions.get(subflowOf(entry.type) ?? '')
  if (subflow) {
    placeInstance(work, entry, subflow, { ...where, isDisabled })
    return
  }
  const prefix = where.id.slice(0, where.id.length - entry.id.length)
  if (onlyLeadsOn(work, entry)) {
    work.passing.add(where.id)
    const links = entry.type === 'link out' ? idsIn(entry['links']) : []
    // Links of a subflow lead inside of it; elsewhere to wherever on the tabs.
    const inside = work.definitions.get(where.within.at(-1) ?? '')?.inside
    const linked = links.map((id) => (inside?.has(id) ? prefix + id : id))
    const wired = wiresOf(entry)
      .flat()
      .map((id) => prefix + id)
    // A disabled junction leads nowhere.
    if (!isDisabled) work.next.set(keyOf({ id: where.id, output: 0 }), [...linked, ...wired])
    if (where.within.length === 0) work.fates.push(passingFate(entry, linked))
    return
  }
  if (placeBridge(work, entry, { ...where, isDisabled }, prefix)) return
  const node = withEnvironment(entry, where.around)
  const x = numberOf(entry['x']) + where.dx
  const y = numberOf(entry['y']) + where.dy
  work.nodes.push({ id: where.id, node, entry, x, y, isDisabled })
  for (const [output, targets] of wiresOf(entry).entries())
    leadOn(
      work,
      { id: where.id, output },
      targets.map((id) => prefix + id),
    )
}

function leadOn({ next }: Work, from: Hop, targets: readonly string[]): void {
  const key = keyOf(from)
  next.set(key, [...(next.get(key) ?? []), ...targets])
}

/** A bridge to a card of this file is a wire of that card's; false for what is none. */
function placeBridge(work: Work, entry: RedNode, { id, isDisabled, within }: Where, prefix: string): boolean {
  const bridge = readBridge(entry)
  const card = bridge && work.cards.get(bridge.card)
  if (!card) return false
  const targets = wiresOf(entry)
    .flat()
    .map((each) => prefix + each)
  const output = outputsIn(card).indexOf(bridge.port)
  if (bridge.side === 'says' && output < 0) return false
  if (bridge.side === 'hears') work.passing.add(id)
  if (!isDisabled && bridge.side === 'hears') leadOn(work, { id, output: 0 }, [prefix + card.id])
  if (!isDisabled && bridge.side === 'says') leadOn(work, { id: prefix + card.id, output }, targets)
  const reason = 'It joins a card of Heed to Node-RED; here that is a wire.'
  if (within.length === 0) work.fates.push(fateOf(entry, { became: 'wire', isExact: true, reason }))
  return true
}

/** A call that is led by the message may come to any. */
function calledIn(entries: readonly RedNode[]): Work['isCalled'] {
  const calls = entries.filter(({ type }) => type === 'link call')
  if (calls.some((call) => call['linkType'] === 'dynamic')) return () => true
  const ids = new Set(calls.flatMap((call) => idsIn(call['links'])))
  return (id) => ids.has(id)
}

function onlyLeadsOn({ isCalled }: Work, { id, type, mode }: RedNode): boolean {
  if (type === 'link out') return mode !== 'return'
  return type === 'link in' ? !isCalled(id) : type === 'junction'
}

function passingFate(entry: RedNode, linked: string[]): Fate {
  const reason =
    entry.type === 'link out' && linked.length === 0
      ? 'It leads nowhere.'
      : 'It only leads on: what it joins is joined here.'
  return fateOf(entry, { became: 'wire', isExact: true, reason })
}

function placeInstance(work: Work, entry: RedNode, subflow: Definition, where: Where): void {
  const { entry: definition, inside } = subflow
  if (where.within.includes(definition.id) || where.within.length >= deepestSubflow)
    refuse(
      `The subflow "${textOf(definition['name']) || definition.id}" contains itself. Node-RED does not run that either.`,
    )
  const prefix = `${where.id}-`
  const around = environmentOf(entry, environmentOf(definition, where.around))
  const least = (key: 'x' | 'y'): number =>
    [...inside.values()].reduce((a, node) => Math.min(a, numberOf(node[key])), Infinity)
  const [left, top] = inside.size === 0 ? [0, 0] : [least('x'), least('y')]
  const dx = numberOf(entry['x']) + where.dx - left
  const dy = numberOf(entry['y']) + where.dy - top
  const before = work.nodes.length
  for (const node of inside.values())
    place(work, node, {
      id: prefix + node.id,
      around,
      dx,
      dy,
      isDisabled: where.isDisabled,
      within: [...where.within, definition.id],
    })
  // The instance's own id is its way in; each of its outputs has one of its own.
  work.passing.add(where.id)
  const ways = Array.isArray(definition['in']) ? definition['in'].flatMap((way: unknown) => endsOf(way)) : []
  work.next.set(
    keyOf({ id: where.id, output: 0 }),
    ways.map(({ id }) => prefix + id),
  )
  const wires = wiresOf(entry)
  const outerPrefix = where.id.slice(0, where.id.length - entry.id.length)
  for (const [output, way] of (Array.isArray(definition['out']) ? definition['out'].slice(0, 200) : []).entries()) {
    const exit = `${where.id}>${output}`
    work.passing.add(exit)
    work.next.set(
      keyOf({ id: exit, output: 0 }),
      (wires[output] ?? []).map((id) => outerPrefix + id),
    )
    for (const end of endsOf(way)) {
      // Straight from the way in to a way out.
      const from = end.id === definition.id ? { id: where.id, output: 0 } : { id: prefix + end.id, output: end.output }
      const inner = work.definitions.has(subflowOf(inside.get(end.id)?.type ?? '') ?? '')
      const key = inner ? keyOf({ id: `${from.id}>${from.output}`, output: 0 }) : keyOf(from)
      work.next.set(key, [...(work.next.get(key) ?? []), exit])
    }
  }
  if (where.within.length === 0) {
    const nodes = work.nodes.slice(before).map(({ id }) => id)
    const reason = 'Its subflow is written out in its place; each use has its own.'
    work.fates.push(fateOf(entry, { became: 'node', isExact: true, nodes, reason }))
  }
}

function endsOf(way: unknown): Hop[] {
  const wires = typeof way === 'object' && way !== null ? (way as Record<string, unknown>)['wires'] : undefined
  return (Array.isArray(wires) ? wires : []).flatMap((wire: unknown) => {
    const { id, port } = (typeof wire === 'object' && wire !== null ? wire : {}) as Record<string, unknown>
    return textOf(id) === '' ? [] : [{ id: textOf(id), output: typeof port === 'number' ? port : 0 }]
  })
}

/** The wires between nodes alone: through everything that only leads on, each pair once. */
function joinNodes({ nodes, next, passing }: Work): RedWire[] {
  const real = new Set(nodes.map(({ id }) => id))
  const wires: RedWire[] = []
  let steps = 0
  for (const key of next.keys()) {
    const from = key.slice(key.indexOf(':') + 1)
    if (!real.has(from)) continue
    const seen = new Set<string>()
    const open = [...(next.get(key) ?? [])].reverse()
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (++steps > mostSteps)
        refuse('Its links lead to so many places that they cannot be drawn as wires. Import fewer tabs at once.')
      if (seen.has(at)) continue
      seen.add(at)
      if (real.has(at)) wires.push({ from, output: Number(key.slice(0, key.indexOf(':'))), to: at })
      else if (passing.has(at)) open.push(...[...(next.get(keyOf({ id: at, output: 0 })) ?? [])].reverse())
    }
  }
  return wires
}

function structureFates(
  entries: readonly RedNode[],
  tabs: ReadonlyMap<string, RedNode>,
  definitions: Work['definitions'],
  groups: Map<string, RedNode>,
): Fate[] {
  const used = new Set(entries.map(({ type }) => subflowOf(type)))
  return [
    ...[...tabs.values()].map((tab) =>
      fateOf(tab, {
        became: 'note',
        reason:
          tab['disabled'] === true
            ? 'It was switched off: its nodes are here, switched off.'
            : 'Its nodes are here together, tabs one below the other.',
      }),
    ),
    ...[...definitions.values()].flatMap(({ entry, inside }) => {
      const reason = used.has(entry.id)
        ? 'It is written out wherever it is used.'
        : 'No node of this file uses it, so it was left out.'
      const became = used.has(entry.id) ? 'setting' : 'ignored'
      return [entry, ...inside.values()].map((each) => fateOf(each, { became, isExact: used.has(entry.id), reason }))
    }),
    ...[...groups.values()].map((group) =>
      fateOf(group, { became: 'note', isExact: true, reason: 'It frames its nodes.' }),
    ),
    ...entries
      .filter(({ type }) => type === 'global-config')
      .map((entry) => fateOf(entry, { became: 'setting', isExact: true, reason: 'Its values are filled in.' })),
  ]
}
