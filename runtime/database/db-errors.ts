// What a database error means: away for now (try again), or refused for good. The only place that reads Postgres codes.
// Never puts a statement's values into a message.
import { CodedError, FatalError, RetryableError, toError } from '../../nodes/contract/errors.ts'

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

// 08 connection, 25P03 a transaction left idle, 53 out of connections, memory or disk, 57P0 shutting down or starting up, 58 the system below.
// 25006 and 42501 are a standby and a right taken away: what waits to be written is worth more than a quick refusal.
const awayClasses = /^(08|53|57P0|58|25P0[34]|25006|42501)/

// pg gives these no code.
const awayTexts = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'is not queryable',
  'Cannot use a pool after calling end',
]

/** The database is there and takes no writing: by code, our code and the words that name what to change. */
const refusals: Record<string, readonly [string, string]> = {
  '25006': [
    'DB_READ_ONLY',
    'The database can only be read just now. Point DATABASE_URL at the primary, or turn default_transaction_read_only off',
  ],
  '42501': [
    'DB_RIGHTS',
    'The user in DATABASE_URL has lost the right to its tables. Make it the owner of the database again (ALTER DATABASE … OWNER TO …)',
  ],
  '53100': ['DB_FULL', "The database's disk is full. Make room on its machine"],
  '53200': [
    'DB_MEMORY',
    'The database has no memory left. Give its machine more, or lower shared_buffers and work_mem',
  ],
  '53300': ['DB_CONNECTIONS', 'The database takes no more connections. Raise max_connections in postgresql.conf'],
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The driver's own error: Drizzle wraps it in one whose message holds every value of the statement. */
export function driverError(thrown: unknown): Error {
  const error = toError(thrown)
  if (error.name !== 'DrizzleQueryError' && !error.message.startsWith('Failed query:')) return error
  return error.cause instanceof Error ? error.cause : new Error('The statement failed.')
}

/** True when the database cannot be reached or cannot work now, but may later. */
export function isDatabaseAway(thrown: unknown): boolean {
  const error = driverError(thrown)
  if (error instanceof AggregateError) return error.errors.every((each) => isDatabaseAway(each))
  const code = codeOf(error)
  if (socketCodes.has(code) || awayClasses.test(code)) return true
  return code === '' && awayTexts.some((text) => error.message.includes(text))
}

/** True when two transactions stood in each other's way and one was sent back. */
export function isCollision(thrown: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(driverError(thrown)))
}

/** True when a lock or a statement was not granted in time. */
export function isLockTimeout(thrown: unknown): boolean {
  return ['55P03', '57014'].includes(codeOf(driverError(thrown)))
}

/** True when a row that another one points at is gone: the flow was removed in the meantime. */
export function isOrphan(thrown: unknown): boolean {
  return codeOf(driverError(thrown)) === '23503'
}

/** What callers of the store see: our own errors as they are, the database's as RetryableError or FatalError. */
export function toStoreError(thrown: unknown, doing: string): Error {
  if (thrown instanceof CodedError) return thrown
  const cause = driverError(thrown)
  // Refused at several addresses at once, it has a code only.
  const words = cause.message || codeOf(cause)
  const refusal = refusals[codeOf(cause)]
  if (refusal) return new RetryableError(refusal[0], `${refusal[1]}.`, { cause })
  if (isDatabaseAway(thrown) || isCollision(thrown) || isLockTimeout(thrown)) {
    return new RetryableError(
      'DB_UNREACHABLE',
      `The database did not answer (${doing}): ${words}. It is tried again.`,
      { cause },
    )
  }
  return new FatalError('DB_FAILED', `The database refused a statement (${doing}): ${words}.`, {
    cause,
    details: { sqlState: codeOf(cause) },
  })
}

type Methods = Record<string, (...args: never[]) => Promise<unknown>>

/** The same methods, each of them failing only with our own errors. */
export function guarded<T extends { [Name in keyof T]: (...args: never[]) => Promise<unknown> }>(
  area: string,
  methods: T,
): T {
  const wrapped = Object.entries(methods as Methods).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await method(...args)
      } catch (thrown) {
        throw toStoreError(thrown, `${area}.${name}`)
      }
    },
  ])
  return Object.fromEntries(wrapped) as T
}
