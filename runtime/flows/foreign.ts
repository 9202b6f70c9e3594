// Flows of other programs on their way in and out. What one was read from is kept beside it, without its secrets, so that what nobody
// touched goes back as it came.
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { flowFormat, type Flow } from '../../nodes/contract/flow.ts'
import { takesMessages } from '../../nodes/contract/kinds.ts'
import type { CardPorts, ForeignFlow } from '../../nodes/contract/foreign-flows.ts'
import { withoutSecrets } from './flow-export.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

/** The flow in another program's document; undefined when no format knows it. Throws FlowInvalidError when it cannot be read. */
export function readForeign(
  { formats, nodes: types }: Pick<FlowsRouteDeps, 'formats' | 'nodes'>,
  document: unknown,
): ForeignFlow | undefined {
  const format = formats.find((each) => each.recognises(document))
  if (!format) return undefined
  const { flow, report } = format.read(document)
  const original = cleaned(document)
  // Nobody here uses the secrets of what is only kept; those of an address that is used are sealed when it is stored.
  const kept = new Map(format.read(original).flow.nodes.map((node) => [node.id, node]))
  const nodes = flow.nodes.map((node) => (types.has(node.type) ? node : (kept.get(node.id) ?? node)))
  return { flow: { ...flow, nodes, foreign: { format: format.id, document: original } }, report }
}

/** The flow as another program imports it. */
export function writeForeign(
  { formats, nodes }: Pick<FlowsRouteDeps, 'formats' | 'nodes'>,
  id: string,
  flow: Flow,
): unknown {
  const format = formats.find((each) => each.id === id)
  if (!format)
    throw new NotFoundError(
      'FLOW_FORM_UNKNOWN',
      `Flows cannot be written as "${id}" here. Known are json, png, link and ${formats.map((each) => each.id).join(', ')}.`,
    )
  const { foreign } = flow
  const { format: from, document } = (typeof foreign === 'object' && foreign !== null ? foreign : {}) as Record<
    string,
    unknown
  >
  const ports: CardPorts = {
    says: (type, port) => nodes.get(type)?.ports.out[port]?.event ?? undefined,
    hears: (type, port) => takesMessages(nodes.get(type), port),
  }
  return format.write(flow, from === id && format.recognises(document) ? document : undefined, ports)
}

/** Logins are never kept, wherever they stand. */
function cleaned(document: unknown): unknown {
  const text = JSON.stringify(document, (key, value: unknown) => (key === 'credentials' ? undefined : value))
  const carrier = { format: flowFormat, name: 'foreign', nodes: [], wires: [], foreign: JSON.parse(text) as unknown }
  return withoutSecrets(carrier as Flow)['foreign']
}
