// From what a client sent to a flow that may be stored, and from a flow to a plan. Never executes or stores anything.
import { lackOf } from '../../nodes/contract/connections.ts'
import type { ConnectionInfo, ConnectionKinds } from '../../nodes/contract/connections.ts'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { FlowInvalidError } from '../../nodes/contract/errors.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { migrateFlow } from '../../nodes/contract/flow.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { lacksSecret } from '../../nodes/contract/address-secrets.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import {
  compileFlow,
  fault,
  isShown,
  outlineFlow,
  parseFlow,
  readFields,
  sortProblems,
  warning,
} from '../compile/index.ts'
import { lostWords } from '../connections/index.ts'
import type { StoredFlow } from './records.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { approvalProblems } from './hosts-approval.ts'

function count(problems: readonly Problem[]): string {
  return problems.length === 1 ? 'one problem' : `${problems.length} problems`
}

/** No screen and nobody shows more. */
const mostProblems = 500

/** What is told of very many problems: the first, and how many more there are. */
function firstOf(problems: readonly Problem[]): Problem[] {
  if (problems.length <= mostProblems) return [...problems]
  const more = problems.slice(mostProblems)
  const words = `There are ${String(more.length).replace(/\B(?=(?:\d{3})+$)/g, ',')} more problems. Mend these first.`
  const isError = more.some(({ severity }) => severity === 'error')
  return [...problems.slice(0, mostProblems), (isError ? fault : warning)('FLOW_MORE_PROBLEMS', words)]
}

/** A warning for each address whose secret an export has left out. */
function emptiedProblems({ nodes }: FlowsRouteDeps, parts: readonly FlowNode[]): Problem[] {
  return parts.flatMap(({ id, type, config }) => {
    const definition = nodes.get(type)
    const fields = definition && readFields(definition)
    return Object.entries(config).flatMap(([field, value]) =>
      typeof value === 'string' && lacksSecret(value) && (!fields || isShown(fields.meta(field), config))
        ? [warning('NODE_SECRET_EMPTY', 'This address came without its secret; enter it again.', { node: id, field })]
        : [],
    )
  })
}

/** A problem for each address whose secret was given for elsewhere: emptied in silence, it would fail where nobody looks. */
async function lostProblems(
  { nodes, flows }: FlowsRouteDeps,
  flowId: string,
  parts: readonly FlowNode[],
): Promise<Problem[]> {
  const configs = new Map(parts.map((part) => [part.id, part]))
  return (await flows.lostSecrets(flowId, [...parts])).flatMap((lost) => {
    const part = configs.get(lost.node)
    const definition = part && nodes.get(part.type)
    const fields = definition && readFields(definition)
    const isRead =
      part !== undefined && (!fields || isShown(fields.meta(lost.field.split('.', 1)[0] ?? ''), part.config))
    return isRead ? [fault('NODE_SECRET_AGAIN', lostWords(lost), { node: lost.node, field: lost.field })] : []
  })
}

/** The document in today's format with every key it had; throws FlowInvalidError with each place that cannot be read. */
export function readFlow(document: unknown): Flow {
  const { problems } = parseFlow(document, true)
  if (problems.length > 0) {
    throw new FlowInvalidError(
      'FLOW_INVALID',
      `This document cannot be saved as a flow; it has ${count(problems)}. ${problems[0]?.message ?? ''}`,
      firstOf(problems),
    )
  }
  // Not the parser's own output: nothing that it does not know may be lost or put in another order.
  return migrateFlow(document) as Flow
}

/** What the compiler may know of this server: its node types and the names of its connections and cameras. */
export async function readCatalogue(deps: FlowsRouteDeps): Promise<Catalogue> {
  const connections = await deps.connections.list()
  return {
    nodes: deps.nodes,
    connections: new Map(connections.map((connection) => [connection.name, infoOf(deps.connectionKinds, connection)])),
    cameras: await deps.cameras.infos(),
  }
}

function infoOf(
  kinds: ConnectionKinds,
  { name, kind, can, hasSecret }: Awaited<ReturnType<FlowsRouteDeps['connections']['list']>>[number],
): ConnectionInfo {
  const lacks = lackOf(kinds.get(kind), hasSecret)
  return lacks === undefined ? { name, kind, can } : { name, kind, can, lacks }
}

async function compileHere(
  deps: FlowsRouteDeps,
  document: unknown,
  { id, unapprovedHosts }: Saved,
): Promise<ReturnType<typeof compileFlow>> {
  const { plan, problems } = compileFlow(document, await readCatalogue(deps))
  // What is switched off runs nowhere and reaches nobody.
  const nodes = (parseFlow(document).flow?.nodes ?? []).filter(({ disabled }) => disabled !== true)
  const here = [
    ...(await approvalProblems(deps, nodes, unapprovedHosts)),
    ...(await clipProblems(deps, nodes)),
    ...(await lostProblems(deps, id, nodes)),
  ]
  const emptied = emptiedProblems(deps, nodes)
  if (here.length + emptied.length === 0) return { plan, problems }
  return { plan: here.length === 0 ? plan : null, problems: sortProblems([...problems, ...here, ...emptied]) }
}

/** What the document's flow has: what it was not allowed to reach yet, and by its id the secrets of its addresses. */
type Saved = Pick<StoredFlow, 'id' | 'unapprovedHosts'>

/** Every problem of a document, warnings too. */
export async function checkFlow(deps: FlowsRouteDeps, document: unknown, saved: Saved): Promise<Problem[]> {
  return firstOf((await compileHere(deps, document, saved)).problems)
}

/** The plan to deploy; throws FlowInvalidError with every problem at once. */
export async function planFlow(deps: FlowsRouteDeps, document: unknown, saved: Saved): Promise<Plan> {
  const { plan, problems } = await compileHere(deps, document, saved)
  if (plan !== null) return plan
  const errors = problems.filter((problem) => problem.severity === 'error')
  throw new FlowInvalidError(
    'FLOW_NOT_DEPLOYABLE',
    `This flow cannot be deployed yet; it has ${count(errors)}. ${errors[0]?.message ?? ''}`,
    firstOf(problems),
  )
}

/** What it would run as, for whoever asks what a deploy would change: with errors as far as that can be told, or null. */
export async function previewFlow(
  deps: FlowsRouteDeps,
  document: unknown,
  saved: Saved,
): Promise<{ plan: Plan | null; problems: Problem[] }> {
  const { plan, problems } = await compileHere(deps, document, saved)
  return { plan: plan ?? outlineFlow(document, await readCatalogue(deps)), problems: firstOf(problems) }
}

// Clips that a flow names and nobody here can play: said before a deploy, not by a stream that fails. Opens no clip.
/** A problem for each field that names a clip outside the media folders or one that is not there. */
async function clipProblems(
  deps: Pick<FlowsRouteDeps, 'nodes' | 'media'>,
  nodes: readonly FlowNode[],
): Promise<Problem[]> {
  const named = nodes.flatMap((node) => clipsOf(node, deps.nodes))
  const paths = [...new Set(named.map(({ path }) => path))]
  const troubles = new Map(
    await Promise.all(paths.map(async (path) => [path, await deps.media.whyMissing(path)] as const)),
  )
  return named.flatMap(({ node, field, path }) => {
    const trouble = troubles.get(path)
    return trouble ? [fault(trouble.code, trouble.message, { node, field })] : []
  })
}

/** The clips a node would play; a field that the form does not show has no effect. */
function clipsOf(
  { id, type, config }: FlowNode,
  types: FlowsRouteDeps['nodes'],
): { node: string; field: string; path: string }[] {
  const definition = types.get(type)
  if (!definition) return []
  const fields = readFields(definition)
  const read = definition.config.safeParse(config)
  // With its defaults: a camera that does not say its kind is a clip.
  const whole = { ...config, ...(read.success ? (read.data as Record<string, unknown>) : {}) }
  return Object.entries(whole).flatMap(([field, path]) => {
    const meta = fields.meta(field)
    return meta.widget === 'media' && typeof path === 'string' && path !== '' && isShown(meta, whole)
      ? [{ node: id, field, path }]
      : []
  })
}
