// What a flow needs of this Heed before it can run, for whoever got it from somebody else. Only looks; starts nothing.
import type { CameraInfo } from '../../nodes/contract/cameras.ts'
import type {
  Ability,
  ConnectionInfo,
  ConnectionKind,
  ConnectionKindDefinition,
} from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { isShown, readFields } from '../compile/index.ts'
import type { FieldMeta } from '../../nodes/contract/widgets.ts'
import type { Requires } from './route-answers.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { hostsOfConfig } from '../../nodes/contract/hosts.ts'
import { destinationsOf, hostsOf } from './hosts-approval.ts'

interface Use {
  node: FlowNode
  definition: NodeDefinition
  meta: FieldMeta
  field: string
  name: string
}

function usesIn(document: Flow, deps: FlowsRouteDeps): Use[] {
  return document.nodes.flatMap((node) => {
    const definition = deps.nodes.get(node.type)
    if (!definition) return []
    return readFields(definition).connections.flatMap(({ field, meta }): Use[] => {
      const name = node.config[field]
      return typeof name === 'string' && name !== '' && isShown(meta, node.config)
        ? [{ node, definition, meta, field, name }]
        : []
    })
  })
}

interface Complaint {
  field: string | null
  severity: Problem['severity']
}
type Complaints = (connection: (name: string) => ConnectionInfo | undefined) => readonly Complaint[]

/** What the definition's own check says about a config, for one connection or another: a config is read once for all of them. */
function complaintsOf(definition: NodeDefinition, config: Record<string, unknown>): Complaints {
  try {
    const read = definition.config.safeParse(config)
    if (!read.success) {
      const always = read.error.issues.map(({ path }) => ({ field: String(path[0] ?? ''), severity: 'error' as const }))
      return () => always
    }
    return (connection) => {
      try {
        return definition.check?.(read.data, { connection }) ?? []
      } catch {
        // A fault of the package; the compiler reports it on the node.
        return []
      }
    }
  } catch {
    return () => []
  }
}

const isError = ({ severity }: Complaint): boolean => severity === 'error'

/** The kinds that a person can add and that are good for something, by what for: asked for by thousands of cards. */
function addableKinds({ connectionKinds }: FlowsRouteDeps): (wanted: Ability) => readonly ConnectionKindDefinition[] {
  const known = new Map<Ability, readonly ConnectionKindDefinition[]>()
  return (wanted) => {
    const kinds =
      known.get(wanted) ??
      [...connectionKinds.values()].filter(
        ({ can, isBuiltIn, isUnlisted }) => !isBuiltIn && !isUnlisted && can[wanted] !== undefined,
      )
    known.set(wanted, kinds)
    return kinds
  }
}

/** Nobody has so many servers: of more of them each kind is offered that is good for it at all. */
const mostJudged = 300

/** Of the kinds a field takes, those that this config works with: a mail goes over a mail server only. */
function kindsFor(
  { node, definition, field, name }: Use,
  addable: readonly Pick<ConnectionKindDefinition, 'kind' | 'can'>[],
): ConnectionKind[] {
  if (addable.length === 0) return []
  const complaints = complaintsOf(definition, node.config)
  let { kind, can } = addable[0]!
  const asked = (each: string): ConnectionInfo | undefined => (each === name ? { name, kind, can } : undefined)
  const fitting: ConnectionKind[] = []
  for (const each of addable) {
    kind = each.kind
    can = each.can
    if (!complaints(asked).some((said) => isError(said) && said.field === field)) fitting.push(kind)
  }
  return fitting
}

async function readConnections(
  document: Flow,
  deps: FlowsRouteDeps,
): Promise<Pick<Requires, 'connections' | 'commands'>> {
  const here = new Map((await deps.connections.list()).map((connection) => [connection.name, connection]))
  const missing = new Map<string, { name: string; kinds: ConnectionKind[]; nodes: string[] }>()
  const commands = new Set<string>()
  const addable = addableKinds(deps)
  for (const use of usesIn(document, deps)) {
    const found = here.get(use.name)
    if (found?.can.run !== undefined) commands.add(String(found.config.command))
    if (found) continue
    const before = missing.get(use.name)
    const all = use.meta.can === undefined ? [] : addable(use.meta.can)
    // One connection for two nodes must do for both.
    const open = before ? all.filter(({ kind }) => before.kinds.includes(kind)) : all
    const both = missing.size > mostJudged ? open.map(({ kind }) => kind) : kindsFor(use, open)
    const nodes = before?.nodes ?? []
    nodes.push(use.node.id)
    missing.set(use.name, { name: use.name, kinds: both, nodes })
  }
  return { connections: [...missing.values()], commands: [...commands].sort() }
}

/** Whether a source points to cameras that are things of their own, and all of them are here. */
function pointedAt(
  { pointsTo, config: schema, check }: Extract<NodeDefinition, { role: 'source' }>,
  config: Record<string, unknown>,
  cameras: readonly CameraInfo[],
): 'here' | 'missing' | null {
  const read = schema.safeParse(config)
  if (!pointsTo || !read.success || pointsTo(read.data, cameras) === undefined) return null
  const problems = check?.(read.data, { connection: () => undefined, cameras }) ?? []
  return problems.length === 0 ? 'here' : 'missing'
}

async function readCameras(
  document: Flow,
  deps: FlowsRouteDeps,
  waiting: readonly string[],
  isNew: boolean,
): Promise<Requires['cameras']> {
  const known = await deps.cameras.infos()
  const clips = new Set((await deps.media.list()).map(({ path }) => path))
  const cameras: Requires['cameras'] = []
  for (const node of document.nodes) {
    const definition = deps.nodes.get(node.type)
    if (definition?.role !== 'source') continue
    const { kind = 'file', path } = node.config
    const add = (reason: Requires['cameras'][number]['reason']): void => {
      cameras.push({ node: node.id, name: node.name ?? definition.title, reason })
    }
    const clip = kind === 'file' && typeof path === 'string' ? path.trim() : ''
    // A file outside of the library is looked for when it is opened.
    const pointed = pointedAt(definition, node.config, known)
    // A camera of the same name here may be another one: somebody has to look.
    if (pointed === 'missing' || (pointed === 'here' && isNew)) add('camera')
    else if (kind === 'file' && !clips.has(clip) && (isNew || !clip.startsWith('/'))) add('clip')
    else if (complaintsOf(definition, node.config)(() => undefined).some(isError)) add('settings')
    // Whose camera it is, and its password, only a person here can know.
    else if (
      hostsOfConfig(node.config).length > 0 &&
      (isNew || destinationsOf(node, deps).some(({ name }) => waiting.includes(name)))
    )
      add('address')
    else if (kind === 'device' && isNew) add('device')
  }
  return cameras
}

/** `waiting`: what its nodes name without the owner's yes. `isNew`: it has just come in, so that nobody here has looked at its cameras yet. */
export async function requiresOf(
  deps: FlowsRouteDeps,
  document: Flow,
  waiting: readonly string[],
  isNew = false,
): Promise<Requires> {
  const types = document.nodes.map(({ type }) => type).filter((type) => !deps.nodes.has(type))
  return {
    nodes: [...new Set(types)].sort(),
    ...(await readConnections(document, deps)),
    hosts: hostsOf(document),
    cameras: await readCameras(document, deps, waiting, isNew),
  }
}
