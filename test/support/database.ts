// A real, migrated, empty database for one test file: a clone of the template, gone afterwards.
// Must not be used to share rows between files.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import pg from 'pg'
import { inject } from 'vitest'
import { templateName } from './global-setup.ts'

export interface TestDatabase {
  url: string
  /** One statement outside the code under test. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

async function serverUrl(): Promise<string> {
  const port = inject('databaseDoor')
  return await new Promise((resolve, reject) => {
    let said = ''
    connect(port, '127.0.0.1')
      .on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      .on('error', reject)
      .on('close', () =>
        said.startsWith('postgres://') ? resolve(said) : reject(new Error(said || 'the test database did not start')),
      )
  })
}

async function asAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * For `beforeAll`; `drop` belongs into `afterAll`. `empty` gives a database without Heed's tables, for what makes its own
 * (the queue, the migration).
 */
export async function withDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(server, (client) =>
    client.query(`create database ${name} template ${options.empty ? 'template1' : templateName}`),
  )
  const url = server.replace(/\/heed$/, `/${name}`)
  return {
    url,
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      await asAdmin(url, async (client) => (await client.query<Row>(text, values)).rows),
    drop: async () => {
      await asAdmin(server, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}
