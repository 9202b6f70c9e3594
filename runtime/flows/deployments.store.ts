// Deployments: which revision runs, as which streams. Deploying and stopping only says what is wanted; the queue is told by the caller.
import { and, asc, desc, eq, gte, inArray, isNull, ne, notInArray, or, sql } from 'drizzle-orm'
import { nodeOfStream } from '../../nodes/contract/cameras.ts'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { Plan, PlanStream } from '../../nodes/contract/plan.ts'
import { comparePlans, rehomedNodes, remainingNodes, type PlanChanges, type Rehomed } from '../compile/index.ts'
import { readTroubles } from '../actions/index.ts'
import { putNodeStates, takeNodeStates } from '../streams/index.ts'
import type { DeployChanges, Deployment, DeploymentState, DeploymentStore } from './records.ts'
import type { StreamRef } from '../queue/index.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { deploymentState, silentAfterMs, streamState, toStreamStatus } from './deployment-state.ts'
import { deployments, flowRevisions, flows, inputs, nodeStates, streams, urlCredentials } from '../database/index.ts'
import { shortId } from '../database/index.ts'

async function lockFlow(tx: Queryable, flowId: string): Promise<void> {
  const [flow] = await tx.select({ id: flows.id }).from(flows).where(eq(flows.id, flowId)).for('no key update')
  if (!flow) throw new NotFoundError('FLOW_NOT_FOUND', `There is no flow ${flowId}. It may have been deleted.`)
}

/** In the order of their ids, as every writer locks them: two that meet wait for each other instead of for ever. */
async function lockStreams(tx: Queryable, flowId: string) {
  return await tx.select().from(streams).where(eq(streams.flowId, flowId)).orderBy(asc(streams.id)).for('no key update')
}

/** The newest deployment of every flow, of one, or of some, with its streams. */
async function readCurrent(session: Queryable, flowId?: string | readonly string[]) {
  const latest = await session
    .selectDistinctOn([deployments.flowId], {
      id: deployments.id,
      flowId: deployments.flowId,
      revision: deployments.revision,
      stoppedAt: deployments.stoppedAt,
    })
    .from(deployments)
    .where(flowId === undefined ? undefined : inArray(deployments.flowId, [flowId].flat()))
    .orderBy(deployments.flowId, desc(deployments.seq))
  const rows =
    latest.length === 0
      ? []
      : await session
          .select()
          .from(streams)
          .where(
            inArray(
              streams.deploymentId,
              latest.map(({ id }) => id),
            ),
          )
          .orderBy(asc(streams.id))
  const troubles = await readTroubles(
    session,
    latest.filter(({ stoppedAt }) => stoppedAt === null),
  )
  return latest.map((deployment) => ({
    ...deployment,
    receivers: troubles.get(deployment.flowId) ?? [],
    streams: rows.filter((row) => row.deploymentId === deployment.id),
  }))
}

type Current = Awaited<ReturnType<typeof readCurrent>>[number]

function stateOf(current: Current, nowMs: number): DeploymentState {
  const state = deploymentState(
    current.stoppedAt !== null,
    current.streams.map((row) => streamState(row, nowMs).state),
  )
  return state === 'running' && current.receivers.length > 0 ? 'degraded' : state
}

function toDeployment(current: Current, nowMs: number): Deployment {
  return { id: current.id, revision: current.revision, state: stateOf(current, nowMs) }
}

export interface FlowStanding {
  state: DeploymentState
  /** The cards of its streams, and those that cannot reach somebody. */
  nodes: string[]
}

/** How every flow stands, or these do, that was ever deployed, by flow id. */
export async function readStandings(
  session: Queryable,
  nowMs: number,
  flowIds?: readonly string[],
): Promise<Map<string, FlowStanding>> {
  const nodesOf = ({ streams: rows, receivers }: Current): string[] => [
    ...new Set([...rows.map(({ source }) => nodeOfStream(source)), ...receivers.map(({ node }) => node)]),
  ]
  return new Map(
    (await readCurrent(session, flowIds)).map((current) => [
      current.flowId,
      { state: stateOf(current, nowMs), nodes: nodesOf(current) },
    ]),
  )
}

type Former = Awaited<ReturnType<typeof lockStreams>>[number]

/** A session of that run may still be alive somewhere. */
function mayRun(stream: Former): boolean {
  return stream.endedAt === null && (stream.wanted || stream.generation > 0)
}

/** A camera that waits for a person, or whose password was typed anew since the plan was deployed, is to be opened again. */
const opensAgain: ReadonlySet<string> = new Set(['refused', 'gone', 'unreadable'])

async function compare(tx: Queryable, flowId: string, former: readonly Former[], plan: Plan): Promise<PlanChanges> {
  const [current] = await tx
    .select({ plan: deployments.plan, deployedAt: deployments.deployedAt })
    .from(deployments)
    .where(and(eq(deployments.flowId, flowId), isNull(deployments.stoppedAt)))
    .orderBy(desc(deployments.seq))
    .limit(1)
  if (!current) return comparePlans(null, plan, () => 'none')
  const typed = await tx
    .select({ node: urlCredentials.node })
    .from(urlCredentials)
    .where(and(eq(urlCredentials.scope, `flow:${flowId}`), gte(urlCredentials.savedAt, current.deployedAt)))
  const hasNewLogin = new Set(typed.map(({ node }) => node))
  return comparePlans(current.plan, plan, (camera) => {
    const row = former.find(({ source }) => source === camera)
    if (!row || !row.wanted || row.endedAt !== null) return 'none'
    const seen = row.status?.camera?.state
    return hasNewLogin.has(camera) || (seen !== undefined && opensAgain.has(seen)) ? 'spent' : 'runs'
  })
}

function toChanges(flowId: string, { kept, changed, restarted, started, stopped }: PlanChanges): DeployChanges {
  const streamsOf = (cameras: readonly string[]): string[] => cameras.map((camera) => `${flowId}-${camera}`)
  return {
    kept: streamsOf(kept),
    changed,
    restarted: streamsOf(restarted),
    started: streamsOf(started),
    stopped: streamsOf(stopped),
  }
}

/** These runs go by the new plan; what nodes kept that are not the same there any more goes. */
async function keepStreams(
  tx: Queryable,
  kept: readonly Former[],
  deploymentId: string,
  before: ReadonlyMap<string, PlanStream>,
  plan: Plan,
): Promise<StreamRef[]> {
  for (const { id, source } of kept) {
    await tx.update(streams).set({ deploymentId }).where(eq(streams.id, id))
    const [old, next] = [before.get(source), plan.streams.find((stream) => stream.id === source)]
    const remaining = old && next ? remainingNodes(old, next) : new Set<string>()
    const gone = (old?.ticks ?? []).flatMap((node) => (remaining.has(node.id) ? [] : [node.id, `${node.id}#memory`]))
    if (gone.length > 0)
      await tx.delete(nodeStates).where(and(eq(nodeStates.streamId, id), inArray(nodeStates.node, gone)))
  }
  return kept.map((stream) => ({ streamId: stream.id, run: stream.run }))
}

async function startStreams(
  tx: Queryable,
  flowId: string,
  deploymentId: string,
  starting: readonly PlanStream[],
): Promise<StreamRef[]> {
  if (starting.length === 0) return []
  const fresh = {
    deploymentId,
    generation: 0,
    wanted: true,
    state: 'starting' as const,
    reason: null,
    status: null,
    tick: 0,
    mediaTimeS: 0,
    seenAt: null,
    endedAt: null,
  }
  const rows = starting.map(({ id }) => ({ ...fresh, id: `${flowId}-${id}`, flowId, source: id, run: 1 }))
  return await tx
    .insert(streams)
    .values(rows)
    .onConflictDoUpdate({ target: streams.id, set: { ...fresh, run: sql`${streams.run} + 1` } })
    .returning({ streamId: streams.id, run: streams.run })
}

async function deploy(
  tx: Queryable,
  flowId: string,
  revision: number,
  plan: Plan,
  once: ReadonlySet<string>,
  nowMs: number,
): ReturnType<DeploymentStore['deploy']> {
  await lockFlow(tx, flowId)
  const [known] = await tx
    .select({ revision: flowRevisions.revision })
    .from(flowRevisions)
    .where(and(eq(flowRevisions.flowId, flowId), eq(flowRevisions.revision, revision)))
  if (!known) throw new NotFoundError('FLOW_REVISION_NOT_FOUND', `Flow ${flowId} has no revision ${revision}.`)
  const former = await lockStreams(tx, flowId)
  const changes = await compare(tx, flowId, former, plan)
  const before = await readPlan(tx, flowId)
  const isKept = new Set(changes.kept)
  const [kept, others] = [
    former.filter(({ source }) => isKept.has(source)),
    former.filter(({ source }) => !isKept.has(source)),
  ]
  const moves = rehomedNodes(before, plan, once)
  const moving = await takeNodeStates(tx, moves, placesOf(former))
  await stopAll(tx, flowId, others, nowMs)
  const id = shortId('d')
  await tx.insert(deployments).values({ id, flowId, revision, plan, deployedAt: new Date(nowMs) })
  if (others.length > 0) await keepMemories(tx, others, plan)
  const goingOn = await keepStreams(tx, kept, id, new Map(before?.streams.map((stream) => [stream.id, stream])), plan)
  const started = await startStreams(
    tx,
    flowId,
    id,
    plan.streams.filter((stream) => !isKept.has(stream.id)),
  )
  await putNodeStates(tx, moving, placesOf(await lockStreams(tx, flowId)))
  await dropInputs(tx, others, { restarted: changes.restarted, moves, before, plan }, nowMs)
  await moveInputs(tx, flowId, moves)
  const [current] = await readCurrent(tx, flowId)
  return {
    deployment: { id, revision, state: current ? stateOf(current, nowMs) : 'stopped' },
    started,
    superseded: others.filter(mayRun).map((stream) => ({ streamId: stream.id, run: stream.run })),
    kept: goingOn,
    changes: toChanges(flowId, changes),
  }
}

function placesOf(rows: readonly Former[]): Map<string, { streamId: string; run: number; tick: number }> {
  return new Map(rows.map(({ source, id, run, tick }) => [source, { streamId: id, run, tick }]))
}

/** What waits for a node that lives in another stream by now waits there. */
async function moveInputs(tx: Queryable, flowId: string, moves: readonly Rehomed[]): Promise<void> {
  for (const { node, from, to } of moves)
    await tx
      .update(inputs)
      .set({ streamId: `${flowId}-${to}` })
      .where(and(eq(inputs.streamId, `${flowId}-${from}`), eq(inputs.node, node), isNull(inputs.consumedAt)))
}

/** A stream that begins again still hears what waits for nodes it keeps; everything else that waits has nobody to come to. */
async function dropInputs(
  tx: Queryable,
  others: readonly Former[],
  change: { restarted: readonly string[]; moves: readonly Rehomed[]; before: Plan | null; plan: Plan },
  nowMs: number,
): Promise<void> {
  const { restarted, moves, before, plan } = change
  const streamOf = (of: Plan | null, camera: string) => of?.streams.find(({ id }) => id === camera)
  for (const { id, source } of others) {
    const [old, next] = [streamOf(before, source), streamOf(plan, source)]
    const staying = old && next && restarted.includes(source) ? [...remainingNodes(old, next)] : []
    const kept = [...staying, ...moves.flatMap(({ node, from }) => (from === source ? [node] : []))]
    await tx
      .update(inputs)
      .set({ consumedAt: new Date(nowMs) })
      .where(and(eq(inputs.streamId, id), isNull(inputs.consumedAt), notInArray(inputs.node, kept)))
  }
}

async function readPlan(tx: Queryable, flowId: string): Promise<Plan | null> {
  const [current] = await tx
    .select({ plan: deployments.plan })
    .from(deployments)
    .where(and(eq(deployments.flowId, flowId), isNull(deployments.stoppedAt)))
    .orderBy(desc(deployments.seq))
    .limit(1)
  return current?.plan ?? null
}

/**
 * A new run starts with nothing, for the nodes may not be the same any more; only what a memory node keeps, and the memory of
 * the models it is wired into, goes on into the next run of the same stream.
 */
async function keepMemories(tx: Queryable, former: readonly Former[], plan: Plan): Promise<void> {
  for (const { id, run, source } of former) {
    const kept = memoryStates(plan.streams.find((stream) => stream.id === source))
    await tx
      .delete(nodeStates)
      .where(and(eq(nodeStates.streamId, id), or(ne(nodeStates.run, run), notInArray(nodeStates.node, kept))))
    if (kept.length > 0)
      await tx
        .update(nodeStates)
        .set({ run: run + 1, tick: 0 })
        .where(and(eq(nodeStates.streamId, id), inArray(nodeStates.node, kept)))
  }
}

function memoryStates(stream: PlanStream | undefined): string[] {
  const memories = (stream?.ticks ?? []).filter(({ type }) => type === 'memory').map(({ id }) => id)
  const models = memories.flatMap((id) => stream?.routes[`${id}.memory`] ?? []).map(({ node }) => `${node}#memory`)
  return [...memories, ...models]
}

/** What has ended by itself keeps its state; the rest is stopped. */
async function stopAll(tx: Queryable, flowId: string, former: readonly Former[], nowMs: number): Promise<StreamRef[]> {
  await tx
    .update(deployments)
    .set({ stoppedAt: new Date(nowMs) })
    .where(and(eq(deployments.flowId, flowId), isNull(deployments.stoppedAt)))
  const stopping = former.filter((stream) => stream.wanted)
  if (stopping.length > 0) {
    await tx
      .update(streams)
      .set({ wanted: false, state: 'stopped', reason: null })
      .where(
        inArray(
          streams.id,
          stopping.map(({ id }) => id),
        ),
      )
  }
  return stopping.map((stream) => ({ streamId: stream.id, run: stream.run }))
}

async function readStatus(db: Db, flowId: string, nowMs: number): ReturnType<DeploymentStore['status']> {
  const [current] = await readCurrent(db, flowId)
  if (current) {
    return {
      state: stateOf(current, nowMs),
      deployment: toDeployment(current, nowMs),
      streams: current.streams.map((row) => toStreamStatus(row, nowMs)),
      receivers: current.receivers,
    }
  }
  const [flow] = await db.select({ id: flows.id }).from(flows).where(eq(flows.id, flowId))
  if (!flow) throw new NotFoundError('FLOW_NOT_FOUND', `There is no flow ${flowId}. It may have been deleted.`)
  return { state: 'stopped', deployment: null, streams: [], receivers: [] }
}

/** The deployments of the API. */
export function createDeploymentStore({ db, nowMs }: { db: Db; nowMs(): number }): DeploymentStore {
  return guarded<DeploymentStore>('deployments', {
    deploy: (flowId, revision, plan, once = new Set()) =>
      transaction(db, (tx) => deploy(tx, flowId, revision, plan, once, nowMs())),
    preview: async (flowId, plan) =>
      toChanges(
        flowId,
        await compare(db, flowId, await db.select().from(streams).where(eq(streams.flowId, flowId)), plan),
      ),
    stop: (flowId) =>
      transaction(db, async (tx) => {
        await lockFlow(tx, flowId)
        const stopped = await stopAll(tx, flowId, await lockStreams(tx, flowId), nowMs())
        const [current] = await readCurrent(tx, flowId)
        return { deployment: current ? toDeployment(current, nowMs()) : null, stopped }
      }),
    status: (flowId) => readStatus(db, flowId, nowMs()),
    statuses: async () =>
      new Map(
        (await readCurrent(db)).map((current) => [
          current.flowId,
          {
            state: stateOf(current, nowMs()),
            streams: current.streams.map((row) => toStreamStatus(row, nowMs())),
            receivers: current.receivers,
          },
        ]),
      ),
    receiversInTrouble: async () => (await readCurrent(db)).reduce((sum, { receivers }) => sum + receivers.length, 0),
    streamFlow: async (streamId) => {
      const [row] = await db.select({ flowId: streams.flowId }).from(streams).where(eq(streams.id, streamId))
      return row?.flowId
    },
    counts: async () => {
      // Counted where the rows are; what a silent stream is says `streamState`, in words.
      const silentSince = new Date(nowMs() - silentAfterMs).toISOString()
      const isSilent = sql`(${streams.state} <> 'starting' and ${streams.seenAt} < ${silentSince}::timestamptz)`
      const [counted] = await db
        .select({
          wanted: sql<number>`count(*)::int`,
          running: sql<number>`(count(*) filter (where ${streams.state} = 'running' and ${isSilent} is not true))::int`,
          degraded: sql<number>`(count(*) filter (where ${streams.state} = 'degraded' or ${isSilent}))::int`,
        })
        .from(streams)
        .where(and(eq(streams.wanted, true), isNull(streams.endedAt)))
      return counted ?? { wanted: 0, running: 0, degraded: 0 }
    },
  })
}
