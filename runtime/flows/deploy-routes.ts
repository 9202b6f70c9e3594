// Deploy, stop, status. What is written to the store counts; the queue is told afterwards and finds out by itself if it
// could not be told. Never starts a flow with problems.
import type { Router } from 'express'
import { actionOf } from '../../nodes/contract/acting.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import type { Plan, PlanNode, Target } from '../../nodes/contract/plan.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import type { DeployChanges, Deployment } from './records.ts'
import { planFlow, previewFlow } from './flow-document.ts'
import { DeploySchema } from './route-bodies.ts'

function view(deployment: Deployment | null): Deployment | null {
  return deployment && { id: deployment.id, revision: deployment.revision, state: deployment.state }
}

/** The wish is in the store, and the queue looks there again and again: a queue that is away now only delays. */
async function tellQueue(deps: FlowsRouteDeps, flow: string, tell: () => Promise<void>): Promise<void> {
  try {
    await tell()
  } catch (thrown) {
    deps.log.warn({ flow, err: toError(thrown).message }, 'the queue could not be told now; it will find out by itself')
  }
}

/** Ends tries that run anywhere, and those that wait. What is stored counts; this only makes it quick. */
export function tellCancelled(deps: FlowsRouteDeps, actionIds: readonly string[]): void {
  for (const action of actionIds) deps.bus.publish({ type: 'cancel', action })
  if (actionIds.length > 0) deps.bus.publish({ type: 'actions' })
}

/**
 * What a stopped flow has no use for any more: work whose only fruit is a message back into the stream. What was decided for
 * the world, a notification above all, goes out; so does what leads on to one.
 */
function isUselessOnceStopped(deps: FlowsRouteDeps, node: PlanNode, routes: Record<string, Target[]>): boolean {
  const definition = actionOf(deps.nodes.get(node.type))
  if (definition?.whenStopped !== 'end') return false
  const fruits = Object.keys(definition.ports.out).filter((port) => port !== 'failed')
  return !fruits.some((port) => routes[`${node.id}.${port}`]?.some((target) => target.to === 'action'))
}

/** Marks the flow's streams as unwanted and stops them. */
export async function stopFlow(deps: FlowsRouteDeps, flowId: string): Promise<Deployment | null> {
  const { deployment, stopped } = await deps.deployments.stop(flowId)
  if (stopped.length > 0) await tellQueue(deps, flowId, () => deps.streams.stop(stopped))
  return view(deployment)
}

function onceNodes(deps: FlowsRouteDeps, plan: Plan): Set<string> {
  const ticks = plan.streams.flatMap((stream) => stream.ticks)
  const runsOnce = ({ type, config }: PlanNode): boolean => {
    const definition = deps.nodes.get(type)
    return definition?.role === 'tick' && definition.runs?.(config) === 'once'
  }
  return new Set(ticks.filter(runsOnce).map(({ id }) => id))
}

async function deployFlow(
  deps: FlowsRouteDeps,
  flowId: string,
  revision?: number,
): Promise<{ deployment: Deployment | null; changes: DeployChanges }> {
  const newest = await deps.flows.get(flowId)
  // What waits for the owner's yes is the flow's own, whichever version names it.
  const saved = revision === undefined ? newest : { ...newest, ...(await deps.flows.revision(flowId, revision)) }
  const plan = await planFlow(deps, saved.document, saved)
  const { deployment, started, superseded, kept, changes } = await deps.deployments.deploy(
    flowId,
    saved.revision,
    plan,
    onceNodes(deps, plan),
  )
  if (superseded.length > 0) await tellQueue(deps, flowId, () => deps.streams.stop(superseded))
  if (kept.length > 0) await tellQueue(deps, flowId, () => deps.streams.change(kept))
  await tellQueue(deps, flowId, () => deps.streams.start(started))
  return { deployment: view(deployment), changes }
}

/** `/api/flows/:id/deploy`, `/stop` and `/status`. */
export function addDeploymentRoutes(api: Router, deps: FlowsRouteDeps): void {
  api.post('/flows/:id/deploy', async (request, response) => {
    const { revision } = parseBody(DeploySchema, request.body ?? {})
    response.status(202).json(await deployFlow(deps, request.params.id, revision))
  })
  api.get('/flows/:id/deploy/preview', async (request, response) => {
    const { id } = request.params
    const saved = await deps.flows.get(id)
    const { plan, problems } = await previewFlow(deps, saved.document, saved)
    response.json({ changes: plan && (await deps.deployments.preview(id, plan)), problems })
  })
  api.post('/flows/:id/stop', async (request, response) => {
    const { id } = request.params
    await deps.flows.get(id)
    const deployment = await stopFlow(deps, id)
    tellCancelled(deps, await deps.deliveries.cancelOf(id, (node, routes) => isUselessOnceStopped(deps, node, routes)))
    response.status(202).json({ deployment })
  })
  api.get('/flows/:id/status', async (request, response) => {
    await deps.flows.get(request.params.id)
    const { state, deployment, streams, receivers } = await deps.deployments.status(request.params.id)
    response.json({ state, deployment: view(deployment), streams, receivers })
  })
}
