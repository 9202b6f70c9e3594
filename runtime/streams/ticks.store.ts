// What sessions leave behind at each tick: quiet ticks in bulk, a tick with consequences in one transaction (its actions are the outbox).
// Writing the same tick twice adds nothing.
import { and, desc, eq } from 'drizzle-orm'
import { StoppedError } from '../../nodes/contract/errors.ts'
import type { EngineStore, TickCommit } from './records.ts'
import type { RunKey, TickRecord } from '../history/index.ts'
import { insertActions } from '../actions/index.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { isOrphan } from '../database/index.ts'
import { insertDecisions } from '../history/index.ts'
import { appendTraces, countRepeats, insertEvents } from '../history/index.ts'
import { consumeInputs, insertInputs } from '../actions/index.ts'
import { writeNodeStates } from './node-states.store.ts'
import { deployments } from '../database/index.ts'
import { holdStreams, keyText } from './streams.store.ts'

async function writeTicks(db: Db, records: readonly TickRecord[], nowMs: number): Promise<RunKey[]> {
  if (records.length === 0) return []
  const live = await transaction(db, async (tx) => {
    const held = await holdStreams(tx, records, nowMs)
    const accepted = records.filter((record) => held.has(keyText(record)))
    await insertDecisions(tx, accepted)
    await writeNodeStates(tx, accepted)
    return held
  })
  const refused = new Map(
    records.filter((record) => !live.has(keyText(record))).map((record) => [keyText(record), record]),
  )
  return [...refused.values()].map(({ streamId, run, generation }) => ({ streamId, run, generation }))
}

async function commitTick(db: Db, commit: TickCommit, nowMs: number): Promise<void> {
  const refusal = () =>
    new StoppedError(
      `Stream ${commit.streamId} runs elsewhere or has ended: run ${commit.run}, generation ${commit.generation} may not write.`,
    )
  try {
    await transaction(db, async (tx) => {
      if (!(await holdStreams(tx, [commit], nowMs)).has(keyText(commit))) throw refusal()
      await insertDecisions(tx, [commit])
      await writeNodeStates(tx, [commit])
      await insertEvents(tx, commit.events)
      await countRepeats(tx, commit.repeats ?? [])
      await appendTraces(tx, commit.traces ?? [])
      await insertActions(
        tx,
        commit.actions,
        commit.deploymentId === undefined ? { fromStream: commit.streamId } : { deploymentId: commit.deploymentId },
        nowMs,
      )
      await insertInputs(tx, commit.remote, nowMs)
      await consumeInputs(tx, commit.streamId, commit.consumed, nowMs)
    })
  } catch (thrown) {
    // The flow was deleted between the check and the write.
    throw isOrphan(thrown) ? refusal() : thrown
  }
}

/**
 * What was decided while the database was away. An alert decided is an alert: it is written also when another worker has the stream
 * by now. Only then are states and place in the stream left to that worker.
 */
async function commitLate(db: Db, commit: TickCommit, nowMs: number): Promise<void> {
  try {
    await transaction(db, async (tx) => {
      const isCurrent = (await holdStreams(tx, [commit], nowMs)).has(keyText(commit))
      if (isCurrent) await writeNodeStates(tx, [commit])
      await insertDecisions(tx, [commit])
      await insertEvents(tx, commit.events)
      await appendTraces(tx, commit.traces ?? [])
      await insertActions(tx, commit.actions, await originOf(tx, commit), nowMs)
      await insertInputs(tx, commit.remote, nowMs)
      await consumeInputs(tx, commit.streamId, commit.consumed, nowMs)
    })
  } catch (thrown) {
    // The flow was deleted meanwhile: there is nobody left to tell.
    if (!isOrphan(thrown)) throw thrown
  }
}

/** The newest deployment of the revision that decided it: its plan says whom to tell. */
async function originOf(tx: Queryable, commit: TickCommit): Promise<Parameters<typeof insertActions>[2]> {
  if (commit.deploymentId !== undefined) return { deploymentId: commit.deploymentId }
  const revision = commit.events[0]?.revision
  if (revision === undefined) return { fromStream: commit.streamId }
  const [row] = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.flowId, commit.flowId), eq(deployments.revision, revision)))
    .orderBy(desc(deployments.seq))
    .limit(1)
  return row ? { deploymentId: row.id } : { fromStream: commit.streamId }
}

/** The engine's writes. */
export function createTickStore({
  db,
  nowMs,
}: {
  db: Db
  nowMs(): number
}): Pick<EngineStore, 'writeTicks' | 'commitTick' | 'commitLate'> {
  return {
    writeTicks: (records) => writeTicks(db, records, nowMs()),
    commitTick: (commit) => commitTick(db, commit, nowMs()),
    commitLate: (commit) => commitLate(db, commit, nowMs()),
  }
}
