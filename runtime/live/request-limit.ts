// How often something may be asked for over HTTP: the one limiter of all routes. Says how long to wait; never waits itself.
import type { Request, RequestHandler } from 'express'
import { rateLimit, type Store } from 'express-rate-limit'
import { RetryableError } from '../../nodes/contract/errors.ts'

export interface RequestLimit {
  most: number
  perMs: number
  /** What is counted together; default: the address that asks. */
  by?(request: Request): string
  /** What is thrown when it is one too many. */
  refuse(waitMs: number): Error
}

const mostKeys = 1000

/** At most `most` in `perMs`, counted from the first of them; stands before the route's own handler. */
export function limitRequests(nowMs: () => number, { most, perMs, by, refuse }: RequestLimit): RequestHandler {
  const store = countOnClock(nowMs, perMs)
  return rateLimit({
    windowMs: perMs,
    limit: most,
    standardHeaders: false,
    legacyHeaders: false,
    store,
    ...(by ? { keyGenerator: by } : {}),
    handler: (request) => {
      const { resetTime } = (request as Request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {}
      throw refuse(resetTime ? Math.max(1, resetTime.getTime() - nowMs()) : perMs)
    },
  })
}

/** More than a person types, and enough for a script that switches a few nodes. */
const messages = { most: 30, perMs: 10_000 }

/** Before a route of a flow (`:id`) that takes messages. Throws RetryableError ASK_TOO_MANY. */
export function limitMessages(nowMs: () => number): RequestHandler {
  return limitRequests(nowMs, {
    ...messages,
    by: ({ params }) => String(params.id),
    refuse: (waitMs) =>
      new RetryableError(
        'ASK_TOO_MANY',
        `Too many messages for one flow: at most ${messages.most} in ${messages.perMs / 1000} s. Wait ${Math.ceil(waitMs / 1000)} s.`,
        { retryAfterMs: waitMs, details: { status: 429 } },
      ),
  })
}

/** The library's own store reads the wall clock; this one reads ours, and its memory is bounded. */
function countOnClock(nowMs: () => number, perMs: number): Store {
  const counts = new Map<string, { totalHits: number; sinceMs: number }>()
  return {
    localKeys: true,
    increment: (key) => {
      const now = nowMs()
      let known = counts.get(key)
      // A clock that was set back begins a new window.
      if (!known || now - known.sinceMs >= perMs || now < known.sinceMs) {
        counts.delete(key)
        if (counts.size >= mostKeys) counts.delete(counts.keys().next().value ?? '')
        known = { totalHits: 0, sinceMs: now }
        counts.set(key, known)
      }
      known.totalHits++
      return { totalHits: known.totalHits, resetTime: new Date(known.sinceMs + perMs) }
    },
    decrement: (key) => {
      const known = counts.get(key)
      if (known && known.totalHits > 0) known.totalHits--
    },
    resetKey: (key) => void counts.delete(key),
  }
}
