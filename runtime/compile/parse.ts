// Stage 1: any value -> the nodes and wires that can be read, and a problem for everything that cannot.
// Never throws: what is not JSON (cycles, getters that fail, endless depth) is a problem too.
import type { Problem } from '../../nodes/contract/errors.ts'
import { FlowNodeSchema, FlowSchema, flowFormat, migrateFlow, WireSchema } from '../../nodes/contract/flow.ts'
import type { Flow, FlowNode, Wire } from '../../nodes/contract/flow.ts'
import { fault, quote } from './problems.ts'
import { explainFinding } from './words.ts'

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

/** Reads a document of any age. Nodes and wires that are fine are kept even when their neighbours are not. */
export function parseFlow(document: unknown): Parsed {
  let current: unknown
  try {
    // A copy by way of JSON: later stages meet plain data only, and the plan shares nothing with the document.
    const text = JSON.stringify(document) as string | undefined
    current = migrateFlow(text === undefined ? undefined : JSON.parse(text))
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
  const result = FlowSchema.safeParse(current, { error: explainFinding, reportInput: true })
  if (result.success) return { flow: whole(result.data), problems: [] }
  return salvage(current, result.error.issues)
}

function whole(flow: Flow): ParsedFlow {
  return { name: flow.name, nodes: flow.nodes, wires: flow.wires, unreadable: new Set() }
}

interface Issue {
  path: readonly PropertyKey[]
  message: string
}

/** What is left of a document with broken parts, so that the problems of the rest are reported in the same answer. */
function salvage(document: Record<string, unknown>, issues: readonly Issue[]): Parsed {
  const nodes = Array.isArray(document.nodes) ? (document.nodes as unknown[]) : []
  const wires = Array.isArray(document.wires) ? (document.wires as unknown[]) : []
  const broken = { nodes: new Set<unknown>(), wires: new Set<unknown>() }
  const problems = issues.map((issue) => {
    const [list, index] = issue.path
    if (list === 'nodes' || list === 'wires') broken[list].add(index)
    return toProblem(issue, nodes)
  })
  const readable = <T>(
    items: unknown[],
    bad: Set<unknown>,
    parse: (item: unknown) => { success: boolean; data?: T },
  ): T[] =>
    items.flatMap((item, index) => {
      const parsed = bad.has(index) ? undefined : parse(item)
      return parsed?.success && parsed.data !== undefined ? [parsed.data] : []
    })
  const flow: ParsedFlow = {
    name: typeof document.name === 'string' ? document.name : '',
    nodes: readable(nodes, broken.nodes, (item) => FlowNodeSchema.safeParse(item)),
    wires: readable(wires, broken.wires, (item) => WireSchema.safeParse(item)),
    unreadable: new Set(nodes.flatMap((node, index) => (broken.nodes.has(index) ? (idOf(node) ?? []) : []))),
  }
  return { flow, problems }
}

function idOf(node: unknown): string | null {
  return isRecord(node) && typeof node.id === 'string' && node.id !== '' ? node.id : null
}

function toProblem(issue: Issue, nodes: unknown[]): Problem {
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
