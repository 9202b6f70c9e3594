// What of an imported flow only Node-RED can do, as a tab for the Node-RED inside, joined to the rest by bridge nodes: entries and
// exits there, a card that hands over and a card that hears here. Pure; nothing of it is run.
import type { Flow, FlowNode, Wire } from '../contract/flow.ts'
import type { StayingTab } from '../contract/foreign-flows.ts'
import { isRedDocument, readRedDocument, textOf, type RedNode } from './document.ts'
import { stretch } from './drawn.ts'
import { placeholderPrefix } from './read.ts'

/** One card of two lines and its foot, with room below it. */
const cardHeight = 160

type Placeholder = FlowNode & { config: { node: Record<string, unknown>; filled?: unknown } }

const isPlaceholder = (node: FlowNode): node is Placeholder =>
  node.type.startsWith(placeholderPrefix) && typeof node.config['node'] === 'object' && node.config['node'] !== null

/** With what its tab and its subflows had set for it. */
const settingsOf = ({ config: { node, filled } }: Placeholder): unknown =>
  typeof filled === 'object' && filled !== null ? filled : node

/** The same value with every id of the flow as it is called there. */
function renamed(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Array.isArray(value)) return value.map((each) => renamed(each, ids))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(each, ids)]))
}

/** Settings that the parts name, and those that these name. Their credentials did not come along. */
function settingsFor(parts: readonly Placeholder[], entries: readonly RedNode[]): RedNode[] {
  const open = new Map(entries.filter((entry) => !('x' in entry) && !('wires' in entry)).map((each) => [each.id, each]))
  for (const { id, type } of open.values())
    if (['tab', 'subflow', 'group', 'global-config'].includes(type)) open.delete(id)
  const found: RedNode[] = []
  let text = JSON.stringify(parts.map(settingsOf))
  for (let size = -1; size !== found.length;) {
    size = found.length
    for (const entry of open.values()) {
      if (!text.includes(JSON.stringify(entry.id))) continue
      open.delete(entry.id)
      found.push(entry)
      text += JSON.stringify(entry)
    }
  }
  return found
}

class Joining {
  readonly nodes: RedNode[] = []
  readonly cards: FlowNode[] = []
  readonly wires: Wire[] = []
  readonly #names = new Set<string>()

  name(wanted: string): string {
    let name = wanted.slice(0, 150)
    for (let number = 2; this.#names.has(name); number++) name = `${wanted.slice(0, 150)} ${number}`
    this.#names.add(name)
    return name
  }
}

/** Undefined when there is nothing that only Node-RED knows. `prefix` keeps ids there apart from those of other flows. */
export function stayInNodeRed(flow: Flow, prefix: string): { flow: Flow; tab: StayingTab } | undefined {
  const parts = flow.nodes.filter(isPlaceholder)
  if (parts.length === 0) return undefined
  const { document } = (flow['foreign'] ?? {}) as { document?: unknown }
  const entries = isRedDocument(document) ? readRedDocument(document).entries : []
  const settings = settingsFor(parts, entries)
  const ids = new Map([...parts, ...settings].map(({ id }) => [id, `${prefix}-${id}`]))
  const there = new Set(parts.map(({ id }) => id))
  const joining = new Joining()
  for (const part of parts) addPart(joining, part, flow, ids, there)
  const kept = flow.wires.filter(({ from, to }) => !there.has(from.node) && !there.has(to.node))
  const groups = flow.groups?.map((group) => withoutGone(group, there))
  return {
    flow: {
      ...flow,
      nodes: [...flow.nodes.filter(({ id }) => !there.has(id)), ...joining.cards],
      wires: [...kept, ...joining.wires],
      ...(groups ? { groups } : {}),
    },
    tab: {
      label: flow.name,
      info: `The parts of the Heed flow “${flow.name}” that only Node-RED can do.`,
      nodes: joining.nodes,
      configs: settings.map((setting) => renamed(setting, ids) as RedNode),
    },
  }
}

function withoutGone<T extends object>(group: T, there: ReadonlySet<string>): T {
  const { nodes } = group as { nodes?: unknown }
  return Array.isArray(nodes) ? { ...group, nodes: nodes.filter((id) => !there.has(textOf(id))) } : group
}

function addPart(
  joining: Joining,
  part: Placeholder,
  flow: Flow,
  ids: ReadonlyMap<string, string>,
  there: ReadonlySet<string>,
): void {
  const id = ids.get(part.id) ?? part.id
  const x = Math.round(part.position.x / stretch)
  const y = Math.round(part.position.y / stretch)
  const title = `${flow.name}: ${part.name ?? part.type.slice(placeholderPrefix.length)}`
  const out = flow.wires.filter(({ from }) => from.node === part.id)
  const most = out.reduce((least, { from }) => Math.max(least, Number(/\d+$/.exec(from.port)?.[0] ?? 1)), 0)
  const wires = Array.from({ length: most }, (_, index): string[] =>
    out.flatMap(({ from, to }) =>
      from.port === `out${index + 1}` && there.has(to.node) ? [ids.get(to.node) ?? ''] : [],
    ),
  )
  const incoming = flow.wires.filter(({ from, to }) => to.node === part.id && !there.has(from.node))
  if (incoming.length > 0) {
    const name = joining.name(title)
    joining.nodes.push({ id: `${id}-in`, type: 'heed-in', name, x: x - 180, y, wires: [[id]] })
    const card = `to-${part.id}`.slice(0, 64)
    joining.cards.push({
      id: card,
      type: 'ask-node-red',
      version: 1,
      position: part.position,
      config: { entry: name },
      ...(part.name === undefined ? {} : { name: part.name }),
    })
    for (const { from } of incoming) joining.wires.push({ from, to: { node: card, port: 'message' } })
  }
  for (const [port, leaving] of Map.groupBy(
    out.filter(({ to }) => !there.has(to.node)),
    ({ from }) => from.port,
  )) {
    const index = Number(/\d+$/.exec(port)?.[0] ?? 1) - 1
    const name = joining.name(index === 0 ? title : `${title}, output ${index + 1}`)
    wires[index]?.push(`${id}-${port}`)
    // No answer: what a message became here may be something new, and comes to the card that hears.
    joining.nodes.push({
      id: `${id}-${port}`,
      type: 'heed-out',
      name,
      answers: false,
      x: x + 180,
      y: y + index * 40,
      wires: [],
    })
    const card = `from-${part.id}-${port}`.slice(0, 64)
    // Where the part was, which no other card lies on; below the card that hands over, where there is one.
    const row = index + (incoming.length > 0 ? 1 : 0)
    const position = { x: part.position.x, y: part.position.y + row * cardHeight }
    joining.cards.push({ id: card, type: 'from-node-red', version: 1, position, config: { entry: name } })
    for (const { to } of leaving) joining.wires.push({ from: { node: card, port: 'message' }, to })
  }
  const own = renamed(settingsOf(part), ids) as Record<string, unknown>
  joining.nodes.push({
    ...own,
    id,
    type: part.type.slice(placeholderPrefix.length),
    x,
    y,
    ...(part['disabled'] === true ? { d: true } : {}),
    wires,
  })
}
