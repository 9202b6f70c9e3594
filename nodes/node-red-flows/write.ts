// A flow of Heed as Node-RED imports it: what came from there and was not touched as it came, Node-RED's own nodes where they do
// the same, and cards of @heed/node-red that carry the rest, so that nothing is lost on the way back.
import type { CardPorts } from '../contract/foreign-flows.ts'
import type { Flow, FlowGroup, FlowNode, Wire } from '../contract/flow.ts'
import { bridgeId, cardType, createBridges, readBridge } from './bridges.ts'
import { redCounterpart, type Counterpart } from './counterparts.ts'
import { readRedDocument, textOf, type RedNode } from './document.ts'
import { commentOf, stretch, writeGroups } from './drawn.ts'
import { placeholderPrefix, readRedFlow } from './read.ts'

interface Drawing {
  outgoing: Map<string, Wire[]>
  incoming: Map<string, Wire[]>
  nodes: Map<string, FlowNode>
  /** The tab of what is new. */
  tab: string
  /** Entry a node was made of, where it still makes sense: its place. */
  homes: Map<string, RedNode>
}
interface Writing extends Drawing {
  bridges: ReturnType<typeof createBridges>
}

/** The flow as an array for Node-RED's clipboard. `original`: the document it was read from. */
export function writeRedFlow(flow: Flow, original?: unknown, ports: CardPorts = silent): RedNode[] {
  const { kept, homes, written, groups, asCame, bridged } = untouched(flow, original)
  const tabs = kept.filter(({ type }) => type === 'tab')
  const taken = new Set([...flow.nodes, ...(flow.notes ?? []), ...kept].map(({ id }) => id))
  let tab = tabs[0]?.id ?? 'heed-flow'
  while (tabs.length === 0 && taken.has(tab)) tab += '-'
  const drawing: Drawing = {
    outgoing: Map.groupBy(flow.wires, ({ from }) => from.node),
    incoming: Map.groupBy(flow.wires, ({ to }) => to.node),
    nodes: new Map(flow.nodes.map((node) => [node.id, node])),
    tab,
    homes,
  }
  const writing: Writing = { ...drawing, bridges: createBridges(flow, (id) => isOnlyHere(id, drawing), ports) }
  const own =
    tabs.length > 0 ? [] : [{ id: tab, type: 'tab', label: flow.name, disabled: false, info: flow.description ?? '' }]
  const notes = flow.notes?.filter(({ id }) => !written.has(id)) ?? []
  const cards = [
    ...own,
    ...kept,
    ...flow.nodes.filter(({ id }) => !written.has(id)).map((node) => writeNode(node, writing)),
    ...notes.map((note) => commentOf(note, homeOf(note.id, writing))),
  ]
  const entries = withBridges(cards, bridged, writing)
  const redOf = (id: string): string => (written.has(id) ? (homes.get(id)?.id ?? id) : id)
  return writeGroups(entries, flow, groups, redOf, tab).map((entry) => asCame.get(entry) ?? entry)
}

const silent: CardPorts = { says: () => undefined, hears: () => false }

/** `before`: ids of entries that were bridges; one that is as it was stays where it was. */
function withBridges(
  cards: readonly RedNode[],
  before: ReadonlySet<string>,
  { bridges, homes, tab }: Writing,
): RedNode[] {
  const written = new Map(cards.map((entry) => [entry.id, entry]))
  const home = (id: string): RedNode =>
    written.get(homes.get(id)?.id ?? id) ?? { id, type: cardType, z: tab, x: 0, y: 0 }
  const needed = new Map(bridges.write(home).map((entry) => [entry.id, entry]))
  const kept = cards.flatMap((entry) => {
    if (!before.has(entry.id)) return [entry]
    const now = needed.get(entry.id)
    if (!now) return []
    return [JSON.stringify(now['wires']) === JSON.stringify(entry['wires']) ? entry : now]
  })
  return [...kept, ...[...needed.values()].filter(({ id }) => !written.has(id))]
}

/** Tab and group of what a thing came from; the first tab for what is new. */
function homeOf(id: string, { homes, tab }: Drawing): Record<string, unknown> {
  const home = homes.get(id)
  return { z: textOf(home?.['z']) || tab, ...(home?.['g'] === undefined ? {} : { g: home['g'] }) }
}

interface Untouched {
  /** Entries that go back as they came, in their order. */
  kept: RedNode[]
  homes: Map<string, RedNode>
  /** Nodes and notes here that these entries stand for. */
  written: Set<string>
  /** Groups as they were read, by the entry they were made of. */
  groups: Map<string, FlowGroup>
  asCame: ReadonlyMap<RedNode, RedNode>
  /** Ids of entries that are bridges to cards of the same file. */
  bridged: Set<string>
}

const structure = new Set(['tab', 'subflow', 'group', 'global-config', 'junction', 'link in', 'link out'])

/** Reads the original again and compares: an entry is untouched when all it became is still there, wired as it was. */
function untouched(flow: Flow, original: unknown): Untouched {
  const result: Untouched = {
    kept: [],
    homes: new Map(),
    written: new Set(),
    groups: new Map(),
    asCame: new Map(),
    bridged: new Set(),
  }
  if (original === undefined) return result
  const { entries, asCame } = readRedDocument(original)
  result.asCame = asCame
  const before = readRedFlow(original)
  const drawn = (of: Flow) => [...of.nodes, ...(of.notes ?? [])]
  const present = new Map(drawn(flow).map((each) => [each.id, JSON.stringify(each)]))
  const wiresNow = wiresBy(flow.wires)
  const wiresThen = wiresBy(before.flow.wires)
  const same = new Set(
    drawn(before.flow)
      .filter(
        (node) => present.get(node.id) === JSON.stringify(node) && wiresNow.get(node.id) === wiresThen.get(node.id),
      )
      .map(({ id }) => id),
  )
  const fates = new Map(before.report.map((fate) => [fate.id, fate]))
  const groups = new Map(before.flow.groups?.map((group) => [group.id, group]))
  const inside = new Set(entries.filter(({ type }) => type === 'subflow').map(({ id }) => id))
  for (const entry of entries) {
    const nodes = fates.get(entry.id)?.nodes ?? []
    const group = entry.type === 'group' ? groups.get(nodes[0] ?? '') : undefined
    if (group) result.groups.set(entry.id, group)
    const isWhole = nodes.every((id) => same.has(id))
    for (const id of nodes) if (!entry.type.startsWith('subflow:')) result.homes.set(id, entry)
    const isCard = fates.get(entry.id)?.became === 'placeholder'
    const isDrawn =
      (!structure.has(entry.type) || isCard) && (Object.hasOwn(entry, 'x') || Array.isArray(entry['wires']))
    if (
      isDrawn &&
      !inside.has(textOf(entry['z'])) &&
      !(isWhole && (nodes.length > 0 || ['wire', 'note'].includes(fates.get(entry.id)?.became ?? '')))
    )
      continue
    result.kept.push(entry)
    if (fates.get(entry.id)?.became === 'wire' && readBridge(entry)) result.bridged.add(entry.id)
    if (isDrawn) for (const id of nodes) result.written.add(id)
  }
  return result
}

function wiresBy(wires: readonly Wire[]): Map<string, string> {
  const groups = Map.groupBy(wires, ({ from }) => from.node)
  return new Map(
    [...groups].map(([node, own]) => [
      node,
      own
        .map(({ from, to }) => `${from.port} ${to.node} ${to.port}`)
        .sort()
        .join('\n'),
    ]),
  )
}

/** The ports of a node in the order of its outputs over there. */
function outputsOf(
  node: FlowNode,
  { outgoing, incoming, homes }: Drawing,
): { outputs: string[]; counterpart?: Counterpart } {
  const out = outgoing.get(node.id) ?? []
  if (isPlaceholder(node)) {
    const most = out.reduce((least, { from }) => Math.max(least, Number(/^out(\d{1,3})$/.exec(from.port)?.[1] ?? 0)), 0)
    const wires = homes.get(node.id)?.['wires']
    const count = Math.max(most, Array.isArray(wires) ? wires.length : 0)
    return { outputs: Array.from({ length: count }, (_, index) => `out${index + 1}`) }
  }
  const counterpart = redCounterpart(node)
  // A port that Node-RED's node does not have would be lost.
  const fits =
    counterpart &&
    out.every(({ from }) => counterpart.outputs.includes(from.port)) &&
    (incoming.get(node.id) ?? []).every(({ to }) => to.port === 'message')
  return fits
    ? { outputs: counterpart.outputs, counterpart }
    : { outputs: [...new Set(out.map(({ from }) => from.port))].sort() }
}

/** Heed runs it: Node-RED has nothing that does the same. */
function isOnlyHere(id: string, drawing: Drawing): boolean {
  const node = drawing.nodes.get(id)
  return node !== undefined && !isPlaceholder(node) && outputsOf(node, drawing).counterpart === undefined
}

const isPlaceholder = ({ type, config }: FlowNode): boolean =>
  type.startsWith(placeholderPrefix) && typeof config['node'] === 'object' && config['node'] !== null

function writeNode(node: FlowNode, writing: Writing): RedNode {
  const { bridges, outgoing, incoming, nodes } = writing
  const { type, version, config, position } = node
  const place = {
    ...homeOf(node.id, writing),
    x: Math.round(position.x / stretch),
    y: Math.round(position.y / stretch),
    ...(node['disabled'] === true ? { d: true } : {}),
  }
  const { outputs, counterpart } = outputsOf(node, writing)
  const leadsTo = (wire: Wire): string[] => {
    const bridge = bridges.over(wire)
    if (!bridge) return [wire.to.node]
    return bridge.side === 'hears' ? [bridgeId(bridge)] : []
  }
  const wires = outputs.map((port) => [
    ...new Set((outgoing.get(node.id) ?? []).filter(({ from }) => from.port === port).flatMap(leadsTo)),
  ])
  if (isPlaceholder(node))
    return { id: node.id, type: type.slice(placeholderPrefix.length), ...(config['node'] as object), ...place, wires }
  const own = { type, version, config, position }
  const name = node.name ?? ''
  if (counterpart)
    return { id: node.id, type: counterpart.type, ...place, name, ...counterpart.config, heed: own, wires }
  const ways = (incoming.get(node.id) ?? []).map(({ from, to }) => {
    const source = nodes.get(from.node)
    return [from.node, source ? outputsOf(source, writing).outputs.indexOf(from.port) : 0, to.port]
  })
  const bridged = [
    ...new Set((incoming.get(node.id) ?? []).filter((wire) => bridges.over(wire)).map(({ to }) => to.port)),
  ]
  const heed = { ...own, in: ways, out: outputs, ...(bridged.length > 0 ? { bridged } : {}) }
  return { id: node.id, type: cardType, ...place, name, outputs: outputs.length, heed, wires }
}
