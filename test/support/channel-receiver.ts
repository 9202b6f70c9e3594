// The services behind the channels, on loopback: Telegram, Slack, Discord, ntfy, WeCom, DingTalk, Feishu, push services.
// Keeps what it was sent and can answer with trouble, slowly, or not at all.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedCall {
  method: string
  /** With query. */
  path: string
  headers: IncomingHttpHeaders
  raw: Buffer
  /** Of JSON bodies. */
  json: Record<string, unknown>
  /** Of multipart bodies: text, or the bytes of a file. */
  form: Record<string, string | Buffer>
}

export interface Behaviour {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  /** Never answers, or breaks the connection. */
  fault?: 'hang' | 'close'
  delayMs?: number
}

export interface ChannelReceiver {
  url: string
  received: ReceivedCall[]
  /** For the next requests, in order; afterwards each service's usual answer. */
  script(...behaviours: Behaviour[]): void
  stop(): Promise<void>
}

/** What each service says when all is well. */
function usual(path: string, url: string): Behaviour {
  if (path.startsWith('/bot')) return { body: { ok: true, result: { message_id: 1 } } }
  if (path === '/files.getUploadURLExternal')
    return { body: { ok: true, upload_url: `${url}/slack-upload`, file_id: 'F1' } }
  if (path === '/slack-upload') return { body: 'OK' }
  if (path.startsWith('/files.') || path.startsWith('/chat.')) return { body: { ok: true } }
  if (path.startsWith('/cgi-bin')) return { body: { errcode: 0, errmsg: 'ok' } }
  if (path.startsWith('/robot')) return { body: { errcode: 0, errmsg: 'ok' } }
  if (path.startsWith('/open-apis/auth/v3/tenant_access_token'))
    return { body: { code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200 } }
  if (path === '/open-apis/im/v1/images') return { body: { code: 0, msg: 'success', data: { image_key: 'img_v3_1' } } }
  if (path.startsWith('/open-apis')) return { body: { code: 0, msg: 'success', data: {} } }
  if (path.startsWith('/push/')) return { status: 201 }
  return { body: 'ok' }
}

export async function startChannelReceiver(): Promise<ChannelReceiver> {
  const received: ReceivedCall[] = []
  let plan: Behaviour[] = []
  let url = ''
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on(
      'end',
      () =>
        void readCall(request.headers, Buffer.concat(chunks)).then((body) => {
          const path = request.url ?? ''
          received.push({ method: request.method ?? '', path, headers: request.headers, ...body })
          const behaviour = plan.shift() ?? usual(path, url)
          if (behaviour.fault === 'hang') return
          if (behaviour.fault === 'close') return request.socket.destroy()
          if (behaviour.delayMs === undefined) return answer(response, behaviour)
          setTimeout(() => answer(response, behaviour), behaviour.delayMs)
        }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    received,
    script: (...behaviours) => {
      plan = behaviours
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function answer(response: ServerResponse, { status = 200, body = '', headers = {} }: Behaviour): void {
  const isText = typeof body === 'string'
  response
    .writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers })
    .end(isText ? body : JSON.stringify(body))
}

/** A body as its kind of content says. */
export async function readCall(
  headers: IncomingHttpHeaders,
  raw: Buffer,
): Promise<Pick<ReceivedCall, 'raw' | 'json' | 'form'>> {
  const type = headers['content-type'] ?? ''
  const json = type.includes('json') ? (JSON.parse(raw.toString('utf8')) as Record<string, unknown>) : {}
  const form: ReceivedCall['form'] = {}
  if (type.startsWith('multipart/')) {
    for (const [name, value] of await new Response(new Uint8Array(raw), {
      headers: { 'content-type': type },
    }).formData()) {
      form[name] = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer())
    }
  }
  return { raw, json, form }
}
