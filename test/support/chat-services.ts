// Telegram, Slack, Discord and ntfy on loopback, as their public APIs are described: each keeps its messages as a person sees them,
// gives them numbers, changes the one that is named, and refuses to change what it does not have.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readCall, type ReceivedCall } from './channel-receiver.ts'

export type Service = 'telegram' | 'slack' | 'discord' | 'ntfy'

export interface ShownMessage {
  id: string
  text: string
  picture?: Buffer
  /** How often it was changed after it was told. */
  changes: number
}

export interface ChatServices {
  url: string
  /** What stands in each chat now, oldest first. */
  shown: Record<Service, ShownMessage[]>
  stop(): Promise<void>
}

type Call = Omit<ReceivedCall, 'headers'> & { headers: Record<string, unknown>; url: URL }
type Answer = { status?: number; body: unknown }

/** A number that each service gives in its own way. */
function numbering(): () => number {
  let last = 4000
  return () => ++last
}

function telegramOf(shown: ShownMessage[], next: () => number): (call: Call) => Answer {
  const no = (description: string): Answer => ({ status: 400, body: { ok: false, error_code: 400, description } })
  const said = (id: string): Answer => ({ body: { ok: true, result: { message_id: Number(id), chat: { id: 42 } } } })
  return ({ url, json, form }) => {
    const method = url.pathname.split('/').at(-1)
    if (String(json.chat_id ?? form.chat_id) !== '42') return no('Bad Request: chat not found')
    if (method === 'sendMessage' || method === 'sendPhoto') {
      const id = String(next())
      const picture = form.photo instanceof Buffer ? { picture: form.photo } : {}
      shown.push({ id, text: String(json.text ?? form.caption), ...picture, changes: 0 })
      return said(id)
    }
    const message = shown.find(({ id }) => id === String(json.message_id))
    if (!message) return no('Bad Request: message to edit not found')
    if ((method === 'editMessageCaption') !== (message.picture !== undefined))
      return no(
        `Bad Request: there is no ${method === 'editMessageCaption' ? 'caption' : 'text'} in the message to edit`,
      )
    const text = String(json.caption ?? json.text)
    if (text === message.text) return no('Bad Request: message is not modified')
    message.text = text
    message.changes++
    return said(message.id)
  }
}

function slackOf(shown: ShownMessage[], next: () => number, place: () => string): (call: Call) => Answer {
  const files = new Map<string, { bytes: Buffer; ts?: string }>()
  const no = (error: string): Answer => ({ body: { ok: false, error } })
  const methods: Record<string, (call: Call) => Answer> = {
    'files.getUploadURLExternal': () => {
      const id = `F${next()}`
      return { body: { ok: true, upload_url: `${place()}/slack-upload/${id}`, file_id: id } }
    },
    'files.completeUploadExternal': ({ json }) => {
      const [first] = json.files as { id: string }[]
      const file = files.get(first?.id ?? '')
      if (!file) return no('file_not_found')
      file.ts = `1700000000.${next()}`
      shown.push({ id: file.ts, text: String(json.initial_comment), picture: file.bytes, changes: 0 })
      return { body: { ok: true, files: json.files } }
    },
    'files.info': ({ raw }) => {
      const ts = files.get(new URLSearchParams(raw.toString('utf8')).get('file') ?? '')?.ts
      return ts === undefined
        ? no('file_not_found')
        : { body: { ok: true, file: { shares: { public: { C0123456: [{ ts }] } } } } }
    },
    'chat.postMessage': ({ json }) => {
      const ts = `1700000000.${next()}`
      shown.push({ id: ts, text: String(json.text), changes: 0 })
      return { body: { ok: true, channel: json.channel, ts } }
    },
    'chat.update': ({ json }) => {
      const message = shown.find(({ id }) => id === json.ts)
      if (!message || json.channel !== 'C0123456') return no('message_not_found')
      message.text = String(json.text)
      message.changes++
      return { body: { ok: true, channel: json.channel, ts: json.ts } }
    },
  }
  return (call) => {
    const [, upload] = /\/slack-upload\/(\w+)$/.exec(call.url.pathname) ?? []
    if (upload !== undefined) {
      files.set(upload, { bytes: call.raw })
      return { body: 'OK' }
    }
    if (call.headers.authorization !== 'Bearer xoxb-1') return no('invalid_auth')
    return methods[call.url.pathname.split('/').at(-1) ?? '']?.(call) ?? no('unknown_method')
  }
}

function discordOf(shown: ShownMessage[], next: () => number): (call: Call) => Answer {
  return ({ method, url, json, form }) => {
    const posted = typeof form.payload_json === 'string' ? (JSON.parse(form.payload_json) as Call['json']) : json
    if (method === 'PATCH') {
      const message = shown.find(({ id }) => url.pathname.endsWith(`/messages/${id}`))
      if (!message) return { status: 404, body: { message: 'Unknown Message', code: 10_008 } }
      message.text = String(posted.content)
      message.changes++
      return { body: { id: message.id } }
    }
    const id = `11${next()}`
    const picture = form['files[0]'] instanceof Buffer ? { picture: form['files[0]'] } : {}
    shown.push({ id, text: String(posted.content), ...picture, changes: 0 })
    // Without `wait` it answers before there is a message, and with nothing.
    return url.searchParams.get('wait') === 'true' ? { body: { id } } : { status: 204, body: '' }
  }
}

function ntfyOf(shown: ShownMessage[], next: () => number): (call: Call) => Answer {
  const plain = (header: unknown): string =>
    Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(String(header))?.[1] ?? '', 'base64').toString('utf8')
  return ({ method, headers, json, raw }) => {
    const id = `n${next()}`
    const earlier = shown.find((message) => message.id === json.sequence_id)
    if (earlier) {
      // The later one takes its place on every phone; it has no picture unless it brings one.
      earlier.text = String(json.message)
      earlier.changes++
    } else if (method === 'PUT') shown.push({ id, text: plain(headers.message), picture: raw, changes: 0 })
    else shown.push({ id, text: String(json.message), changes: 0 })
    return { body: { id, event: 'message', topic: 'grandma' } }
  }
}

/** All four under one address; each one's part of it is its name. */
export async function startChatServices(): Promise<ChatServices> {
  const shown: ChatServices['shown'] = { telegram: [], slack: [], discord: [], ntfy: [] }
  const next = numbering()
  let base = ''
  const services: Record<Service, (call: Call) => Answer> = {
    telegram: telegramOf(shown.telegram, next),
    slack: slackOf(shown.slack, next, () => `${base}/slack`),
    discord: discordOf(shown.discord, next),
    ntfy: ntfyOf(shown.ntfy, next),
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void readCall(request.headers, Buffer.concat(chunks)).then((body) => {
        const url = new URL(request.url ?? '/', base)
        const service = services[url.pathname.split('/')[1] as Service]
        const call = { method: request.method ?? '', path: request.url ?? '', url, headers: request.headers, ...body }
        const { status = 200, body: answer } = service(call)
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(status === 204 ? undefined : JSON.stringify(answer))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: base,
    shown,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
