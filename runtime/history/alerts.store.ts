// What makes an event an alert, in the transaction that makes it one, and which incident it belongs to. Never tells anybody.
import { sql } from 'drizzle-orm'
import { correctedBy, echoes, endings, secondLooks, troubles } from '../../nodes/contract/alerts.ts'
import type { SecondLook } from '../../nodes/contract/events.ts'
import { cutText } from '../../nodes/contract/template.ts'
import { plainText, type Queryable } from '../database/index.ts'
import type { EventRecord } from './records.ts'

const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`

/**
 * Marks these events as alerts, unless they are already. An alert like one of the last hour that nobody has seen, from the same node of the
 * same stream, is the same incident; one incident lasts a day at most. Trouble that was over and is back within ten minutes goes on: a machine
 * that is too slow now and then has one trouble, not one a minute. One after the other, so that two of a tick find each other.
 * What a second look said of an alert stands on that alert.
 */
export async function raiseAlerts(tx: Queryable, eventIds: Iterable<string>): Promise<void> {
  for (const id of new Set(eventIds))
    await tx.execute(sql`
      update events e set alert = true, incident = coalesce((
        select p.incident from events p join events o on o.id = p.incident
        where p.stream_id = e.stream_id and p.node = e.node and p.alert and p.acknowledged_at is null and p.id <> e.id
          and p.kind = e.kind and lower(p.text) = lower(e.text) and p.at between e.at - interval '1 hour' and e.at
          and o.at > e.at - interval '1 day' and o.acknowledged_at is null
          and (o.over_at is null or (e.kind = any(${texts(troubles)}) and o.over_at > e.at - interval '10 minutes'))
        order by p.at desc limit 1), e.id)
      where e.id = ${id} and not e.alert and e.kind <> all(${texts(echoes)})
        and case when e.kind = any(${texts(Object.keys(secondLooks))}) then not exists (
          select 1 from events o where o.id = e.fields ->> 'corrects' and o.flow_id = e.flow_id and o.alert) else true end`)
}

/** Writes what a second look said onto the alert it was about. */
export async function noteSecondLooks(tx: Queryable, records: readonly EventRecord[]): Promise<void> {
  for (const { id, kind, flowId, at, fields } of records) {
    const said = secondLooks[kind]
    const corrects = correctedBy({ fields })
    if (said === undefined || corrects === undefined) continue
    const why = typeof fields.why === 'string' ? plainText(cutText(fields.why, 600)) : ''
    const look: SecondLook = { event: id, said, why, at }
    await tx.execute(sql`
      update events set second_look = ${JSON.stringify(look)}::json where id = ${corrects} and flow_id = ${flowId} and alert`)
  }
}

/** Raises what is trouble by itself, and ends the trouble that is said to be over. */
export async function raiseTroubles(tx: Queryable, records: readonly EventRecord[]): Promise<void> {
  await raiseAlerts(
    tx,
    records.filter(({ kind }) => troubles.includes(kind)).map(({ id }) => id),
  )
  for (const { id, kind } of records)
    if (troubles.includes(kind))
      await tx.execute(sql`
        update events o set over_at = null from events e
        where e.id = ${id} and o.id = e.incident and o.id <> e.id and o.over_at <= e.at`)
  for (const { kind, streamId, node, at } of records) {
    const ended = endings[kind]
    if (!ended) continue
    // The end of a stream ends what any of its nodes suffered from.
    const isWhole = kind.startsWith('stream.')
    await tx.execute(sql`
      update events set over_at = ${at}::timestamptz
      where stream_id = ${streamId} and alert and acknowledged_at is null and over_at is null and incident = id
        and kind = any(${texts(ended)}) and at <= ${at}::timestamptz ${isWhole ? sql`` : sql`and node = ${node}`}`)
  }
}
