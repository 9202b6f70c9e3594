// The day partitions of decisions: made ahead, dropped whole when they are too old. Dropping costs nothing, deleting rows would.
import { sql } from 'drizzle-orm'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { isLockTimeout } from '../database/index.ts'

const dayMs = 86_400_000
// One process at a time makes or drops partitions; any number will do, as long as it is always the same.
const partitionLock = 4_833_902
const namePattern = /^decisions_(\d{4})(\d{2})(\d{2})$/

function startOfDay(ms: number): Date {
  return new Date(Math.floor(ms / dayMs) * dayMs)
}

function partitionName(day: Date): string {
  return `decisions_${day.toISOString().slice(0, 10).replaceAll('-', '')}`
}

async function listDays(session: Queryable): Promise<{ name: string; endMs: number }[]> {
  const result = await session.execute<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'decisions'::regclass order by 1`)
  return result.rows.flatMap(({ name }) => {
    const [, year, month, day] = namePattern.exec(name) ?? []
    return day === undefined ? [] : [{ name, endMs: Date.UTC(Number(year), Number(month) - 1, Number(day)) + dayMs }]
  })
}

// Attaching and dropping wait for every reader of the timeline, and every writer waits for them: better to come back later.
async function withLocks<T>(db: Db, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return await transaction(db, async (tx) => {
    await tx.execute(sql`set local lock_timeout = '3s'`)
    await tx.execute(sql`select pg_advisory_xact_lock(${partitionLock})`)
    return await work(tx)
  })
}

/** Makes the partition of one day, taking over rows that came before it was there. */
async function makeDay(tx: Queryable, day: Date): Promise<void> {
  const name = sql.identifier(partitionName(day))
  const from = sql.raw(`'${day.toISOString()}'`)
  const to = sql.raw(`'${new Date(day.getTime() + dayMs).toISOString()}'`)
  await tx.execute(sql`create table ${name} (like decisions including all)`)
  await tx.execute(
    sql`with moved as (delete from decisions_default where at >= ${from} and at < ${to} returning *) insert into ${name} select * from moved`,
  )
  await tx.execute(sql`alter table decisions attach partition ${name} for values from (${from}) to (${to})`)
}

/** Makes the partitions of today and the next two days; those there already stay. */
export async function ensurePartitions(db: Db, nowMs: number): Promise<void> {
  const days = [0, 1, 2].map((ahead) => startOfDay(nowMs + ahead * dayMs))
  const isThere = async (session: Queryable) => {
    const known = new Set((await listDays(session)).map(({ name }) => name))
    return days.filter((day) => !known.has(partitionName(day)))
  }
  if ((await isThere(db)).length === 0) return
  await withLocks(db, async (tx) => {
    for (const day of await isThere(tx)) await makeDay(tx, day)
  })
}

/** Drops the oldest day that ended before `beforeMs`; true when there may be more. */
export async function dropOldDay(db: Db, beforeMs: number): Promise<boolean> {
  const old = (await listDays(db)).filter(({ endMs }) => endMs <= beforeMs)
  const [first] = old
  if (!first) return false
  try {
    await withLocks(db, (tx) => tx.execute(sql`drop table if exists ${sql.identifier(first.name)}`))
  } catch (thrown) {
    // Somebody reads a long timeline: the next sweep will do it.
    if (isLockTimeout(thrown)) return false
    throw thrown
  }
  return old.length > 1
}

/** Decisions outside every day's partition (a clock that was far off). */
export async function deleteStrays(db: Db, beforeMs: number, batch: number): Promise<number> {
  const portion = sql`select ctid from decisions_default where at < ${new Date(beforeMs).toISOString()}::timestamptz limit ${batch}`
  return (await db.execute(sql`delete from decisions_default where ctid in (${portion})`)).rowCount ?? 0
}
