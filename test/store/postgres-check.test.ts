// What a database must be able to do is asked before anything is made in it, and what it cannot do is one sentence.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { toStoreError } from '../../runtime/database/db-errors.ts'
import { migrateDatabase } from '../../runtime/database/db.ts'
import { checkPostgres } from '../../runtime/database/postgres-check.ts'
import { createStore } from '../../runtime/compose-store.ts'
import { createWriteTrial } from '../../runtime/database/write-trial.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withTransactionPooler, type TransactionPooler } from '../support/transaction-pooler.ts'
import { quietLog } from './samples.ts'

/** Cuts all other connections too: what is open keeps the rules it began with. */
async function makeReadOnly(database: TestDatabase, isReadOnly: boolean): Promise<void> {
  const url = new URL(database.url)
  url.searchParams.set('options', '-c default_transaction_read_only=off')
  const client = new pg.Client({ connectionString: url.toString() })
  await client.connect()
  const name = url.pathname.slice(1)
  await client.query(
    isReadOnly
      ? `alter database ${name} set default_transaction_read_only = on`
      : `alter database ${name} reset default_transaction_read_only`,
  )
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
    [name],
  )
  await client.end()
}

describe('a database that Heed is to stand on', () => {
  let database: TestDatabase
  let pooler: TransactionPooler | undefined
  beforeAll(async () => {
    database = await withDatabase()
  })
  afterEach(async () => {
    await pooler?.close()
    pooler = undefined
    await makeReadOnly(database, false)
  })
  afterAll(() => database.drop())

  it('is taken when it can do the job', async () => {
    await expect(checkPostgres(database.url)).resolves.toBeUndefined()
  })

  it('is refused behind a pooler that gives every transaction another connection, with the setting to change', async () => {
    pooler = await withTransactionPooler(database.url)
    await expect(migrateDatabase(pooler.url, quietLog)).rejects.toMatchObject({
      name: 'FatalError',
      code: 'DB_POOLED',
      message: expect.stringContaining('DATABASE_URL at Postgres itself') as string,
    })
  })

  it('is refused when it can only be read, with the setting to change', async () => {
    await makeReadOnly(database, true)
    await expect(checkPostgres(database.url)).rejects.toMatchObject({
      code: 'DB_READ_ONLY',
      message: expect.stringContaining('default_transaction_read_only') as string,
    })
  })

  it('is refused when its text cannot hold every language', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_ascii`
    await database.query(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`)
    try {
      await expect(checkPostgres(database.url.replace(/[^/]+$/, name))).rejects.toMatchObject({ code: 'DB_ENCODING' })
    } finally {
      await database.query(`drop database ${name} with (force)`)
    }
  })

  it('is refused when its user may make no tables', async () => {
    const url = new URL(database.url)
    const user = `poor_${url.pathname.slice(6)}`
    await database.query(`create role ${user} login password 'x'`)
    url.username = user
    url.password = 'x'
    try {
      await expect(checkPostgres(url.toString())).rejects.toMatchObject({ code: 'DB_RIGHTS' })
    } finally {
      await database.query(`drop role ${user}`)
    }
  })
})

describe('a database that takes nothing more while Heed runs', () => {
  it('says so in the health, and says when it is well again', async () => {
    const database = await withDatabase()
    let nowMs = 1_000_000
    const store = await createStore({
      databaseUrl: database.url,
      secretKey: new Uint8Array(32),
      log: quietLog,
      nowMs: () => nowMs,
    })
    try {
      expect((await store.ping()).trouble).toBeUndefined()
      for (const isReadOnly of [true, false]) {
        await makeReadOnly(database, isReadOnly)
        // The first question meets the connection that was cut.
        await store.ping().catch(() => undefined)
        nowMs += 5_000
        await store.ping().catch(() => undefined)
        nowMs += 5_000
        const { trouble } = await store.ping()
        if (isReadOnly) expect(trouble).toContain('can only be read')
        else expect(trouble).toBeUndefined()
      }
    } finally {
      await store.close()
      await database.drop()
    }
  })

  it.each([
    ['25006', 'DB_READ_ONLY'],
    ['42501', 'DB_RIGHTS'],
    ['53100', 'DB_FULL'],
    ['53200', 'DB_MEMORY'],
  ])('is tried again after %s, so that no alert is given up', (sqlState, code) => {
    const error = toStoreError(Object.assign(new Error('refused'), { code: sqlState }), 'writing')
    expect(error).toBeInstanceOf(RetryableError)
    expect(error).toMatchObject({ code })
  })

  it('is asked with one write in five seconds at most', async () => {
    let nowMs = 0
    let writes = 0
    const trial = createWriteTrial({ set: async () => void writes++ }, () => nowMs)
    for (; nowMs < 10_000; nowMs += 100) await trial()
    expect(writes).toBe(2)
  })
})
