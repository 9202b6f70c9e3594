// The way of a message: the steps that sessions recorded with its event, and what its deliveries say. Reads for the API; writes further
// steps of events that are recorded already.
import { asc, eq, sql } from 'drizzle-orm'
import { echoes } from '../../nodes/contract/alerts.ts'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { mostSteps } from '../../nodes/contract/trace.ts'
import type { Db, Queryable } from '../database/index.ts'
import { actions, events, plainJson } from '../database/index.ts'
import type { EventTrace, TraceView } from './records.ts'

/** Adds steps to events; a second try of the same tick adds nothing, and what is gone has no way any more. */
export async function appendTraces(tx: Queryable, traces: readonly EventTrace[]): Promise<void> {
  for (const { eventId, steps } of traces) {
    const added = sql`${JSON.stringify(plainJson(steps))}::jsonb`
    await tx.execute(sql`
      update events set trace = (trace::jsonb || ${added})::json
      where id = ${eventId} and json_array_length(trace) < ${mostSteps} and not trace::jsonb @> ${added}`)
  }
}

type Action = Pick<
  typeof actions.$inferSelect,
  'node' | 'phase' | 'state' | 'attempts' | 'detail' | 'dueAt' | 'createdAt' | 'updatedAt'
>

/** One action, as steps: what waits for its time, what is under way, how it ended. */
function stepsOfAction({
  node,
  phase,
  state,
  attempts,
  detail,
  dueAt,
  createdAt,
  updatedAt,
}: Action): TraceView['steps'] {
  const common = { node, type: null, ...(phase === '' ? {} : { phase }) }
  const isDone = state === 'delivered' || state === 'failed'
  if (!isDone && attempts === 0 && dueAt !== null)
    return [
      { ...common, at: createdAt.toISOString(), what: 'held', code: 'later', params: { dueAt: dueAt.toISOString() } },
    ]
  const sent = { ...common, at: (dueAt ?? createdAt).toISOString(), what: 'sent' as const, code: 'sent' }
  // Between two tries its row says what went wrong.
  if (!isDone) return [{ ...sent, ...(detail === '' ? {} : { detail }), attempts }]
  return [sent, { ...common, at: updatedAt.toISOString(), what: state, code: state, detail, attempts }]
}

async function readTrace(db: Db, id: string): Promise<TraceView> {
  const [event] = await db
    .select({
      id: events.id,
      kind: events.kind,
      at: events.at,
      node: events.node,
      fields: events.fields,
      flow: events.flowId,
      revision: events.revision,
      trace: events.trace,
    })
    .from(events)
    .where(eq(events.id, id))
  if (!event) throw new NotFoundError('EVENT_NOT_FOUND', `There is no event ${id}. Events are kept for a while only.`)
  const { about } = event.fields
  // What only says that something was delivered has the way of what that was.
  if (echoes.includes(event.kind) && typeof about === 'string' && about !== id)
    return await readTrace(db, about).catch((thrown: unknown) => {
      if (thrown instanceof NotFoundError) return { event: id, flow: event.flow, revision: event.revision, steps: [] }
      throw thrown
    })
  const rows = await db.select().from(actions).where(eq(actions.eventId, id)).orderBy(asc(actions.seq))
  const begun = event.trace.length > 0 ? event.trace : [beginning(event)]
  const repeats = repeatsOf(event)
  return {
    event: id,
    flow: event.flow,
    revision: event.revision,
    steps: [...begun.map((step) => ({ ...step })), ...rows.flatMap(stepsOfAction), ...repeats],
  }
}

function beginning({ at, node }: { at: Date; node: string }): TraceView['steps'][number] {
  return { at: at.toISOString(), node, type: null, what: 'passed', code: 'spoke' }
}

function repeatsOf({ node, fields }: { node: string; fields: Record<string, unknown> }): TraceView['steps'] {
  const { count, lastAt } = (fields['repeats'] ?? {}) as { count?: unknown; lastAt?: unknown }
  if (typeof count !== 'number' || typeof lastAt !== 'string') return []
  return [{ at: lastAt, node, type: null, what: 'held', code: 'repeated', params: { count: count - 1, lastAt } }]
}

/** The API's view of a message's way. */
export function createTraceStore({ db }: { db: Db }): { trace(id: string): Promise<TraceView> } {
  return { trace: (id) => readTrace(db, id) }
}
