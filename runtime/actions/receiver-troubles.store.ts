// Whom the nodes of a flow cannot reach, for the cards and for whoever asks how things are. Written with how a try ended; what is gone for
// good stays until somebody changes the connection or deploys anew, what is silent until it answers.
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm'
import { actions, deployments, receiverTroubles, type ActionState, type Queryable } from '../database/index.ts'
import { plainText } from '../database/index.ts'
import type { ReceiverSign } from '../live/index.ts'
import type { ReceiverTrouble } from './records.ts'

const done: ActionState[] = ['delivered', 'failed']
const longestText = 500

/** How a flow's receiver does, as GET /api/flows/:id/status shows it. */
export type ReceiverView = ReceiverSign & { node: string }

/** Null: it has answered. What is gone for good stays gone, whoever else of its host answers. */
export async function writeTrouble(
  tx: Queryable,
  deploymentId: string,
  node: string,
  trouble: ReceiverTrouble | null,
): Promise<void> {
  const isGone = eq(receiverTroubles.state, 'gone')
  if (trouble === null) {
    const mine = and(eq(receiverTroubles.deploymentId, deploymentId), eq(receiverTroubles.node, node))
    await tx.delete(receiverTroubles).where(and(mine, sql`not ${isGone}`))
    return
  }
  const row = {
    receiver: plainText(trouble.receiver),
    state: trouble.state,
    since: new Date(trouble.sinceMs),
    retryAt: trouble.retryAtMs === null ? null : new Date(trouble.retryAtMs),
    text: plainText(trouble.text).slice(0, longestText),
  }
  await tx
    .insert(receiverTroubles)
    .values({ deploymentId, node, ...row })
    .onConflictDoUpdate({
      target: [receiverTroubles.deploymentId, receiverTroubles.node],
      set: row,
      setWhere: sql`not ${isGone}`,
    })
}

/** By flow: what is gone in what runs now, and what is silent while something waits for it. */
export async function readTroubles(
  session: Queryable,
  running: readonly { id: string; flowId: string }[],
): Promise<Map<string, ReceiverView[]>> {
  const found = new Map<string, ReceiverView[]>()
  if (running.length === 0) return found
  const waits = session
    .select({ one: sql`1` })
    .from(actions)
    .where(
      and(
        eq(actions.deploymentId, receiverTroubles.deploymentId),
        eq(actions.node, receiverTroubles.node),
        notInArray(actions.state, done),
      ),
    )
  const rows = await session
    .select({
      deploymentId: receiverTroubles.deploymentId,
      flowId: deployments.flowId,
      node: receiverTroubles.node,
      state: receiverTroubles.state,
      since: receiverTroubles.since,
      retryAt: receiverTroubles.retryAt,
      text: receiverTroubles.text,
    })
    .from(receiverTroubles)
    .innerJoin(deployments, eq(deployments.id, receiverTroubles.deploymentId))
    .where(
      and(
        inArray(
          deployments.flowId,
          running.map(({ flowId }) => flowId),
        ),
        sql`(${receiverTroubles.state} = 'gone' or exists ${waits})`,
      ),
    )
    .orderBy(receiverTroubles.node, receiverTroubles.since)
  const current = new Set(running.map(({ id }) => id))
  for (const { deploymentId, flowId, since, retryAt, ...row } of rows) {
    if (row.state === 'gone' && !current.has(deploymentId)) continue
    const list = found.get(flowId) ?? []
    found.set(flowId, list)
    // What an earlier deployment still has on its way is said once for a card.
    if (list.some(({ node }) => node === row.node)) continue
    list.push({ ...row, since: since.toISOString(), retryAt: retryAt?.toISOString() ?? null })
  }
  return found
}
