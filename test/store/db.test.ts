import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, pingDatabase } from '../../runtime/store/db.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('the pool', () => {
  let database: TestDatabase
  beforeAll(async () => { database = await withDatabase() })
  afterAll(async () => { await database.drop() })

  test('answers a ping with the version', async () => {
    const pool = openPool({ databaseUrl: database.url, log })
    expect((await pingDatabase(pool)).version).toMatch(/^\d+/)
    await pool.end()
  })
})
