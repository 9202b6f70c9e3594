// Stage 1: any value -> the nodes and wires that can be read, and a problem for everything that cannot.
// Never throws: what is not JSON (cycles, getters that fail, endless depth) is a problem too.
import type { Problem } from '../../nodes/contract/errors.ts'
import {
  FlowNodeSchema,
  FlowSchema,
  flowFormat,
  migrateFlow,
  mostNodes,
  mostWires,
  WireSchema,
} from '../../nodes/contract/flow.ts'
import type { Flow, FlowNode, Wire } from '../../nodes/contract/flow.ts'
import { findExcess } from './bounds.ts'
import { fault, quote } from './problems.ts'
import { explainFinding } from '../../nodes/contract/schema-words.ts'

export interface ParsedFlow {
  name: string
  nodes: FlowNode[]
  wires: Wire[]
  /** Ids of nodes that are there but cannot be read: wires to them are not blamed. */
  unreadable: ReadonlySet<string>
}

export interface Parsed {
  /** Null when nothing of it can be read. */
  flow: ParsedFlow | null
  problems: Problem[]
}

function refuse(code: string, message: string): Parsed {
  return { flow: null, problems: [fault(code, message)] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Deeper than any flow that a person draws: what goes further takes the slow way, which knows its own end. */
const mostDepth = 40
const odd = Symbol('not plain data')

/** A copy as JSON would make it. What came out of JSON is copied directly, in a fifth of the time of the way through text. */
function copyOf(document: unknown): unknown {
  const copy = copyPlain(document, 0)
  if (copy !== odd) return copy
  const text = JSON.stringify(document) as string | undefined
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}

/**
 * The flow of a document that is fine as it stands; undefined for any other. Later stages only read ids and types, and what a plan
 * takes over is each node's config: that alone is copied.
 */
function quickly(document: unknown, isOurs: boolean): ParsedFlow | undefined {
  if (!isRecord(document) || document.format !== flowFormat || !isSurelyFlow(document)) return undefined
  if (isOurs) return whole(document)
  const nodes: FlowNode[] = []
  for (const node of document.nodes) {
    const config = isBare(node) ? copyPlain(node.config, 0) : odd
    if (config === odd) return undefined
    nodes.push({ ...node, config: config as FlowNode['config'] })
  }
  const isPlain =
    isBare(document) && document.wires.every((wire) => isBare(wire) && isBare(wire.from) && isBare(wire.to))
  return isPlain ? whole({ ...document, nodes }) : undefined
}

/** Made by nobody's class, and with nothing to say about how it becomes JSON. */
const isBare = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value)

function copyPlain(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : odd
  if (typeof value !== 'object' || depth > mostDepth) return odd
  if (Array.isArray(value)) return copyList(value, depth)
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return odd
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const inside = key === '__proto__' ? odd : copyPlain((value as Record<string, unknown>)[key], depth + 1)
    if (inside === odd) return odd
    copy[key] = inside
  }
  return copy
}

function copyList(list: readonly unknown[], depth: number): unknown {
  const copy: unknown[] = []
  for (let at = 0; at < list.length; at++) {
    const inside = copyPlain(list[at], depth + 1)
    if (inside === odd) return odd
    copy.push(inside)
  }
  return copy
}

/**
 * Reads a document of any age. Nodes and wires that are fine are kept even when their neighbours are not.
 * `isOurs`: it came out of JSON and nobody changes it or what is read of it: it is not copied.
 */
export function parseFlow(document: unknown, isOurs = false): Parsed {
  let current: unknown
  try {
    const excess = findExcess(document)
    // What contains itself is deep too, but is no JSON at all.
    if (excess?.code === 'FLOW_TOO_DEEP') JSON.stringify(document)
    if (excess !== undefined) return { flow: null, problems: [excess] }
    const plain = quickly(document, isOurs)
    if (plain !== undefined) return { flow: plain, problems: [] }
    // A copy by way of JSON: later stages meet plain data only, and the plan shares nothing with the document.
    current = migrateFlow(isOurs ? document : copyOf(document))
  } catch {
    return refuse(
      'FLOW_NOT_JSON',
      'This cannot be read as a flow: it contains itself, goes too deep, or holds what JSON cannot say. Send a JSON document.',
    )
  }
  if (!isRecord(current) || typeof current.format !== 'string') {
    return refuse('FLOW_NOT_A_FLOW', `This is not a flow: it must be a JSON object whose "format" is "${flowFormat}".`)
  }
  if (current.format !== flowFormat) {
    return refuse(
      'FLOW_FORMAT_UNKNOWN',
      `This flow is written as ${quote(current.format)}, but this version of Heed reads "${flowFormat}". Update Heed, or export the flow again from a version that writes it.`,
    )
  }
  if (isSurelyFlow(current)) return { flow: whole(current), problems: [] }
  return salvage(current)
}

function whole(flow: Flow): ParsedFlow {
  return { name: flow.name, nodes: flow.nodes, wires: flow.wires, unreadable: new Set() }
}

// What FlowSchema says, asked of a document that is our own copy already: a yes is a yes of the schema (a test holds the two
// together), anything else is left to the schema, which finds the words. Half of the time of compiling went into the schema.
function isSurelyFlow(document: Record<string, unknown>): document is Flow & Record<string, unknown> {
  const { name, description, tags, nodes, wires } = document
  return (
    isText(name, 1, 200) &&
    (description === undefined || isText(description, 0, 4000)) &&
    tags === undefined &&
    Array.isArray(nodes) &&
    nodes.length <= mostNodes &&
    Array.isArray(wires) &&
    wires.length <= mostWires &&
    nodes.every(isSurelyNode) &&
    wires.every(isSurelyWire)
  )
}

function isText(value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most
}

const idForm = /^[A-Za-z0-9_-]{1,64}$/

function isSurelyNode(node: unknown): boolean {
  if (!isRecord(node) || !isRecord(node.position) || !isRecord(node.config)) return false
  const { id, type, version, name, disabled, position } = node
  return (
    typeof id === 'string' &&
    idForm.test(id) &&
    isText(type, 1, 80) &&
    Number.isSafeInteger(version) &&
    (version as number) >= 1 &&
    Number.isFinite(position.x) &&
    Number.isFinite(position.y) &&
    (name === undefined || isText(name, 0, 120)) &&
    (disabled === undefined || typeof disabled === 'boolean')
  )
}

function isSurelyWire(wire: unknown): boolean {
  return isRecord(wire) && isSurelyEnd(wire.from) && isSurelyEnd(wire.to)
}

function isSurelyEnd(end: unknown): boolean {
  return isRecord(end) && typeof end.node === 'string' && idForm.test(end.node) && isText(end.port, 1, 64)
}

interface Issue {
  path: readonly PropertyKey[]
  message: string
}

/** No screen shows more, and a document of nothing but broken parts must not cost more than a whole one. */
const mostIssues = 1000
const words = { error: explainFinding, reportInput: true }

/** What is wrong in a list, by the words of the schema; only what is not plainly right is given to it. */
function judge(
  list: 'nodes' | 'wires',
  items: readonly unknown[],
  isSure: (item: unknown) => boolean,
  issues: Issue[],
): { broken: Set<number>; unjudged: number } {
  const broken = new Set<number>()
  let unjudged = 0
  const schema = list === 'nodes' ? FlowNodeSchema : WireSchema
  items.forEach((item, at) => {
    if (isSure(item)) return
    const found = issues.length < mostIssues ? schema.safeParse(item, words).error?.issues : []
    if (found === undefined) return
    broken.add(at)
    if (found.length === 0) unjudged++
    for (const { path, message } of found) issues.push({ path: [list, at, ...path], message })
  })
  return { broken, unjudged }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** What is left of a document with broken parts, so that the problems of the rest are reported in the same answer. */
function salvage(document: Record<string, unknown>): Parsed {
  const nodes = listOf(document.nodes)
  const wires = listOf(document.wires)
  const bare = Object.fromEntries(
    Object.entries(document).map(([key, value]) =>
      (key === 'nodes' || key === 'wires') && Array.isArray(value) ? [key, []] : [key, value],
    ),
  )
  const issues: Issue[] = [...(FlowSchema.safeParse(bare, words).error?.issues ?? [])]
  const judged = {
    nodes: judge('nodes', nodes, isSurelyNode, issues),
    wires: judge('wires', wires, isSurelyWire, issues),
  }
  const problems = issues.map((issue) => toProblem(issue, nodes))
  // Counted like the others, without words of their own.
  const node = fault('NODE_MALFORMED', 'Another node of this flow cannot be read.')
  const wire = fault('WIRE_MALFORMED', 'Another wire of this flow cannot be read.')
  for (let left = judged.nodes.unjudged; left > 0; left--) problems.push(node)
  for (let left = judged.wires.unjudged; left > 0; left--) problems.push(wire)
  const flow: ParsedFlow = {
    name: typeof document.name === 'string' ? document.name : '',
    nodes: nodes.filter((_node, at) => !judged.nodes.broken.has(at)) as FlowNode[],
    wires: wires.filter((_wire, at) => !judged.wires.broken.has(at)) as Wire[],
    unreadable: new Set(nodes.flatMap((node, at) => (judged.nodes.broken.has(at) ? (idOf(node) ?? []) : []))),
  }
  return { flow, problems }
}

function idOf(node: unknown): string | null {
  return isRecord(node) && typeof node.id === 'string' && node.id !== '' ? node.id : null
}

function toProblem(issue: Issue, nodes: readonly unknown[]): Problem {
  const [list, index, ...rest] = issue.path
  const place = rest.map(String).join('.')
  if (list === 'nodes' && typeof index === 'number') {
    const field = rest[0] === 'config' && rest.length > 1 ? rest.slice(1).map(String).join('.') : null
    return fault(
      'NODE_MALFORMED',
      `Node ${index + 1} of this flow cannot be read: ${quote(place || 'it')} ${issue.message}.`,
      { node: idOf(nodes[index]), field },
    )
  }
  if (list === 'wires' && typeof index === 'number') {
    return fault(
      'WIRE_MALFORMED',
      `Wire ${index + 1} of this flow cannot be read: ${quote(place || 'it')} ${issue.message}.`,
    )
  }
  return fault('FLOW_MALFORMED', `${quote(issue.path.map(String).join('.') || 'the flow')} ${issue.message}.`)
}
