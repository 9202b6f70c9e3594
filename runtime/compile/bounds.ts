// How large a document may be, found out in one short look before anything else reads it: what is over is refused in words and
// costs next to nothing. Never copies, and looks no further than the first bound that is passed.
import type { Problem } from '../../nodes/contract/errors.ts'
import { mostNodes, mostWires } from '../../nodes/contract/flow.ts'
import { fault, quote } from './problems.ts'

/** The most that a document may hold; far beyond what a person draws. */
export const bounds = {
  /** Lists and groups of settings inside each other. */
  depth: 64,
  /** As the schema of a flow says: twice and more the largest that anybody has shown. */
  nodes: mostNodes,
  wires: mostWires,
  tags: 50,
  /** Settings, points and entries, at any depth of one node's config, or of what else a document carries. */
  values: 10_000,
  /** The same of all nodes and wires together: a thousand cards of twenty settings each and their wires are half of it. */
  allValues: 70_000,
  /** Web and camera addresses, in one text and in all together: each is read with care, several times over. */
  addresses: 200,
  allAddresses: 1200,
}

const tooDeep = `This flow holds lists or settings more than ${bounds.depth} levels inside each other. Take the innermost out.`
const large = (what: string): Problem => fault('FLOW_TOO_LARGE', what)
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

interface Count {
  values: number
  addresses: number
  /** For tests: how many values were looked at in all. */
  seen: number
}

/** What of a document is too much, as one problem; undefined for what may be read. May throw what a getter throws. */
export function findExcess(
  document: unknown,
  count: Count = { values: 0, addresses: 0, seen: 0 },
): Problem | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const { nodes, wires, tags, ...others } = document as Record<string, unknown>
  for (const [name, list] of Object.entries({ nodes, wires, tags })) {
    const most = bounds[name as 'nodes' | 'wires' | 'tags']
    if (Array.isArray(list) && list.length > most)
      return large(`This flow has ${grouped(list.length)} ${name}; at most ${grouped(most)} fit into one. Split it.`)
  }
  // Each of these has its own measure: forty small nodes are fine where one of their size together is not.
  for (const node of Array.isArray(nodes) ? (nodes as unknown[]) : [nodes]) {
    const excess = measure(node, () => nameOf(node), count)
    if (excess) return excess
  }
  for (const wire of Array.isArray(wires) ? (wires as unknown[]) : [wires]) {
    const excess = measure(wire, aWire, count)
    if (excess) return excess
  }
  return measure([tags, others], () => 'the flow itself', count)
}

const aWire = (): string => 'one of the wires'

function nameOf(node: unknown): string {
  const { name, id } = (typeof node === 'object' && node !== null ? node : {}) as { name?: unknown; id?: unknown }
  const known = [name, id].find((each): each is string => typeof each === 'string' && each !== '')
  return known === undefined ? 'a node' : `the node ${quote(known)}`
}

interface Measured extends Count {
  /** In the part that is looked at. */
  here?: number
  where?: () => string
}

function measure(whole: unknown, where: () => string, count: Measured): Problem | undefined {
  count.here = 0
  count.where = where
  return look(whole, 0, count)
}

/** Goes no deeper than a document may. */
function look(value: unknown, depth: number, measured: Measured): Problem | undefined {
  measured.seen++
  if (typeof value === 'string') return countAddresses(value, measured)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > bounds.depth) return fault('FLOW_TOO_DEEP', tooDeep)
  const keys = Array.isArray(value) ? null : Object.keys(value)
  const length = keys === null ? (value as readonly unknown[]).length : keys.length
  measured.here = (measured.here ?? 0) + length
  measured.values += length
  if (measured.here > bounds.values)
    return large(
      `There is too much in ${placeOf(measured)}: more than ${grouped(bounds.values)} settings or entries. Take some out.`,
    )
  if (measured.values > bounds.allValues)
    return large(
      `There is too much in this flow: more than ${grouped(bounds.allValues)} settings and ends of wires. Split it.`,
    )
  for (let at = 0; at < length; at++) {
    const each: unknown =
      keys === null ? (value as readonly unknown[])[at] : (value as Record<string, unknown>)[keys[at]!]
    const excess = look(each, depth + 1, measured)
    if (excess) return excess
  }
  return undefined
}

const placeOf = ({ where }: Measured): string => where?.() ?? 'the flow'

function countAddresses(text: string, count: Measured): Problem | undefined {
  let here = 0
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3))
    if (++here > bounds.addresses)
      return large(
        `A text in ${placeOf(count)} holds more than ${bounds.addresses} addresses of the web or of cameras. Shorten it.`,
      )
  count.addresses += here
  return count.addresses > bounds.allAddresses
    ? large(`This flow holds more than ${grouped(bounds.allAddresses)} addresses of the web or of cameras. Split it.`)
    : undefined
}
