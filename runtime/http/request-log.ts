// Gives every request an id and says once, when it is over, how it went. Never logs a query, a body, a header, or a
// request that comes every second (pictures, health, files): those are only counted.
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { callerOf } from '../live/index.ts'
import type { ApiDeps } from './api-deps.ts'

const idPattern = /^[A-Za-z0-9._-]{1,64}$/
const quietPaths =
  /^\/metrics$|^\/api\/(health|me)$|^\/api\/streams\/[^/]+\/(frame|live)$|^\/api\/events\/[^/]+\/frame$|^(?!\/api(\/|$))/

/** A client's own id is kept where it is one; otherwise a new one is made. */
export function readRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && idPattern.test(given) ? given : randomUUID()
}

/** The pattern of the route, so that a counter has as many lines as the API has routes. */
function routeOf(request: Request, response: Response): string {
  const pattern: unknown = (request.route as { path?: unknown } | undefined)?.path
  return typeof pattern === 'string' ? `${String(response.locals.mountPath ?? '')}${pattern}` : 'none'
}

/** Inside a mounted router: once the answer is through, express has forgotten where that was. */
export const rememberMountPath: RequestHandler = (request, response, next) => {
  response.locals.mountPath = request.baseUrl
  next()
}

function report(deps: ApiDeps, request: Request, response: Response, startMs: number): void {
  const ms = Math.max(0, deps.nowMs() - startMs)
  // The token of a message's link is as good as the button behind it.
  const path = (request.originalUrl.split('?', 1)[0] ?? '').replace(/^(\/api\/acknowledge\/)[^/]+/, '$1…')
  const status = response.statusCode
  deps.observeRequest?.({ method: request.method, route: routeOf(request, response), status, ms })
  const isQuiet = status < 400 && quietPaths.test(path)
  if (isQuiet) return
  deps.log.info(
    {
      requestId: response.locals.requestId,
      method: request.method,
      path: path.slice(0, 200),
      status,
      ms,
      by: callerOf(response)?.by ?? null,
      code: response.locals.errorCode,
      ...(response.writableFinished ? {} : { aborted: true }),
    },
    'request',
  )
}

/** First in line: sets `x-request-id` and reports when the answer is through or the client is gone. */
export function logRequests(deps: ApiDeps): RequestHandler {
  return (request, response, next) => {
    const startMs = deps.nowMs()
    const id = readRequestId(request.headers['x-request-id'])
    response.locals.requestId = id
    response.setHeader('X-Request-Id', id)
    response.once('close', () => report(deps, request, response, startMs))
    next()
  }
}
