// The only place that turns a thrown value into an HTTP answer. Never shows a stack, a statement or another's words
// about our insides to a client: what is not one of our own errors becomes INTERNAL and is logged under its request id.
import type { ErrorRequestHandler } from 'express'
import type { Log } from '../../nodes/contract/capabilities.ts'
import {
  AuthError,
  BadRequestError,
  CodedError,
  ConflictError,
  FatalError,
  FlowInvalidError,
  isStopped,
  NotFoundError,
  RetryableError,
  toError,
} from '../../nodes/contract/errors.ts'
import type { Problem } from '../../nodes/contract/errors.ts'

export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: { error: { code: string; message: string; problems: Problem[]; requestId: string } }
}

const statusByClass: readonly (readonly [new (...args: never[]) => CodedError, number])[] = [
  [BadRequestError, 400],
  [AuthError, 401],
  [NotFoundError, 404],
  [ConflictError, 409],
  [FlowInvalidError, 422],
  [RetryableError, 503],
]

/** What express and its body parser throw, in our words. */
function fromExpress(error: Error & { type?: unknown; status?: unknown }): CodedError | undefined {
  switch (error.type) {
    case 'entity.too.large':
      return new BadRequestError(
        'HTTP_BODY_TOO_LARGE',
        'The request is larger than this address takes (2 MB of JSON). Send less, or upload clips to /api/media.',
        { details: { status: 413 } },
      )
    case 'entity.parse.failed':
      return new BadRequestError(
        'HTTP_JSON_INVALID',
        'The body of the request is not JSON that can be read. Check its brackets, commas and quotes.',
      )
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new BadRequestError(
        'HTTP_ENCODING_UNKNOWN',
        'The body of the request is encoded in a way that is not read here. Send plain JSON in UTF-8.',
        { details: { status: 415 } },
      )
  }
  if (typeof error.status !== 'number' || error.status < 400 || error.status > 499) return undefined
  return new BadRequestError('HTTP_REQUEST_INVALID', 'The request cannot be read. Check its address and its headers.')
}

function toCodedError(thrown: unknown): CodedError | undefined {
  if (isStopped(thrown))
    return new RetryableError('HTTP_STOPPING', 'Heed is stopping. Try again once it is back.', { retryAfterMs: 2000 })
  if (!(thrown instanceof Error)) return undefined
  if (!(thrown instanceof CodedError)) return fromExpress(thrown)
  // A statement that the database refused is our mistake, and its words are not for clients.
  return thrown instanceof FatalError && thrown.code.startsWith('DB_') ? undefined : thrown
}

function statusOf(error: CodedError): number {
  const wanted = error.details.status
  if (typeof wanted === 'number' && Number.isInteger(wanted) && wanted >= 400 && wanted <= 599) return wanted
  return statusByClass.find(([type]) => error instanceof type)?.[1] ?? 500
}

function problemsOf(error: CodedError): Problem[] {
  if (error instanceof FlowInvalidError) return error.problems
  return error instanceof BadRequestError && Array.isArray(error.details.problems)
    ? (error.details.problems as Problem[])
    : []
}

/** Status, headers and the envelope for anything thrown. */
export function answerError(thrown: unknown, requestId: string): ErrorAnswer {
  const error = toCodedError(thrown)
  const known = error !== undefined && error.code !== 'BUG_INVARIANT'
  const status = known ? statusOf(error) : 500
  const headers: Record<string, string> = {}
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
  const retryAfterMs = error instanceof RetryableError ? (error.retryAfterMs ?? 2000) : error?.details.retryAfterMs
  if (known && typeof retryAfterMs === 'number')
    headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  const body = known
    ? { code: error.code, message: error.message, problems: problemsOf(error), requestId }
    : {
        code: 'INTERNAL',
        message: `Heed made a mistake and wrote it to its log under ${requestId}. Try again; if it stays, report that line.`,
        problems: [],
        requestId,
      }
  return { status, headers, body: { error: body } }
}

/** Says in the log what a client is not told. */
export function logError(log: Log, thrown: unknown, answer: ErrorAnswer): void {
  if (answer.status < 500) return
  const error = toError(thrown)
  const fields = {
    requestId: answer.body.error.requestId,
    code: error instanceof CodedError ? error.code : answer.body.error.code,
    err: error,
  }
  if (answer.status === 503) log.warn({ ...fields, err: error.message }, 'request refused for now')
  else log.error(fields, 'request failed')
}

/** Express's last stop. */
export function writeErrors(log: Log): ErrorRequestHandler {
  return (thrown, _request, response, _next) => {
    const answer = answerError(thrown, String(response.locals.requestId ?? ''))
    // Of the request itself Node says so once its body is read.
    if (!response.destroyed || answer.status === 413) logError(log, thrown, answer)
    response.locals.errorCode = answer.body.error.code
    // Half an answer is on its way: the only honest end is a broken connection.
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.status(answer.status).set(answer.headers).json(answer.body)
  }
}
