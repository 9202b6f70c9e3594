// A flow file of Node-RED as it lies on disk or in the clipboard: which entries it has, each told apart. Takes duplicates as
// Node-RED does (the first wins) and never throws for one odd entry.
import { FlowInvalidError } from '../contract/errors.ts'
import type { Fate } from '../contract/foreign-flows.ts'

/** An entry of a flow file; whatever else it has stays as it came. */
export interface RedNode {
  id: string
  type: string
  [key: string]: unknown
}

export interface RedDocument {
  entries: RedNode[]
  /** As they came, where an id was missing or a number. */
  asCame: Map<RedNode, RedNode>
  /** Entries that were no nodes, and what was said twice. */
  ignored: Fate[]
}

/** More than a flow here may hold, so that tabs, groups and settings have room beside the nodes. */
const mostEntries = 20_000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The list of entries in any of the shapes Node-RED writes: an array, v2 `{rev, flows}`, or one tab `{nodes, configs, subflows}`. */
function listIn(document: unknown): unknown[] | undefined {
  if (Array.isArray(document)) return document
  if (!isRecord(document)) return undefined
  if (Array.isArray(document['flows'])) return document['flows']
  if (!Array.isArray(document['nodes'])) return undefined
  const { nodes, configs, subflows, ...tab } = document
  const id = textOf(tab['id']) || 'tab'
  const own = (list: unknown): unknown[] => (Array.isArray(list) ? list : [])
  return [{ ...tab, id, type: 'tab' }, ...own(configs), ...own(subflows), ...own(nodes)]
}

/** Whether it looks like a flow of Node-RED: a list in which most entries have an id and a type. */
export function isRedDocument(document: unknown): boolean {
  if (isRecord(document) && typeof document['format'] === 'string') return false
  const list = listIn(document)?.slice(0, 50)
  if (!list || list.length === 0) return false
  const known = list.filter((each) => isRecord(each) && typeof each['type'] === 'string' && hasPlace(each))
  return known.length * 2 > list.length
}

function hasPlace(entry: Record<string, unknown>): boolean {
  return (
    ['z', 'wires', 'x', 'label', 'info', 'env'].some((key) => Object.hasOwn(entry, key)) ||
    Array.isArray(entry['nodes']) ||
    typeof entry['id'] === 'string'
  )
}

/** A text of an entry, cut to what a name may have; empty when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** Reads a flow file. Throws FlowInvalidError when it is none or has more than 20,000 entries. */
export function readRedDocument(document: unknown): RedDocument {
  const list = listIn(document)
  if (!list) refuse('This is no flow of Node-RED: there is no list of nodes in it.')
  if (list.length > mostEntries)
    refuse(
      `This Node-RED flow has ${list.length} entries; at most ${mostEntries} can be read. Export fewer tabs at once.`,
    )
  const entries: RedNode[] = []
  const ignored: Fate[] = []
  const asCame = new Map<RedNode, RedNode>()
  const ids = new Set<string>()
  for (const [index, entry] of list.entries()) {
    const ignore = (reason: string): void => {
      const from = isRecord(entry) ? entry : {}
      ignored.push(
        fateOf(
          {
            id: textOf(from['id']) || `entry ${index + 1}`,
            type: textOf(from['type']) || 'unknown',
            name: from['name'],
          },
          { became: 'ignored', reason },
        ),
      )
    }
    if (!isRecord(entry) || typeof entry['type'] !== 'string' || entry['type'] === '') {
      ignore('It has no type, so it is no node.')
      continue
    }
    const id = textOf(entry['id']) || `entry-${index + 1}`
    if (ids.has(id)) {
      ignore('Another entry before it has the same id; Node-RED takes the first.')
      continue
    }
    ids.add(id)
    const made = { ...entry, id, type: entry['type'] }
    if (entry['id'] !== id) asCame.set(made, entry as RedNode)
    entries.push(made)
  }
  return { entries, asCame, ignored }
}

/** Throws FlowInvalidError about the whole document. */
export function refuse(message: string): never {
  throw new FlowInvalidError('FLOW_INVALID', message, [
    { node: null, port: null, field: null, code: 'FLOW_INVALID', message, severity: 'error' },
  ])
}

/** One row of the report. */
export function fateOf(
  entry: { id: string; type: string; name?: unknown; label?: unknown },
  fate: Partial<Fate> & Pick<Fate, 'became'>,
): Fate {
  const name = textOf(entry.name) || textOf(entry.label)
  return { id: entry.id, type: entry.type, name: name.slice(0, 120), nodes: [], isExact: false, reason: '', ...fate }
}
