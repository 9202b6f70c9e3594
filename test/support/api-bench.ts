// The API on a real listening socket, and a client that sees every header. Must be stopped by the test that starts it.
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createApp } from '../../runtime/http/app.ts'
import type { Api } from '../../runtime/http/app.ts'
import type { ApiDeps } from '../../runtime/http/api-deps.ts'
import { createHttpServer } from '../../runtime/http/http-server.ts'
import { assertDescribed } from './described-answer.ts'

export interface Answer<T = unknown> {
  status: number
  headers: IncomingHttpHeaders
  body: T
  bytes: Buffer
}

export interface CallOptions {
  body?: unknown
  headers?: Record<string, string>
  /** `token` (default) sends the bearer, `none` nothing, anything else is a session's cookie. */
  as?: 'token' | 'none' | { cookie: string }
}

export interface ApiBench {
  api: Api
  port: number
  url: string
  call<T = unknown>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>
  /** An answer that goes on: the caller reads and destroys it. */
  open(path: string, options?: CallOptions): Promise<IncomingMessage>
  /** Makes the owner, or signs in again; gives the session's cookie. */
  signIn(password?: string): Promise<{ cookie: string }>
  stop(): Promise<void>
}

export const ownerPassword = 'three words together'

function headersFor(
  options: CallOptions,
  token: string | undefined,
  payload: Buffer | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { ...options.headers }
  const as = options.as ?? 'token'
  if (as === 'token') headers.authorization ??= `Bearer ${token ?? ''}`
  else if (as !== 'none') headers.cookie = as.cookie
  if (payload !== undefined) {
    headers['content-type'] ??= 'application/json'
    headers['content-length'] ??= String(payload.length)
  }
  return headers
}

/** Starts the app on a port of its own. */
export async function startApi(deps: ApiDeps): Promise<ApiBench> {
  const api = createApp(deps, { passwordCost: { logN: 10, r: 8, p: 1 } })
  const server = createHttpServer(api, deps)
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${port}`
  let hasOwner = false

  // node:http and not fetch, which would refuse to send Host, Origin and Cookie.
  const open = (method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const payload =
        options.body === undefined
          ? undefined
          : Buffer.isBuffer(options.body)
            ? options.body
            : Buffer.from(typeof options.body === 'string' ? options.body : JSON.stringify(options.body))
      const outgoing = httpRequest(
        { host: '127.0.0.1', port, method, path, headers: headersFor(options, deps.token, payload), agent: false },
        resolve,
      )
      outgoing.on('error', reject)
      outgoing.end(payload)
    })

  const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    const answer = await open(method, path, options)
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const isJson = (answer.headers['content-type'] ?? '').includes('json') && bytes.length > 0
    const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString()
    const status = answer.statusCode ?? 0
    if (isJson) assertDescribed(method, path, status, body)
    return { status, headers: answer.headers, body: body as T, bytes }
  }

  return {
    api,
    port,
    url,
    call,
    open: (path, options) => open('GET', path, options),
    signIn: async (password = ownerPassword) => {
      const link = hasOwner ? undefined : new URL(api.createSignInLink()).searchParams.get('token')
      const answer = await call('POST', link ? '/api/sign-in/claim' : '/api/sign-in', {
        as: 'none',
        body: link ? { token: link, password } : { password },
      })
      if (answer.status !== 200) throw new Error(`signing in answered ${answer.status}: ${answer.bytes.toString()}`)
      hasOwner = true
      return { cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? '' }
    },
    stop: () => server.close(),
  }
}
