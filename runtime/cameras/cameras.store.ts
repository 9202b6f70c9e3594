// Cameras that are things of their own. A login is sealed apart and leaves this file only through `open`.
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { findCameras, nodeOfStream } from '../../nodes/contract/cameras.ts'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import { fillConfig, hideInConfig, removeCredentials, saveCredentials } from '../connections/index.ts'
import { cameras, guarded, plainJson, shortId, streams, transaction } from '../database/index.ts'
import type { Db, Queryable, Seal } from '../database/index.ts'
import type { CameraStore, NewCamera, StoredCamera } from './records.ts'

export interface CameraStoreDeps {
  db: Db
  seal: Seal
  nowMs(): number
}

type Row = Omit<typeof cameras.$inferSelect, 'picture'>

const columns = {
  name: cameras.name,
  id: cameras.id,
  config: cameras.config,
  tags: cameras.tags,
  masks: cameras.masks,
  trial: cameras.trial,
  pictureAt: cameras.pictureAt,
  createdAt: cameras.createdAt,
  updatedAt: cameras.updatedAt,
}

function unknown(name: string): NotFoundError {
  return new NotFoundError(
    'CAMERA_UNKNOWN',
    `There is no camera called “${name.slice(0, 64)}”. It may have been taken away; add it under Cameras.`,
  )
}

interface Pointer {
  flow: string
  name: string
  node: string
  names: string[]
  tag: string
}

/** Nodes of the newest documents that point to cameras. */
async function readPointers(session: Queryable): Promise<Pointer[]> {
  const { rows } = await session.execute<{
    flow: string
    name: string
    node: string
    names: unknown
    tag: string | null
  }>(sql`
    select f.id as flow, r.document ->> 'name' as name, n ->> 'id' as node, n -> 'config' -> 'cameras' as names,
      n -> 'config' ->> 'tag' as tag
    from flows f join flow_revisions r on r.flow_id = f.id and r.revision = f.revision,
      json_array_elements(r.document -> 'nodes') n
    where n -> 'config' ->> 'kind' = 'camera' order by f.id, 3`)
  return rows.map(({ names, tag, ...rest }) => ({
    ...rest,
    names: Array.isArray(names) ? names.map(String) : [],
    tag: tag ?? '',
  }))
}

async function readStreams(session: Queryable): Promise<Map<string, StoredCamera['streams']>> {
  const rows = await session
    .select({
      id: streams.id,
      flow: streams.flowId,
      source: streams.source,
      state: streams.state,
      reason: streams.reason,
      status: streams.status,
    })
    .from(streams)
    .where(and(eq(streams.wanted, true), isNull(streams.endedAt), sql`${streams.source} like '%.%'`))
    .orderBy(asc(streams.id))
  const found = new Map<string, StoredCamera['streams']>()
  for (const { source, status, ...stream } of rows) {
    const camera = source.slice(nodeOfStream(source).length + 1)
    found.set(camera, [...(found.get(camera) ?? []), { ...stream, camera: status?.camera ?? null }])
  }
  return found
}

async function toStored(session: Queryable, rows: readonly Row[]): Promise<StoredCamera[]> {
  const [pointers, watching] = [await readPointers(session), await readStreams(session)]
  return rows.map(({ id, name, tags, config, masks, trial, pictureAt }) => ({
    id,
    name,
    tags,
    config,
    masks,
    trial,
    pictureAt: pictureAt?.toISOString() ?? null,
    usedBy: pointers
      .filter(({ names, tag }) => findCameras([{ id, name, tags }], { names, tag }).found.length > 0)
      .map(({ flow, name: flowName, node }) => ({ flow, name: flowName, node })),
    streams: watching.get(id) ?? [],
  }))
}

/** `Front door` → `front-door`; a name without plain letters gets letters of its own. A taken one gets more. */
async function freeId(tx: Queryable, name: string): Promise<string> {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24)
  const wanted = plain === '' ? shortId('c') : plain
  const [taken] = await tx.select({ id: cameras.id }).from(cameras).where(eq(cameras.id, wanted))
  return taken ? `${wanted}-${shortId('c')}` : wanted
}

async function seal(tx: Queryable, deps: CameraStoreDeps, name: string, raw: Record<string, unknown>) {
  const { config, found } = hideInConfig(plainJson(raw), '')
  await saveCredentials(tx, deps.seal, `camera:${name}`, found, deps.nowMs())
  return config
}

async function create(tx: Queryable, deps: CameraStoreDeps, { name, config, tags, masks }: NewCamera): Promise<void> {
  const now = new Date(deps.nowMs())
  const id = await freeId(tx, name)
  const made = await tx
    .insert(cameras)
    .values({ name, id, tags, masks, config: await seal(tx, deps, name, config), createdAt: now, updatedAt: now })
    .onConflictDoNothing({ target: cameras.name })
  if (made.rowCount === 0)
    throw new ConflictError('CAMERA_EXISTS', `There is a camera called “${name}” already. Choose another name.`)
}

/** Never the same as before, whatever the clock says: by it is known what a camera was opened with. */
const after = (before: Date, nowMs: number): Date => new Date(Math.max(nowMs, before.getTime() + 1))

async function update(
  tx: Queryable,
  deps: CameraStoreDeps,
  name: string,
  ...[{ config, masks, tags }, allow]: Parameters<CameraStore['update']> extends [string, ...infer Rest] ? Rest : never
): Promise<void> {
  const [row] = await tx.select(columns).from(cameras).where(eq(cameras.name, name)).for('update')
  if (!row) throw unknown(name)
  allow?.(row.config)
  const isOpenedAnew = config !== undefined || masks !== undefined
  await tx
    .update(cameras)
    .set({
      ...(tags === undefined ? {} : { tags }),
      ...(masks === undefined ? {} : { masks }),
      ...(config === undefined ? {} : { config: await seal(tx, deps, name, config) }),
      // What it showed before may be what is covered now.
      ...(isOpenedAnew ? { updatedAt: after(row.updatedAt, deps.nowMs()), picture: null, pictureAt: null } : {}),
    })
    .where(eq(cameras.name, name))
}

async function remove(tx: Queryable, name: string): Promise<void> {
  const [row] = await tx.select(columns).from(cameras).where(eq(cameras.name, name)).for('update')
  if (!row) throw unknown(name)
  const [stored] = await toStored(tx, [row])
  const users = [...new Set(stored?.usedBy.map(({ name: flow }) => `“${flow}”`))]
  if (users.length > 0)
    throw new ConflictError(
      'CAMERA_IN_USE',
      `“${name}” is used by ${users.join(', ')}. Choose another camera there first.`,
    )
  if ((stored?.streams.length ?? 0) > 0)
    throw new ConflictError(
      'CAMERA_IN_USE',
      `“${name}” is still being watched by a flow as it was last deployed. Deploy that flow again, or stop it, first.`,
    )
  await removeCredentials(tx, `camera:${name}`)
  await tx.delete(cameras).where(eq(cameras.name, name))
}

async function open(deps: CameraStoreDeps, name: string): ReturnType<CameraStore['open']> {
  const [row] = await deps.db.select(columns).from(cameras).where(eq(cameras.name, name))
  if (!row) throw unknown(name)
  const spec = (await fillConfig(deps.db, deps.seal, `camera:${name}`, row.config)) as unknown as CameraSpec
  return { spec, masks: row.masks, version: row.updatedAt.toISOString() }
}

/** The cameras of the API and the runtime. */
export function createCameraStore(deps: CameraStoreDeps): CameraStore {
  const { db } = deps
  const rowOf = async (name: string): Promise<Row> => {
    const [row] = await db.select(columns).from(cameras).where(eq(cameras.name, name))
    if (!row) throw unknown(name)
    return row
  }
  return guarded<CameraStore>('cameras', {
    list: async () => await toStored(db, await db.select(columns).from(cameras).orderBy(asc(cameras.name))),
    infos: async () =>
      await db
        .select({ id: cameras.id, name: cameras.name, tags: cameras.tags })
        .from(cameras)
        .orderBy(asc(cameras.name)),
    get: async (name) => (await toStored(db, [await rowOf(name)]))[0]!,
    create: (camera) => transaction(db, (tx) => create(tx, deps, camera)),
    update: (name, patch, allow) => transaction(db, (tx) => update(tx, deps, name, patch, allow)),
    remove: (name) => transaction(db, (tx) => remove(tx, name)),
    open: (name) => open(deps, name),
    version: async (name) => {
      const [row] = await db.select({ at: cameras.updatedAt }).from(cameras).where(eq(cameras.name, name))
      return row?.at.toISOString() ?? null
    },
    keepTrial: async (name, version, trial, picture) => {
      const seen = picture === null ? {} : { picture, pictureAt: new Date(deps.nowMs()) }
      await db
        .update(cameras)
        .set({ trial, ...seen })
        .where(and(eq(cameras.name, name), eq(cameras.updatedAt, new Date(version))))
    },
    picture: async (name) => {
      const [row] = await db
        .select({ picture: cameras.picture, at: cameras.pictureAt })
        .from(cameras)
        .where(eq(cameras.name, name))
      if (!row) throw unknown(name)
      return row.picture && row.at ? { jpeg: row.picture, at: row.at.toISOString() } : null
    },
  })
}
