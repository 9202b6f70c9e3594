// What Heed asks of a Postgres before it uses it: version, letters, rights, and connections that stay its own from one
// statement to the next. Says what to change in one sentence; changes nothing itself.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { FatalError, toError } from '../../nodes/contract/errors.ts'
import { toStoreError } from './db-errors.ts'

const leastVersion = 14
/** A server tells a listener within milliseconds; a pooler in the way never does. */
const noticeLimitMs = 5_000

const cure = 'Point DATABASE_URL at Postgres itself, past the pooler.'

function pooled(what: string, cause?: unknown): FatalError {
  return new FatalError(
    'DB_POOLED',
    `Something between Heed and its database (PgBouncer or the like) ${what}, and Heed needs connections of its own. ${cure}`,
    { cause },
  )
}

/** True for words of a pooler that refuses what a server would take. */
function isPoolerRefusal(thrown: unknown): boolean {
  return /unsupported startup parameter|statement pooling mode/i.test(toError(thrown).message)
}

/**
 * Throws FatalError DB_VERSION, DB_ENCODING, DB_READ_ONLY, DB_RIGHTS or DB_POOLED when this database cannot carry Heed, and
 * RetryableError DB_UNREACHABLE when it does not answer. Call it once the database is known to be up.
 */
export async function checkPostgres(databaseUrl: string): Promise<void> {
  const clients: pg.Client[] = []
  const connect = async (url = databaseUrl): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 15_000,
      application_name: 'heed check',
    })
    // Without a listener a connection that breaks ends the process.
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }
  try {
    const first = await connect()
    await checkServer(first)
    await checkSessions(first, await connect())
    await checkParameters(connect, databaseUrl)
  } catch (thrown) {
    if (isPoolerRefusal(thrown))
      throw pooled(`does not pass on what Heed asks for (${toError(thrown).message})`, thrown)
    throw toStoreError(thrown, 'looking at the database')
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
  }
}

interface Facts {
  number: number
  version: string
  encoding: string
  standby: boolean
  read_only: string
  may_create: boolean
  may_fill: boolean
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Facts>(`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
      current_setting('transaction_read_only') as read_only,
      has_database_privilege(current_database(), 'CREATE')
        or (select count(*) = 2 from pg_namespace where nspname in ('bullmq', 'drizzle')) as may_create,
      coalesce(has_schema_privilege('public', 'CREATE'), false) as may_fill`)
  const found = rows[0]
  if (!found) return
  if (found.number < leastVersion * 10_000)
    throw new FatalError(
      'DB_VERSION',
      `The database is Postgres ${found.version}, and Heed needs ${leastVersion} or newer. Update it, or point DATABASE_URL at a newer one.`,
    )
  if (found.encoding !== 'UTF8')
    throw new FatalError(
      'DB_ENCODING',
      `The database stores text as ${found.encoding}, which cannot hold every language. Make one with ENCODING 'UTF8' and point DATABASE_URL at it.`,
    )
  if (found.standby || found.read_only === 'on')
    throw new FatalError(
      'DB_READ_ONLY',
      `The database ${found.standby ? 'is a standby and' : ''} can only be read. Point DATABASE_URL at the primary, or turn default_transaction_read_only off.`.replace(
        '  ',
        ' ',
      ),
    )
  if (!found.may_create || !found.may_fill)
    throw new FatalError(
      'DB_RIGHTS',
      'The user in DATABASE_URL may not make the tables Heed needs. Make it the owner of the database (ALTER DATABASE … OWNER TO …), or name a user in DATABASE_URL who is.',
    )
}

/** Two connections, one of them in a transaction: a pooler lends the idle one's server connection to the other. */
async function checkSessions(idle: pg.Client, busy: pg.Client): Promise<void> {
  const channel = `heed_check_${randomBytes(6).toString('hex')}`
  let heard = false
  idle.on('notification', (notice) => {
    heard ||= notice.channel === channel
  })
  const pidOf = async (client: pg.Client): Promise<number> =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0
  const before = await pidOf(idle)
  await idle.query(`listen ${channel}`)
  await busy.query('begin')
  const other = await pidOf(busy)
  const after = await pidOf(idle)
  await busy.query('select pg_notify($1, $2)', [channel, ''])
  await busy.query('commit')
  if (before !== after || other === after || other === before)
    throw pooled('gives every transaction another connection')
  const untilMs = performance.now() + noticeLimitMs
  while (!heard && performance.now() < untilMs) {
    await idle.query('select 1')
    if (!heard) await sleep(50)
  }
  if (!heard) throw pooled('does not pass on what the database tells its listeners (LISTEN)')
  await idle.query(`unlisten ${channel}`)
}

/** The queue's tables lie in a schema of their own, which is asked for as the connection begins. */
async function checkParameters(connect: (url: string) => Promise<pg.Client>, databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl)
  const former = url.searchParams.get('options')
  url.searchParams.set('options', [former, '-c search_path=bullmq'].filter(Boolean).join(' '))
  const client = await connect(url.toString())
  const { rows } = await client.query<{ search_path: string }>('show search_path')
  if (rows[0]?.search_path !== 'bullmq')
    throw pooled('drops what a connection asks for as it begins (ignore_startup_parameters: options)')
}
