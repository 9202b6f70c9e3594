// A double of plain OpenAI-compatible vision servers: stateless, counts tokens and refuses what is longer than its context, as
// vLLM does. In this process as an HttpPort, or on a socket. Written apart from Heed's own counting.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'

export type OpenaiFault = 'hang' | 'close' | 'nonsense' | 'error' | 'loading' | 'no-model' | 'blind' | null

export interface ShownRequest {
  model: string
  system: string
  /** Text parts of the user message, pictures left out. */
  texts: string[]
  images: { width: number; height: number }[]
  maxTokens: number
  tokens: number
  bytes: number
  isSummary: boolean
}

export interface FakeOpenaiOptions {
  contextTokens?: number
  models?: string[]
  apiKey?: string
  /** What a picture costs; by its area, as the model's authors measured, unless told. */
  imageTokens?(width: number, height: number): number
  /** How it refuses what is too long, where that is not vLLM's way. */
  refusal?(contextTokens: number): { status: number; body: unknown }
  /** It does not tell what a request cost. */
  hasNoUsage?: boolean
  /** Beside what it prints: thoughts of their own, why it stopped. */
  beside?: { message?: Record<string, unknown>; finish_reason?: string }
  /** What the model prints; `</silence>` unless told. */
  answer?(request: ShownRequest): string
  keep?: number
}

export interface FakeOpenai {
  /** The newest ones, at most `keep`. */
  requests: ShownRequest[]
  count: number
  refused: number
  most: { tokens: number; bytes: number; images: number }
  fault: OpenaiFault
  contextTokens: number
  http: HttpPort
  /** Serves on a free port of this machine. */
  listen(): Promise<{ url: string; stop(): Promise<void> }>
}

interface Part {
  type: string
  text?: string
  image_url?: { url: string }
}
interface Body {
  model?: unknown
  max_tokens?: number
  messages?: { role: string; content: string | Part[] }[]
}
type Answer = { status: number; text: string }

/** The least that has a size: start, one frame header, end; padded as a real picture would be. */
export function sizedJpeg(width: number, height: number, padding = 0): Uint8Array {
  const head = Buffer.from([
    0xff,
    0xd8,
    0xff,
    0xc0,
    0,
    11,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    1,
    1,
    0x11,
    0,
  ])
  return Buffer.concat([head, Buffer.alloc(padding, 7), Buffer.from([0xff, 0xd9])])
}

function sizeOf(url: string): { width: number; height: number } {
  const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
  const at = [0xc0, 0xc2].map((marker) => bytes.indexOf(Buffer.from([0xff, marker]))).find((index) => index >= 0)
  return at === undefined
    ? { width: 0, height: 0 }
    : { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
}

const json = (status: number, value: unknown): Answer => ({ status, text: JSON.stringify(value) })

/** A server that keeps nothing between two requests. */
export function fakeOpenai(options: FakeOpenaiOptions = {}): FakeOpenai {
  const imageTokens = options.imageTokens ?? ((width, height) => Math.max(72, Math.round((width * height) / 1024) + 2))
  const models = options.models ?? ['qwen-vl']

  function read(body: Body, bytes: number): ShownRequest {
    const parts = (body.messages ?? [])
      .filter(({ role }) => role === 'user')
      .flatMap(({ content }): Part[] => (typeof content === 'string' ? [{ type: 'text', text: content }] : content))
    const system = (body.messages ?? [])
      .filter(({ role }) => role === 'system')
      .map(({ content }) => String(content))
      .join('\n')
    const texts = parts.flatMap(({ text, type }) => (type === 'text' ? [text ?? ''] : []))
    const images = parts.flatMap(({ image_url: image }) => (image ? [sizeOf(image.url)] : []))
    const tokens =
      Math.ceil([system, ...texts].reduce((sum, text) => sum + text.length, 0) / 4) +
      images.reduce((sum, { width, height }) => sum + imageTokens(width, height), 0) +
      20
    return {
      model: String(body.model),
      system,
      texts,
      images,
      maxTokens: body.max_tokens ?? 0,
      tokens,
      bytes,
      isSummary: system === '',
    }
  }

  function answer(path: string, text: string, headers: Record<string, string>): Answer {
    if (options.apiKey && headers.authorization !== `Bearer ${options.apiKey}`)
      return json(401, { error: { message: 'Unauthorized' } })
    if (path === '/v1/models')
      return json(200, {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', max_model_len: fake.contextTokens })),
      })
    if (path !== '/v1/chat/completions') return json(404, { detail: 'Not Found' })
    if (fake.fault === 'nonsense') return { status: 200, text: '<html>It works!</html>' }
    if (fake.fault === 'error') return json(500, { error: { message: 'EngineCore died.' } })
    if (fake.fault === 'loading') return json(503, { error: { message: 'Loading model', code: 503 } })
    const shown = read(JSON.parse(text) as Body, text.length)
    fake.count++
    fake.requests.push(shown)
    if (fake.requests.length > (options.keep ?? 200)) fake.requests.shift()
    if (fake.fault === 'no-model' || !models.includes(shown.model))
      return json(404, {
        error: { message: `The model \`${shown.model}\` does not exist.`, type: 'NotFoundError', code: 404 },
      })
    if (shown.tokens + shown.maxTokens > fake.contextTokens) {
      fake.refused++
      const own = options.refusal?.(fake.contextTokens)
      return own
        ? json(own.status, own.body)
        : json(400, {
            error: {
              message: `This model's maximum context length is ${fake.contextTokens} tokens. However, you requested ${shown.tokens + shown.maxTokens} tokens.`,
              type: 'BadRequestError',
              code: 400,
            },
          })
    }
    fake.most = {
      tokens: Math.max(fake.most.tokens, shown.tokens + shown.maxTokens),
      bytes: Math.max(fake.most.bytes, shown.bytes),
      images: Math.max(fake.most.images, shown.images.length),
    }
    const content = shown.texts.some((each) => each.includes('What colour'))
      ? fake.fault === 'blind'
        ? 'I see no picture.'
        : 'Red.'
      : (options.answer?.(shown) ?? (shown.isSummary ? 'Nothing much happened.' : '</silence>'))
    return json(200, {
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, ...options.beside?.message },
          finish_reason: options.beside?.finish_reason ?? 'stop',
        },
      ],
      ...(options.hasNoUsage ? {} : { usage: { prompt_tokens: shown.tokens, completion_tokens: 5 } }),
    })
  }

  const fake: FakeOpenai = {
    requests: [],
    count: 0,
    refused: 0,
    most: { tokens: 0, bytes: 0, images: 0 },
    fault: null,
    contextTokens: options.contextTokens ?? 8192,
    http: {
      request: async ({ url, body, headers = {} }) => {
        if (fake.fault === 'hang') throw new RetryableError('HTTP_TIMEOUT', 'It did not answer.')
        if (fake.fault === 'close') throw new RetryableError('HTTP_UNREACHABLE', 'It refused the connection.')
        return { headers: {}, ...answer(new URL(url).pathname, String(body ?? ''), headers) }
      },
    },
    listen: async () => {
      const server = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          if (fake.fault === 'hang') return
          if (fake.fault === 'close') return void response.destroy()
          const { status, text } = answer(request.url ?? '', Buffer.concat(chunks).toString('utf8'), {
            authorization: request.headers.authorization ?? '',
          })
          response.writeHead(status, { 'content-type': 'application/json' }).end(text)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () =>
          new Promise((resolve) => {
            server.closeAllConnections()
            server.close(() => resolve())
          }),
      }
    },
  }
  return fake
}
