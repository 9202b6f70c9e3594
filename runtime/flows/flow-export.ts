// A saved flow as it may be given away: without secrets, with what a stranger wants to read first. Pure.
import type { Flow } from '../../nodes/contract/flow.ts'
import { summaryOf, type DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import { removedWords, takeOutSecrets, type Removed } from '../../nodes/contract/secrets-out.ts'

/** The document to give away. */
export function withoutSecrets(document: Flow): Flow {
  return takeOutSecrets(document).document
}

/** A flow on its way out. */
export interface SharedFlow {
  document: Flow
  /** What was taken out, each in words; the same list stands in the document. */
  removed: (Removed & { message: string })[]
}

/** The document to give away with its summary, and with the list of what was left out. `known`: see takeOutSecrets. */
export function shareFlow(
  flow: Flow,
  types: DescribedTypes,
  { known = [], samples }: { known?: readonly string[]; samples?: readonly string[] } = {},
): SharedFlow {
  const { summary: _old, samples: kept, ...rest } = flow
  const said = samples && samples.length > 0 ? samples : kept
  const out = takeOutSecrets({ ...rest, ...(said === undefined ? {} : { samples: said }) } as Flow, known)
  const nodes = new Map(out.document.nodes.map((node) => [node.id, node]))
  const nameOf = (id: string): string => {
    const node = nodes.get(id)
    return node?.name ?? types.get(node?.type ?? '')?.title ?? id
  }
  const removed = out.removed.map((each) => ({ ...each, message: removedWords(each, nameOf) }))
  return { document: { ...out.document, summary: summaryOf(out.document, types), removed }, removed }
}

/** Some cards of a flow and the wires among them, as a flow of its own. */
export function partOf(flow: Flow, ids: readonly string[]): Flow {
  const chosen = new Set(ids)
  return {
    ...flow,
    nodes: flow.nodes.filter(({ id }) => chosen.has(id)),
    wires: flow.wires.filter(({ from, to }) => chosen.has(from.node) && chosen.has(to.node)),
    ...(flow.pins ? { pins: flow.pins.filter(({ node }) => chosen.has(node)) } : {}),
  }
}

/** A document from elsewhere without what is written anew at each export. */
export function withoutSummary(document: Flow): Flow {
  const { summary: _written, ...rest } = document
  return rest as Flow
}

/** `Fall alert` → `fall-alert.heed.json`: a name that every system takes. */
export function fileNameOf(name: string, ending = 'heed.json'): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)
    .toLowerCase()
  return `${plain === '' ? 'flow' : plain}.${ending}`
}
