// Tells a backend that is away from a fault of ours, and reports errors without flooding the log. Must never throw.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import { within } from '../time-limit.ts'

// Refused, reset, gone, shutting down, starting up, too many connections: all of them pass.
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  // A database that can only be read just now, or has no room: it is there, and takes the work later.
  '25006',
  '53100',
  '53200',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  'QUEUE_UNREACHABLE',
])
const awayWords =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|not queryable|Connection is closed|ECONNREFUSED|ECONNRESET|LOADING Redis/i

/** True when the other side cannot be reached just now: worth another try, nothing to repair. */
export function isAway(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (typeof code === 'string' && awayCodes.has(code)) || awayWords.test(toError(error).message)
}

/** What Redis refuses with: its words in ours, and whether it is merely full, which passes by itself once there is room. */
export interface RedisRefusal {
  words: string
  isFull: boolean
}

const refusals: readonly (readonly [shape: RegExp, words: string, isFull?: boolean])[] = [
  [
    /^OOM/,
    'Redis is full (maxmemory). Raise maxmemory in redis.conf, or free memory: nothing can be queued until then.',
    true,
  ],
  [
    /^MISCONF/,
    'Redis cannot save to its disk and takes nothing more. Make room on the disk named by "dir" in redis.conf.',
    true,
  ],
  [/^READONLY/, 'This Redis is a replica and can only be read. Point REDIS_URL at the primary.'],
  [
    /^NOPERM/,
    'The user in REDIS_URL may not do what the queue needs. Give it the rights ~heed:* &* +@all (ACL SETUSER).',
  ],
  [/^(NOAUTH|WRONGPASS)/, 'Redis does not take the user name or password in REDIS_URL. Put the right ones there.'],
  [/^NOREPLICAS/, 'Redis waits for its replicas and takes nothing. Bring them back, or lower min-replicas-to-write.'],
]

/** What Redis's own refusal means, in words that name the setting; undefined when it is none of those known. */
export function redisRefusal(thrown: unknown): RedisRefusal | undefined {
  // From within a script the code stands behind other words.
  const text = toError(thrown).message.replace(/^.*?\b(?=(?:OOM|MISCONF|READONLY|NOPERM|NOREPLICAS) )/, '')
  const found = refusals.find(([shape]) => shape.test(text))
  return found && { words: found[1], isFull: found[2] === true }
}

/** The error for a queue backend that cannot be reached. */
export function unreachable(what: string, cause: unknown): RetryableError {
  return new RetryableError(
    'QUEUE_UNREACHABLE',
    `${what} cannot be reached: ${toError(cause).message}. It is tried again; check that it runs.`,
    { cause },
  )
}

/** Resolves or rejects as `promise` does, or rejects with QUEUE_UNREACHABLE after `limitMs`; never leaves a rejection unhandled. */
export function answerOf<T>(promise: Promise<T>, limitMs: number, clock: Clock, what: string): Promise<T> {
  return within(promise, { ms: limitMs, clock }, (): never => {
    throw unreachable(what, `no answer within ${limitMs} ms`)
  })
}

export type ReportError = (error: unknown) => void

/** A listener for `error` events: one line at most every five seconds, with the count of those kept back. */
export function createReporter(log: Log, clock: Pick<Clock, 'nowMs'>, fields: Record<string, unknown>): ReportError {
  let quietUntilMs = 0
  let kept = 0
  return (error) => {
    const now = clock.nowMs()
    if (now < quietUntilMs) {
      kept += 1
      return
    }
    quietUntilMs = now + 5_000
    const trouble = toError(error)
    const details = { ...fields, ...(kept > 0 ? { alike: kept } : {}), error: trouble.message }
    kept = 0
    const known = redisRefusal(error)
    if (known !== undefined) log.warn(details, known.words)
    else if (isAway(error)) log.warn(details, 'The queue backend is away; trying again.')
    else log.error({ ...details, stack: trouble.stack }, 'The queue reported an error.')
  }
}
