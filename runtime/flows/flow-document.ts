// From what a client sent to a flow that may be stored, and from a flow to a plan. Never executes or stores anything.
import type { ConnectionInfo } from '../../nodes/contract/connections.ts'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { FlowInvalidError } from '../../nodes/contract/errors.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { migrateFlow } from '../../nodes/contract/flow.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import { lackOf } from '../connections/index.ts'
import { compileFlow } from '../compile/index.ts'
import { parseFlow } from '../compile/index.ts'
import { sortProblems } from '../compile/index.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { clipProblems } from './clip-problems.ts'
import { distrustProblems } from './hosts-approval.ts'

function count(problems: readonly Problem[]): string {
  return problems.length === 1 ? 'one problem' : `${problems.length} problems`
}

/** The document in today's format with every key it had; throws FlowInvalidError with each place that cannot be read. */
export function readFlow(document: unknown): Flow {
  const { problems } = parseFlow(document)
  if (problems.length > 0) {
    throw new FlowInvalidError(
      'FLOW_INVALID',
      `This document cannot be saved as a flow; it has ${count(problems)}. ${problems[0]?.message ?? ''}`,
      problems,
    )
  }
  // Not the parser's own output: nothing that it does not know may be lost or put in another order.
  return migrateFlow(document) as Flow
}

/** What the compiler may know of this server: its node types and the names of its connections. */
export async function readCatalogue(deps: FlowsRouteDeps): Promise<Catalogue> {
  const connections = await deps.connections.list()
  return {
    nodes: deps.nodes,
    connections: new Map(connections.map((connection) => [connection.name, infoOf(connection)])),
  }
}

function infoOf({
  name,
  kind,
  hasSecret,
}: Awaited<ReturnType<FlowsRouteDeps['connections']['list']>>[number]): ConnectionInfo {
  const lacks = lackOf(kind, hasSecret)
  return lacks === undefined ? { name, kind } : { name, kind, lacks }
}

async function compileHere(
  deps: FlowsRouteDeps,
  document: unknown,
  unapproved: readonly string[],
): Promise<ReturnType<typeof compileFlow>> {
  const { plan, problems } = compileFlow(document, await readCatalogue(deps))
  const nodes = parseFlow(document).flow?.nodes ?? []
  const here = [...(await distrustProblems(deps, nodes, unapproved)), ...(await clipProblems(deps, nodes))]
  return here.length === 0 ? { plan, problems } : { plan: null, problems: sortProblems([...problems, ...here]) }
}

/** Every problem of a document, warnings too; `unapproved` is what its flow was not allowed to reach yet. */
export async function checkFlow(
  deps: FlowsRouteDeps,
  document: unknown,
  unapproved: readonly string[],
): Promise<Problem[]> {
  return (await compileHere(deps, document, unapproved)).problems
}

/** The plan to deploy; throws FlowInvalidError with every problem at once. */
export async function planFlow(deps: FlowsRouteDeps, document: unknown, unapproved: readonly string[]): Promise<Plan> {
  const { plan, problems } = await compileHere(deps, document, unapproved)
  if (plan !== null) return plan
  const errors = problems.filter((problem) => problem.severity === 'error')
  throw new FlowInvalidError(
    'FLOW_NOT_DEPLOYABLE',
    `This flow cannot be deployed yet; it has ${count(errors)}. ${errors[0]?.message ?? ''}`,
    problems,
  )
}
