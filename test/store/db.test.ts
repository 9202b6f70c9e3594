// The database itself: migrating, the pool, transactions, and what comes back when it is away.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { migrateDatabase, openDb, openPool, pingDatabase, transaction } from '../../runtime/database/db.ts'
import { toStoreError } from '../../runtime/database/db-errors.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { quietLog } from './samples.ts'

const run = promisify(execFile)
const child = fileURLToPath(new URL('./start-and-ping.ts', import.meta.url))

describe('migrating', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await withDatabase({ empty: true })
  })
  afterAll(async () => {
    await database.drop()
  })

  test('is done once when several processes start at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, [child, database.url])))
    expect(all.map(({ stdout, stderr }) => stdout + stderr)).toEqual(Array.from({ length: 4 }, () => 'edge,flite'))
    const done = await database.query<{ n: string }>('select count(*) as n from drizzle.__drizzle_migrations')
    const ticked = await database.query<{ n: string }>(
      "select count(*) as n from pg_inherits where inhparent = 'decisions'::regclass",
    )
    const migrations = readdirSync(new URL('../../migrations', import.meta.url)).filter((file) =>
      file.endsWith('.sql'),
    ).length
    expect([done[0]?.n, ticked[0]?.n]).toEqual([String(migrations), '4'])
  })

  test('does nothing the second time, and leaves no lock behind', async () => {
    await migrateDatabase(database.url, quietLog)
    expect(
      await database.query(
        "select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    ).toEqual([])
  })

  test('gives up in words when there is no database', async () => {
    await expect(migrateDatabase('postgres://heed:x@127.0.0.1:1/heed', quietLog, 0)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'DB_UNREACHABLE',
    })
  })
})

describe('the pool', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await withDatabase()
  })
  afterAll(async () => {
    await database.drop()
  })

  test('answers a ping with version and latency, and with an error we know when the database is away', async () => {
    const pool = openPool({ databaseUrl: database.url, log: quietLog })
    expect(await pingDatabase(pool)).toEqual({ version: expect.stringMatching(/^\d+/), latencyMs: expect.any(Number) })
    await pool.end()
    const nowhere = openPool({ databaseUrl: 'postgres://heed:x@127.0.0.1:1/heed', log: quietLog })
    await expect(pingDatabase(nowhere)).rejects.toMatchObject({ name: 'RetryableError', code: 'DB_UNREACHABLE' })
    await nowhere.end()
  })

  test('outlives connections killed while idle and in the middle of a transaction', async () => {
    const warnings: string[] = []
    const pool = openPool({
      databaseUrl: database.url,
      log: { ...quietLog, warn: (_fields, text) => warnings.push(text) },
    })
    const lent = await pool.connect()
    await lent.query('begin')
    await Promise.all([pool.query('select 1'), pool.query('select 1')])
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'heed' and datname = current_database()",
    )
    const broken = await lent.query('select 1').catch((error: unknown) => toStoreError(error, 'test'))
    lent.release(true)
    expect(broken).toMatchObject({ code: 'DB_UNREACHABLE' })
    expect(warnings.length).toBeGreaterThan(0)
    // An idle connection may break just as it is lent out: that costs one try, never more than that.
    await expect
      .poll(
        () =>
          pingDatabase(pool).then(
            () => 'answered',
            (error: RetryableError) => error.code,
          ),
        { timeout: 5_000 },
      )
      .toBe('answered')
    await pool.end()
  })
})

describe('a transaction', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await withDatabase()
  })
  afterAll(async () => {
    await database.drop()
  })

  test.each(['begin', 'work'])('whose connection breaks at %s gives its place in the pool back', async (moment) => {
    const pool = openPool({ databaseUrl: database.url, log: quietLog, max: 1 })
    const db = openDb(pool)
    const cut = (client: unknown) => (client as { connection: { stream: Socket } }).connection.stream.destroy()
    let lent: unknown
    pool.on('acquire', (client) => {
      lent = client
    })
    if (moment === 'begin') pool.once('acquire', cut)
    const broken = transaction(db, async (tx) => {
      cut(lent)
      await tx.execute(sql`select 1`)
    })
    await expect(broken.catch((error: unknown) => Promise.reject(toStoreError(error, 'test')))).rejects.toMatchObject({
      code: 'DB_UNREACHABLE',
    })
    expect(await transaction(db, async (tx) => (await tx.execute<{ one: number }>(sql`select 1 as one`)).rows)).toEqual(
      [{ one: 1 }],
    )
    await pool.end()
  })

  test('leaves nothing when its work throws, and gives the error on as it is', async () => {
    const pool = openPool({ databaseUrl: database.url, log: quietLog, max: 1 })
    const work = transaction(openDb(pool), async (tx) => {
      await tx.execute(sql`insert into settings (key, value) values ('x', '1')`)
      throw new RangeError('mine')
    })
    await expect(work).rejects.toThrow(RangeError)
    expect((await pool.query('select 1 from settings')).rowCount).toBe(0)
    await pool.end()
  })

  test('that collides with another one is tried again', async () => {
    const pool = openPool({ databaseUrl: database.url, log: quietLog })
    const db = openDb(pool)
    await pool.query("insert into settings (key, value) values ('a', '0'), ('b', '0')")
    const both = (first: string, second: string) =>
      transaction(db, async (tx) => {
        await tx.execute(sql`update settings set value = '1' where key = ${first}`)
        await tx.execute(sql`select pg_sleep(0.2)`)
        await tx.execute(sql`update settings set value = '1' where key = ${second}`)
      })
    await Promise.all([both('a', 'b'), both('b', 'a')])
    await pool.end()
  })
})

describe('database errors', () => {
  const withCode = (code: string, text = 'no') => Object.assign(new Error(text), { code })

  test.each(['57P01', '57P03', '08006', '53300', '40001', '55P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])(
    '%s is worth another try',
    (code) => {
      expect(toStoreError(withCode(code), 'test')).toBeInstanceOf(RetryableError)
    },
  )

  test.each(['23505', '42P01', '22P02', '28P01', ''])('"%s" is not', (code) => {
    expect(toStoreError(withCode(code), 'test')).toMatchObject({
      name: FatalError.name,
      code: 'DB_FAILED',
      details: { sqlState: code },
    })
  })

  test('never carry the values of a statement', () => {
    const wrapped = Object.assign(new Error('Failed query: insert into t values ($1)\nparams: hunter2'), {
      cause: withCode('23505', 'duplicate key'),
    })
    const error = toStoreError(wrapped, 'test')
    expect([error.message, JSON.stringify(error), String(error.cause)].join()).not.toContain('hunter2')
  })
})
