// What of a flow came from somebody else and still waits for the owner's yes: hosts it would reach, people it would write to,
// programs it would run.
// Only reads; the list itself is the store's.
import { commandMark } from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { hostsIn, hostsOfConfig, nodeRedMark, receiverMark } from '../../nodes/contract/hosts.ts'
import { isShown, readFields } from '../compile/index.ts'
import { fault } from '../compile/index.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

/** A host (`example.org:443`), a receiver (`to ana@example.org`) or an agent's connection (`run helper`), and the field of a node's config that names it. */
interface Destination {
  name: string
  field: string
}

type Known = Pick<FlowsRouteDeps, 'nodes' | 'connectionKinds'>
type Part = Pick<FlowNode, 'type' | 'config'>

/** Whom a node addresses, where its type says that a field names a person. */
function receiversIn(config: Record<string, unknown>, definition: NodeDefinition | undefined): Destination[] {
  if (!definition) return []
  const fields = readFields(definition)
  return Object.keys(definition.config.shape).flatMap((field) => {
    const meta = fields.meta(field)
    const value = config[field]
    return meta.receiver === true && typeof value === 'string' && value.trim() !== '' && isShown(meta, config)
      ? [{ name: receiverMark + value.trim(), field }]
      : []
  })
}

/** Places of the Node-RED inside: what is handed there runs with the rights of Heed's user. */
function placesIn(config: Record<string, unknown>, definition: NodeDefinition | undefined): Destination[] {
  if (!definition) return []
  const fields = readFields(definition)
  return Object.keys(definition.config.shape).flatMap((field) => {
    if (fields.meta(field).nodeRed === undefined) return []
    const value = config[field]
    const name = typeof value === 'string' ? value.trim() : ''
    return [{ name: nodeRedMark + (name === '' ? '*' : name), field }]
  })
}

/** Connections that may run a program, whatever they are now: one that is made or changed after an import is asked about then. */
function programsIn(
  config: Record<string, unknown>,
  definition: NodeDefinition | undefined,
  kinds: Known['connectionKinds'],
): Destination[] {
  if (!definition) return []
  const running = [...kinds.values()].filter(({ can }) => can.run !== undefined)
  return readFields(definition).connections.flatMap(({ field, meta }) => {
    const name = config[field]
    const mayRun = running.some(({ can }) => meta.can !== undefined && can[meta.can] !== undefined)
    return mayRun && typeof name === 'string' && name !== '' && isShown(meta, config)
      ? [{ name: commandMark + name, field }]
      : []
  })
}

/** Where a node would send to and what it would run, with the field that says so. */
export function destinationsOf(part: Part, known: Known): Destination[] {
  return [...hostsOfConfig(part.config).map(({ host, field }) => ({ name: host, field })), ...othersOf(part, known)]
}

/** Whom it would write to and what it would run: all that is no host. */
function othersOf({ type, config }: Part, { nodes, connectionKinds }: Known): Destination[] {
  return [
    ...receiversIn(config, nodes.get(type)),
    ...placesIn(config, nodes.get(type)),
    ...programsIn(config, nodes.get(type), connectionKinds),
  ]
}

/** Everything a document from elsewhere names: its nodes' destinations, and hosts that stand in any other place of it. */
export async function unapprovedIn(deps: FlowsRouteDeps, document: Flow): Promise<string[]> {
  const { nodes, ...others } = document
  const named = new Set(hostsIn([others, nodes.map(({ config: _read, ...rest }) => rest)]))
  for (const node of nodes) for (const { name } of destinationsOf(node, deps)) named.add(name)
  return await deps.approvedHosts.unapproved([...named])
}

/** What pasted nodes name that nobody has typed here. */
export async function unapprovedInNodes(deps: FlowsRouteDeps, parts: readonly Part[]): Promise<string[]> {
  return await deps.approvedHosts.unapproved([
    ...new Set(parts.flatMap((part) => destinationsOf(part, deps).map(({ name }) => name))),
  ])
}

/** Hosts that the nodes name, approved or not. */
export function hostsOf(document: Flow): string[] {
  return [...new Set(document.nodes.flatMap(({ config }) => hostsOfConfig(config).map(({ host }) => host)))].sort()
}

/** The program that each connection which runs one runs, by the connection's mark. */
async function readPrograms(deps: FlowsRouteDeps, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (!names.some((each) => each.startsWith(commandMark))) return new Map()
  const commands = (await deps.connections.list()).filter(({ can }) => can.run !== undefined)
  return new Map(commands.map(({ name, config }) => [commandMark + name, String(config.command ?? name)]))
}

/** What these nodes name of the stored list and nothing else has approved meanwhile. */
export async function waitingOf(
  deps: FlowsRouteDeps,
  parts: readonly Part[],
  stored: readonly string[],
): Promise<string[]> {
  if (stored.length === 0) return []
  const named = new Set(parts.flatMap((part) => destinationsOf(part, deps).map(({ name }) => name)))
  const waiting = await deps.approvedHosts.unapproved(stored.filter((each) => named.has(each)))
  const programs = await readPrograms(deps, waiting)
  return waiting.filter((each) => !each.startsWith(commandMark) || programs.has(each)).sort()
}

/** In words a grandchild could read aloud. */
export function askWords(name: string, does: 'send to' | 'reach' = 'send to'): { code: string; message: string } {
  if (name.startsWith(receiverMark))
    return {
      code: 'RECEIVER_NOT_APPROVED',
      message: `This flow came from somebody else and wants to write to ${name.slice(receiverMark.length, 80)}. Allow it, or take it out.`,
    }
  if (name.startsWith(nodeRedMark)) {
    const place = name.slice(nodeRedMark.length, 200)
    return {
      code: 'NODERED_NOT_APPROVED',
      message: `This flow came from somebody else and wants to use ${place === '*' ? 'whatever comes' : `“${place}”`} in Node-RED. Allow it, or take it out.`,
    }
  }
  // The usual port of the web says nothing to anybody.
  return {
    code: 'HOST_NOT_APPROVED',
    message: `This flow came from somebody else and wants to ${does} ${name.replace(/:(443|80)$/, '')}. Allow it, or take it out.`,
  }
}

/** The same for a program, by its name in HEED_AGENT_COMMANDS. */
function programWords(program: string): { code: string; message: string } {
  return {
    code: 'COMMAND_NOT_APPROVED',
    message: `This flow came from somebody else and wants to run "${program.slice(0, 80)}" on this machine. Allow it, or take it out.`,
  }
}

/** A problem for each field that names what still waits. */
export async function approvalProblems(
  deps: FlowsRouteDeps,
  nodes: readonly FlowNode[],
  stored: readonly string[],
): Promise<Problem[]> {
  const waiting = new Set(await waitingOf(deps, nodes, stored))
  if (waiting.size === 0) return []
  const programs = await readPrograms(deps, [...waiting])
  return nodes.flatMap((node) =>
    destinationsOf(node, deps).flatMap(({ name, field }) => {
      const program = programs.get(name)
      const { code, message } =
        program !== undefined
          ? programWords(program)
          : askWords(name, deps.nodes.get(node.type)?.role === 'source' ? 'reach' : 'send to')
      return waiting.has(name) ? [fault(code, message, { node: node.id, field })] : []
    }),
  )
}
