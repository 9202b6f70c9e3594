// Every error Heed raises. A code is AREA_WHAT and stands in runtime/README.md.
// The message says what was wrong, where, and what to do; never a secret.
import { z } from 'zod'

/** One thing wrong with a flow, placed where the person can see it. */
export const ProblemSchema = z.object({
  node: z.string().nullable(),
  port: z.string().nullable(),
  /** Path into the node's config, dotted: `url`, `polygons.0.x`. */
  field: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
})
export type Problem = z.infer<typeof ProblemSchema>
export type Severity = Problem['severity']

export interface ErrorOptionsWithDetails {
  cause?: unknown
  details?: Record<string, unknown>
}

export class CodedError extends Error {
  readonly code: string
  readonly details: Record<string, unknown>

  constructor(code: string, message: string, options: ErrorOptionsWithDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.details = options.details ?? {}
  }
}

/** What the caller sent cannot be read. HTTP 400. */
export class BadRequestError extends CodedError {}

/** A flow that cannot be deployed. HTTP 422, with every problem at once. */
export class FlowInvalidError extends CodedError {
  readonly problems: Problem[]

  constructor(code: string, message: string, problems: Problem[], options: ErrorOptionsWithDetails = {}) {
    super(code, message, options)
    this.problems = problems
  }
}

/** HTTP 404. */
export class NotFoundError extends CodedError {}

/** HTTP 409: somebody else changed it first, or it exists already. */
export class ConflictError extends CodedError {}

/** HTTP 401 (no or wrong credentials) or 403 (known, but not allowed: `details.status`). */
export class AuthError extends CodedError {}

/** Worth another try. `retryAfterMs` is the other side's wish, where it said one. */
export class RetryableError extends CodedError {
  readonly retryAfterMs: number | undefined

  constructor(code: string, message: string, options: ErrorOptionsWithDetails & { retryAfterMs?: number } = {}) {
    super(code, message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Another try would fail the same way. */
export class FatalError extends CodedError {}

/** Somebody asked for a stop: not a failure. */
export class StoppedError extends CodedError {
  /** Not even what is on its way may be waited for. */
  readonly isAtOnce: boolean
  /** A person asked for it, or whoever waited; no other reason was named. */
  readonly isOnRequest: boolean

  constructor(reason?: string, options: { isAtOnce?: boolean } = {}) {
    super('RUN_STOPPED', reason ?? 'Stopped on request.')
    this.isOnRequest = reason === undefined
    this.isAtOnce = options.isAtOnce ?? false
  }
}

/** A broken invariant of our own; ends the session. */
export class BugError extends CodedError {
  constructor(message: string, options: ErrorOptionsWithDetails = {}) {
    super('BUG_INVARIANT', message, options)
  }
}

/** True for our own stop and for an aborted wait: neither is a failure. */
export function isStopped(error: unknown): boolean {
  return error instanceof StoppedError || (error instanceof Error && error.name === 'AbortError')
}

/** Any thrown value as an Error, for the one place that catches it. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
