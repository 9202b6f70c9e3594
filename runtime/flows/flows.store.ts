// Flows and their revisions. A save never overwrites one: it adds a revision, and only on top of the newest.
import { and, desc, eq, lt, sql, type SQL } from 'drizzle-orm'
import { BadRequestError, ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Author, Flow } from '../../nodes/contract/flow.ts'
import type { ListQuery } from '../../nodes/contract/input.ts'
import type { FlowStore, FlowSummary, Revision, StoredFlow } from './records.ts'
import {
  copyCredentials,
  fillFrom,
  readCredentials,
  readLost,
  removeCredentials,
  saveCredentials,
} from '../connections/index.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { removeDecisions } from '../history/index.ts'
import { readOpenActions } from '../actions/index.ts'
import { readStandings } from './deployments.store.ts'
import { plainJson } from '../database/index.ts'
import { deployments, events, flowRevisions, flows } from '../database/index.ts'
import type { Seal } from '../database/index.ts'
import { shortId } from '../database/index.ts'
import { hideInDocument } from '../connections/index.ts'

export interface FlowStoreDeps {
  db: Db
  seal: Seal
  nowMs(): number
}

/** What the runtime needs beside the API's part. */
export interface FlowSecrets {
  /** Puts the user name and password back into a URL of a node's config, for the host they were given for only. */
  fillCredentials(flowId: string, nodeId: string, url: string): Promise<string>
}

function missing(id: string): NotFoundError {
  return new NotFoundError('FLOW_NOT_FOUND', `There is no flow ${id}. It may have been deleted.`)
}

const newest = and(eq(flowRevisions.flowId, flows.id), eq(flowRevisions.revision, flows.revision))

async function readNewest(session: Queryable, id: string): Promise<StoredFlow> {
  const [row] = await session
    .select({
      revision: flows.revision,
      updatedAt: flows.updatedAt,
      document: flowRevisions.document,
      unapprovedHosts: flows.unapprovedHosts,
    })
    .from(flows)
    .innerJoin(flowRevisions, newest)
    .where(eq(flows.id, id))
  if (!row) throw missing(id)
  return { id, ...row, updatedAt: row.updatedAt.toISOString() }
}

async function readRevision(session: Queryable, id: string, revision: number): Promise<StoredFlow> {
  const [row] = await session
    .select({
      document: flowRevisions.document,
      savedAt: flowRevisions.savedAt,
      unapprovedHosts: flows.unapprovedHosts,
    })
    .from(flowRevisions)
    .innerJoin(flows, eq(flows.id, flowRevisions.flowId))
    .where(and(eq(flowRevisions.flowId, id), eq(flowRevisions.revision, revision)))
  if (row)
    return {
      id,
      revision,
      document: row.document,
      updatedAt: row.savedAt.toISOString(),
      unapprovedHosts: row.unapprovedHosts,
    }
  await readNewest(session, id)
  throw new NotFoundError(
    'FLOW_REVISION_NOT_FOUND',
    `Flow ${id} has no revision ${revision}. Old ones that never ran are removed after a while.`,
  )
}

async function addRevision(
  session: Queryable,
  deps: FlowStoreDeps,
  id: string,
  revision: number,
  raw: Flow,
  by?: Author,
): Promise<Omit<StoredFlow, 'unapprovedHosts'>> {
  const { document, found } = hideInDocument(plainJson(raw))
  const savedAt = new Date(deps.nowMs())
  await session.insert(flowRevisions).values({ flowId: id, revision, document, savedAt, savedBy: by ?? null })
  await saveCredentials(session, deps.seal, `flow:${id}`, found, savedAt.getTime())
  return { id, revision, document, updatedAt: savedAt.toISOString() }
}

/** Adds a revision on top of the newest; `check` may refuse it. The row lock makes two saves at once follow each other. */
async function addNext(
  deps: FlowStoreDeps,
  id: string,
  source: (tx: Queryable, newestRevision: number) => Promise<Flow>,
  by?: Author,
): Promise<StoredFlow> {
  return await transaction(deps.db, async (tx) => {
    const [flow] = await tx
      .select({ revision: flows.revision, unapprovedHosts: flows.unapprovedHosts })
      .from(flows)
      .where(eq(flows.id, id))
      .for('no key update')
    if (!flow) throw missing(id)
    const stored = await addRevision(tx, deps, id, flow.revision + 1, await source(tx, flow.revision), by)
    // The list of unapproved hosts shrinks by a yes alone: an undo or an old revision that names one again finds it there.
    await tx
      .update(flows)
      .set({ revision: stored.revision, updatedAt: new Date(stored.updatedAt) })
      .where(eq(flows.id, id))
    return { ...stored, unapprovedHosts: flow.unapprovedHosts }
  })
}

async function createFlow(
  deps: FlowStoreDeps,
  document: Flow,
  unapproved: readonly string[],
  { by, copyOf }: { by?: Author | undefined; copyOf?: string } = {},
): Promise<StoredFlow> {
  const unapprovedHosts = plainJson([...unapproved])
  return await transaction(deps.db, async (tx) => {
    const id = shortId('f')
    const at = new Date(deps.nowMs())
    await tx.insert(flows).values({ id, revision: 1, unapprovedHosts, createdAt: at, updatedAt: at })
    if (copyOf !== undefined) await copyCredentials(tx, deps.seal, `flow:${copyOf}`, `flow:${id}`)
    return { ...(await addRevision(tx, deps, id, 1, document, by)), unapprovedHosts }
  })
}

function stale(id: string, revision: number, ifRevision: number): ConflictError {
  return new ConflictError(
    'FLOW_REVISION_STALE',
    `Flow ${id} was saved by somebody else in the meantime: it is at revision ${revision}, ` +
      `your changes are based on ${ifRevision}. Load it again, or save yours on top.`,
    { details: { revision } },
  )
}

async function replaceFlow(
  deps: FlowStoreDeps,
  id: string,
  raw: Flow,
  unapprovedIn: (document: Flow) => Promise<string[]>,
  ifRevision: number | undefined,
  by?: Author,
): Promise<StoredFlow> {
  // First what waits for a yes, then the document that names it: never the other way round.
  const names = plainJson(await unapprovedIn(hideInDocument(plainJson(raw)).document))
  await changeUnapproved(deps, id, (now) => [...new Set([...now, ...names])])
  const source = async (_tx: Queryable, revision: number): Promise<Flow> => {
    if (ifRevision !== undefined && revision !== ifRevision) throw stale(id, revision, ifRevision)
    return raw
  }
  return await addNext(deps, id, source, by)
}

async function duplicateFlow(deps: FlowStoreDeps, id: string, name: string, by?: Author): Promise<StoredFlow> {
  const { document, unapprovedHosts } = await readNewest(deps.db, id)
  return await createFlow(deps, { ...document, name }, unapprovedHosts, { by, copyOf: id })
}

/** Under a lock, so that a yes and a paste at once both count. */
async function changeUnapproved(
  deps: FlowStoreDeps,
  id: string,
  change: (hosts: string[]) => string[],
): Promise<StoredFlow> {
  return await transaction(deps.db, async (tx) => {
    const [flow] = await tx
      .select({ unapprovedHosts: flows.unapprovedHosts })
      .from(flows)
      .where(eq(flows.id, id))
      .for('no key update')
    if (!flow) throw missing(id)
    await tx
      .update(flows)
      .set({ unapprovedHosts: change(flow.unapprovedHosts) })
      .where(eq(flows.id, id))
    return await readNewest(tx, id)
  })
}

/** Name and type of these cards, by flow. */
async function readCards(db: Db, ids: readonly string[]): Promise<Map<string, FlowSummary['cards']>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.execute<{ flow: string } & FlowSummary['cards'][number]>(sql`
    select ${flows.id} as flow, card ->> 'id' as node, card ->> 'type' as type, nullif(card ->> 'name', '') as name
    from ${flows} join ${flowRevisions} on ${newest}, json_array_elements(${flowRevisions.document} -> 'nodes') card
    where card ->> 'id' = any(${sql.param([...ids])}::text[])`)
  const cards = new Map<string, FlowSummary['cards']>()
  for (const { flow, ...card } of rows) cards.set(flow, [...(cards.get(flow) ?? []), card])
  return cards
}

function wrongCursor(): BadRequestError {
  return new BadRequestError('QUERY_CURSOR_INVALID', 'This “cursor” is not the “next” of a page of this list.')
}

/** Behind the last flow of the page before. */
function flowsBehind(cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined
  const [, at = '', id = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\w+)$/.exec(cursor) ?? []
  if (Number.isNaN(Date.parse(at))) throw wrongCursor()
  return sql`(${flows.updatedAt}, ${flows.id}) < (${at}::timestamptz, ${id})`
}

async function listFlows(db: Db, nowMs: number, query?: ListQuery): Promise<FlowSummary[]> {
  // Out of the document in the database: a list of large flows must not carry them all here.
  const all = db
    .select({
      id: flows.id,
      revision: flows.revision,
      updatedAt: flows.updatedAt,
      name: sql<string>`${flowRevisions.document} ->> 'name'`,
      description: sql<string | null>`${flowRevisions.document} ->> 'description'`,
      tags: sql<string[] | null>`${flowRevisions.document} -> 'tags'`,
    })
    .from(flows)
    .innerJoin(flowRevisions, newest)
    .where(flowsBehind(query?.cursor))
    .orderBy(desc(flows.updatedAt), desc(flows.id))
  const rows = await (query ? all.limit(query.limit + 1) : all)
  const standings = await readStandings(db, nowMs, query && rows.map(({ id }) => id))
  const cards = await readCards(db, [...new Set([...standings.values()].flatMap(({ nodes }) => nodes))])
  const cardsOf = (id: string): FlowSummary['cards'] => {
    const wanted = new Set(standings.get(id)?.nodes)
    return (cards.get(id) ?? []).filter(({ node }) => wanted.has(node))
  }
  return rows.map(({ description, tags, updatedAt, ...row }) => ({
    ...row,
    description: description ?? '',
    tags: tags ?? [],
    state: standings.get(row.id)?.state ?? 'stopped',
    updatedAt: updatedAt.toISOString(),
    cards: cardsOf(row.id),
  }))
}

function revisionsBehind(cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined
  if (!/^\d{1,10}$/.test(cursor) || Number(cursor) >= 2 ** 31) throw wrongCursor()
  return lt(flowRevisions.revision, Number(cursor))
}

async function listRevisions(db: Db, id: string, query?: ListQuery): Promise<Revision[]> {
  const all = db
    .select({
      revision: flowRevisions.revision,
      savedAt: flowRevisions.savedAt,
      title: flowRevisions.title,
      savedBy: flowRevisions.savedBy,
      nodes: sql<number>`json_array_length(${flowRevisions.document} -> 'nodes')`,
      // Named with their table: a bare name in the inner query would be its own column, and true for every revision.
      deployed: sql<boolean>`exists (select 1 from ${deployments} d where d.flow_id = ${flowRevisions}.flow_id
      and d.revision = ${flowRevisions}.revision and d.stopped_at is null)`,
    })
    .from(flowRevisions)
    .where(and(eq(flowRevisions.flowId, id), revisionsBehind(query?.cursor)))
    .orderBy(desc(flowRevisions.revision))
  const rows = await (query ? all.limit(query.limit + 1) : all)
  if (rows.length === 0) await readNewest(db, id)
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.toISOString() }))
}

async function nameRevision(db: Db, id: string, revision: number, title: string | null): Promise<void> {
  const at = and(eq(flowRevisions.flowId, id), eq(flowRevisions.revision, revision))
  const { rowCount } = await db
    .update(flowRevisions)
    .set({ title: title === null ? null : plainJson(title) })
    .where(at)
  if (rowCount === 0) await readRevision(db, id, revision)
}

/** In portions, the flow itself last: a request that is cut off leaves a flow that can be removed again. */
async function removeFlow({ db }: FlowStoreDeps, id: string, onGone?: (actionIds: string[]) => void): Promise<void> {
  await readNewest(db, id)
  const open = await readOpenActions(db, id)
  // First of all nothing may start or go on writing.
  await db.delete(deployments).where(eq(deployments.flowId, id))
  onGone?.(open.map((action) => action.id))
  await removeDecisions(db, id)
  for (let removed = 1; removed > 0;) {
    const portion = db.select({ id: events.id }).from(events).where(eq(events.flowId, id)).limit(2_000)
    removed = (await db.delete(events).where(sql`${events.id} in ${portion}`)).rowCount ?? 0
  }
  await transaction(db, async (tx) => {
    await removeCredentials(tx, `flow:${id}`)
    await tx.delete(flows).where(eq(flows.id, id))
  })
}

/** The flows of the API, and the credentials of their URLs for the runtime. */
export function createFlowStore(deps: FlowStoreDeps): FlowStore & FlowSecrets {
  const { db, seal, nowMs } = deps
  return guarded<FlowStore & FlowSecrets>('flows', {
    list: (query) => listFlows(db, nowMs(), query),
    create: (document, by) => createFlow(deps, document, [], { by }),
    // What waits for approval is read off the document as it will be stored: a password with a slash in it may hide the host before.
    import: async (document, unapprovedIn, by) =>
      createFlow(deps, document, await unapprovedIn(hideInDocument(plainJson(document)).document), { by }),
    replace: (id, document, unapprovedIn, ifRevision, by) =>
      replaceFlow(deps, id, document, unapprovedIn, ifRevision, by),
    secretsOf: (id) => readCredentials(db, seal, `flow:${id}`),
    duplicate: (id, name, by) => duplicateFlow(deps, id, name, by),
    addUnapproved: (id, hosts) => changeUnapproved(deps, id, (now) => [...new Set([...now, ...plainJson([...hosts])])]),
    approveHosts: (id, hosts) => changeUnapproved(deps, id, (now) => now.filter((host) => !hosts.includes(host))),
    get: (id) => readNewest(db, id),
    update: (id, document, ifRevision, by) => {
      const source = async (_tx: Queryable, revision: number): Promise<Flow> => {
        if (revision === ifRevision) return document
        throw stale(id, revision, ifRevision)
      }
      return addNext(deps, id, source, by)
    },
    remove: (id, onGone) => removeFlow(deps, id, onGone),
    revisions: (id, query) => listRevisions(db, id, query),
    revision: (id, revision) => readRevision(db, id, revision),
    restore: (id, revision, by) => addNext(deps, id, async (tx) => (await readRevision(tx, id, revision)).document, by),
    nameRevision: (id, revision, title) => nameRevision(db, id, revision, title),
    lostSecrets: (id, nodes) => readLost(db, `flow:${id}`, nodes),
    fillCredentials: (flowId, nodeId, url) => fillFrom(db, seal, `flow:${flowId}`, nodeId, url),
  })
}
