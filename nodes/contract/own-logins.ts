// Marks of sealed logins in a document that travels. From elsewhere they mean nothing and are taken off; a flow that is replaced keeps
// its own, where the document means the same address in the same place of the same card. Pure.
import { hiddenMark, withoutMark } from './address-secrets.ts'
import { replaceAddresses } from './addresses.ts'
import type { Flow } from './flow.ts'
import { mapInside } from './walk-values.ts'

/** The very same value where nothing is marked. */
function unmark(value: unknown): unknown {
  if (typeof value === 'string') return value.includes(hiddenMark) ? replaceAddresses(value, withoutMark) : value
  return mapInside(value, unmark)
}

/** A document from elsewhere, without the marks that stand for passwords kept there: here they would promise one. */
export function withoutMarks(document: Flow): Flow {
  return unmark(document) as Flow
}

/** `incoming` with the marks of `own`: what was sealed for an address here is still used for it. */
export function keepLogins(own: Flow, incoming: Flow): Flow {
  const mine = new Map(own.nodes.map((node) => [node.id, node]))
  return {
    ...incoming,
    nodes: incoming.nodes.map((node) => {
      const before = mine.get(node.id)
      return before?.type === node.type
        ? { ...node, config: keep(before.config, node.config) as typeof node.config }
        : node
    }),
  }
}

function keep(own: unknown, incoming: unknown): unknown {
  if (typeof own === 'string') return own.includes(hiddenMark) && unmark(own) === incoming ? own : incoming
  if (!isGroup(own) || !isGroup(incoming) || Array.isArray(own) !== Array.isArray(incoming)) return incoming
  // A list of another length is another list: its places mean something else.
  if (Array.isArray(own) && Array.isArray(incoming))
    return own.length === incoming.length ? incoming.map((each, index) => keep(own[index], each)) : incoming
  const mine = new Map(Object.entries(own))
  return Object.fromEntries(Object.entries(incoming).map(([key, each]) => [key, keep(mine.get(key), each)]))
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null
