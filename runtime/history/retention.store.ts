// Keeps every table bounded: what is too old goes, in portions small enough that nobody waits for them.
// Never touches what runs, what still has to be delivered, or a flow's newest documents.
import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Db } from '../database/index.ts'
import { deleteStrays, dropOldDay } from './decision-days.store.ts'

const dayMs = 86_400_000

export interface Retention {
  decisionDays: number
  /** Events with their pictures and deliveries. */
  eventDays: number
  /** Revisions of a flow that are kept however old they are; those that ran are kept anyway. */
  revisions: number
  /** Rows of one portion. */
  batch: number
}

export const defaultRetention: Retention = { decisionDays: 7, eventDays: 90, revisions: 100, batch: 500 }

/** Statements that delete one portion each; `before` is an instant in the past. */
function portions({ decisionDays, eventDays, revisions, batch }: Retention, nowMs: number): SQL[] {
  const before = (days: number) => sql`${new Date(nowMs - days * dayMs).toISOString()}::timestamptz`
  return [
    sql`delete from events where id in (select id from events where at < ${before(eventDays)} order by at limit ${batch})`,
    sql`delete from actions where id in (select id from actions
      where updated_at < ${before(eventDays)} and state in ('delivered', 'failed') limit ${batch})`,
    sql`delete from decision_minutes where ctid in (select ctid from decision_minutes
      where minute < ${before(eventDays)} order by minute limit ${10 * batch})`,
    // The seconds around what happened go with the decisions; the picture of the event itself stays as long as it does.
    sql`delete from film where ctid in (select ctid from film where at < ${before(decisionDays)} order by at limit ${batch})`,
    // A day is far longer than any second try; what was never used up within a week will not be.
    sql`delete from inputs where id in (select id from inputs
      where created_at < ${before(1)} and (consumed_at < ${before(1)} or created_at < ${before(7)}) limit ${batch})`,
    // Pieces are left only by a worker that died while it spoke; nobody speaks about an event for an hour.
    sql`delete from sounds where not is_finished and (event_id, node) in (select distinct c.event_id, c.node from sound_chunks c
      join events e on e.id = c.event_id where e.at < ${before(1 / 24)} limit ${batch})`,
    sql`delete from voice_turns where queue in (select queue from voice_turns where held_until < ${before(1)} and free_at < ${before(1)} limit ${batch})`,
    sql`delete from sessions where token_hash in (select token_hash from sessions where expires_at < ${before(0)} limit ${batch})`,
    sql`delete from deployments where id in (select d.id from deployments d where d.stopped_at < ${before(eventDays)}
      and not exists (select 1 from streams s where s.deployment_id = d.id)
      and not exists (select 1 from actions a where a.deployment_id = d.id) limit ${batch})`,
    sql`delete from flow_revisions where (flow_id, revision) in (select r.flow_id, r.revision from flow_revisions r
      join flows f on f.id = r.flow_id and r.revision <= f.revision - ${revisions}
      where r.saved_at < ${before(eventDays)} and r.title is null
      and not exists (select 1 from deployments d where d.flow_id = r.flow_id and d.revision = r.revision) limit ${batch})`,
  ]
}

/** Deletes one portion of everything that is too old; true while there is more. */
export async function sweepRetention(db: Db, retention: Retention, nowMs: number): Promise<boolean> {
  const decisionsBeforeMs = nowMs - retention.decisionDays * dayMs
  let isMore = await dropOldDay(db, decisionsBeforeMs)
  isMore = (await deleteStrays(db, decisionsBeforeMs, retention.batch)) === retention.batch || isMore
  for (const portion of portions(retention, nowMs)) {
    isMore = ((await db.execute(portion)).rowCount ?? 0) >= retention.batch || isMore
  }
  return isMore
}
