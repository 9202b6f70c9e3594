// Rehearsals: what they go by, how far each clip is, what came of it. A clip with figures is done; a restart goes on with the others.
import { and, asc, desc, eq, inArray, isNull, notInArray } from 'drizzle-orm'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { Db } from '../database/index.ts'
import { guarded, plainJson, rehearsalClips, rehearsals, shortId, transaction } from '../database/index.ts'
import { summarize } from './flow-tests.ts'
import type {
  ClipFigures,
  ClipTimeline,
  ClipView,
  Recording,
  RehearsalOrder,
  RehearsalStore,
  RehearsalView,
} from './records.ts'

/** Of one flow; older ones that have ended give way. */
const keptOfFlow = 40
type Basis = Pick<RehearsalOrder, 'plan' | 'request' | 'tests'> & { name: string }
type Json = Record<string, unknown>

function missing(id: string): NotFoundError {
  return new NotFoundError(
    'REHEARSAL_NOT_FOUND',
    `There is no rehearsal ${id}. The newest ${keptOfFlow} of a flow are kept.`,
  )
}

interface ClipRow {
  clip: string
  progress: number
  figures: Json | null
  timeline?: Json | null
}

function viewOf(row: typeof rehearsals.$inferSelect, rows: ClipRow[]): RehearsalView {
  const clips = rows.map(({ clip, figures, progress, timeline }): ClipView => ({
    clip,
    progress: figures ? 1 : progress,
    ...(timeline as ClipTimeline | null | undefined),
    ...(figures as ClipFigures | null),
  }))
  const basis = row.basis as unknown as Basis
  return {
    id: row.id,
    flow: row.flowId,
    revision: row.revision,
    state: row.state,
    progress: clips.reduce((sum, { progress }) => sum + progress, 0) / Math.max(1, clips.length),
    reason: row.reason,
    request: basis.request,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    summary: summarize(clips.flatMap(({ checks = [] }) => checks)),
    clips,
  }
}

const lean = {
  rehearsalId: rehearsalClips.rehearsalId,
  clip: rehearsalClips.clip,
  progress: rehearsalClips.progress,
  figures: rehearsalClips.figures,
}

const isRunning = (id: string) => and(eq(rehearsals.id, id), eq(rehearsals.state, 'running'))
const isClip = (id: string, index: number) =>
  and(eq(rehearsalClips.rehearsalId, id), eq(rehearsalClips.position, index))

/** Rehearsals in Postgres. */
export function createRehearsalStore({ db, nowMs }: { db: Db; nowMs(): number }): RehearsalStore {
  return guarded<RehearsalStore>('rehearsals', {
    create: (order) => create(db, order, nowMs()),
    get: (id) => get(db, id),
    list: (flowId) => list(db, flowId),
    cancel: (id) => cancel(db, id, nowMs()),
    begin: (id) => begin(db, id),
    progress: async (id, index, progress) => {
      await db.update(rehearsalClips).set({ progress }).where(isClip(id, index))
      return (await db.select({ id: rehearsals.id }).from(rehearsals).where(isRunning(id))).length > 0
    },
    endClip: async (id, index, { captured, decisions, events, ...figures }, recording) => {
      const timeline: ClipTimeline = { decisions, captured, events }
      await db
        .update(rehearsalClips)
        .set({
          progress: 1,
          figures: plainJson(figures as unknown as Json),
          timeline: plainJson(timeline as unknown as Json),
          recording: plainJson(recording as unknown as Json),
        })
        .where(isClip(id, index))
    },
    end: async (id, state, reason) => {
      await db
        .update(rehearsals)
        .set({ state, reason, endedAt: new Date(nowMs()) })
        .where(isRunning(id))
    },
    recording: async (id, name) => {
      const [row] = await db
        .select({ recording: rehearsalClips.recording })
        .from(rehearsalClips)
        .where(and(eq(rehearsalClips.rehearsalId, id), eq(rehearsalClips.clip, name)))
        .orderBy(asc(rehearsalClips.position))
        .limit(1)
      return (row?.recording as Recording | null | undefined) ?? undefined
    },
    wanted: async () => {
      const rows = await db
        .select({ id: rehearsals.id })
        .from(rehearsals)
        .where(eq(rehearsals.state, 'running'))
        .orderBy(asc(rehearsals.createdAt))
      return rows.map(({ id }) => id)
    },
  })
}

async function get(db: Db, id: string): Promise<RehearsalView> {
  const [row] = await db.select().from(rehearsals).where(eq(rehearsals.id, id))
  if (!row) throw missing(id)
  const rows = await db
    .select({ ...lean, timeline: rehearsalClips.timeline })
    .from(rehearsalClips)
    .where(eq(rehearsalClips.rehearsalId, id))
    .orderBy(asc(rehearsalClips.position))
  return viewOf(row, rows)
}

async function list(db: Db, flowId: string): Promise<RehearsalView[]> {
  const rows = await db
    .select()
    .from(rehearsals)
    .where(eq(rehearsals.flowId, flowId))
    .orderBy(desc(rehearsals.createdAt), desc(rehearsals.id))
  const ids = rows.map(({ id }) => id)
  const clips = await db
    .select(lean)
    .from(rehearsalClips)
    .where(inArray(rehearsalClips.rehearsalId, ids))
    .orderBy(asc(rehearsalClips.position))
  const byRehearsal = Map.groupBy(clips, ({ rehearsalId }) => rehearsalId)
  return rows.map((row) => viewOf(row, byRehearsal.get(row.id) ?? []))
}

async function cancel(db: Db, id: string, nowMs: number): Promise<boolean> {
  const gone = await db
    .update(rehearsals)
    .set({ state: 'cancelled', endedAt: new Date(nowMs) })
    .where(isRunning(id))
    .returning({ id: rehearsals.id })
  if (gone.length > 0) return true
  const known = await db.select({ id: rehearsals.id }).from(rehearsals).where(eq(rehearsals.id, id))
  if (known.length === 0) throw missing(id)
  return false
}

async function begin(db: Db, id: string): Promise<Awaited<ReturnType<RehearsalStore['begin']>>> {
  const [row] = await db.select().from(rehearsals).where(isRunning(id))
  if (!row) return null
  const { name, ...basis } = row.basis as unknown as Basis
  const left = await db
    .select({ index: rehearsalClips.position, clip: rehearsalClips.clip })
    .from(rehearsalClips)
    .where(and(eq(rehearsalClips.rehearsalId, id), isNull(rehearsalClips.figures)))
    .orderBy(asc(rehearsalClips.position))
  return { order: { id, flow: { id: row.flowId, name, revision: row.revision }, ...basis }, left }
}

async function create(db: Db, order: Omit<RehearsalOrder, 'id'>, nowMs: number): Promise<string> {
  const { flow, plan, request, tests } = order
  const basis: Basis = { name: flow.name, plan, request, tests }
  return await transaction(db, async (tx) => {
    const newest = tx
      .select({ id: rehearsals.id })
      .from(rehearsals)
      .where(eq(rehearsals.flowId, flow.id))
      .orderBy(desc(rehearsals.createdAt), desc(rehearsals.id))
      .limit(keptOfFlow - 1)
    await tx
      .delete(rehearsals)
      .where(
        and(
          eq(rehearsals.flowId, flow.id),
          notInArray(rehearsals.state, ['running']),
          notInArray(rehearsals.id, newest),
        ),
      )
    const id = shortId('r')
    await tx.insert(rehearsals).values({
      id,
      flowId: flow.id,
      revision: flow.revision,
      state: 'running',
      basis: plainJson(basis as unknown as Json),
      createdAt: new Date(nowMs),
    })
    await tx
      .insert(rehearsalClips)
      .values(request.clips.map((clip, position) => ({ rehearsalId: id, position, clip, progress: 0 })))
    return id
  })
}
