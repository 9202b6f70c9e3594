// An HTTP double of the interaction servers, in both dresses, odd corners and faults included. Proven against recorded answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contentFor, OrchestratorSession, type OrchestratorOptions } from './fake-orchestrator-session.ts'

/** `hang` never answers; `dead-model` is a healthy front with nothing behind it. */
export type Fault = 'hang' | 'dead-model' | 'nonsense' | 'close' | 'unknown-model' | null

export interface FakeOrchestratorOptions extends Partial<OrchestratorOptions> {
  dress?: 'vllm-omni' | 'webinfer'
  latencyMs?: number
  /** Asks for this key, as the hosted API does. */
  apiKey?: string
}

export interface ReceivedCall {
  path: string
  session: string
  texts: string[]
  images: number
  headers: Record<string, unknown>
  body: Record<string, unknown>
}

export interface FakeOrchestrator {
  url: string
  calls: ReceivedCall[]
  sessions: Map<string, OrchestratorSession>
  /** Ticks in flight at once per session, at most. */
  mostInFlight: number
  fault: Fault
  /** All sessions are gone, as after a restart of the server. */
  restart(): void
  /** Stops listening, and listens again on the same port. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

const silence = (): string => '</silence>'

/** Starts the double on a free port. */
export async function startFakeOrchestrator(options: FakeOrchestratorOptions = {}): Promise<FakeOrchestrator> {
  const inFlight = new Map<string, number>()
  const sessions = new Map<string, OrchestratorSession>()
  let server: Server
  let port = 0
  const open = async (): Promise<void> => {
    server = createServer((request, response) => {
      void answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  const sessionOf = (name: string): OrchestratorSession => {
    const known = sessions.get(name) ?? new OrchestratorSession(name, { ...options, model: options.model ?? silence })
    sessions.set(name, known)
    return known
  }
  const fake: FakeOrchestrator = {
    url: '',
    calls: [],
    sessions,
    mostInFlight: 0,
    fault: null,
    restart: () => sessions.clear(),
    goAway: close,
    comeBack: open,
    stop: close,
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const call = readCall(request, body)
    const reply = (status: number, value: unknown): void => {
      response
        .writeHead(status, { 'content-type': typeof value === 'string' ? 'text/plain' : 'application/json' })
        .end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (options.apiKey && request.headers.authorization !== `Bearer ${options.apiKey}`)
      return reply(401, { error: { message: 'invalid api key' } })
    fake.calls.push(call)
    if (call.path === '/health') return reply(200, { status: 'ok' })
    if (call.path === '/v1/models')
      return reply(200, {
        object: 'list',
        data: [{ id: 'JoyAI-VL-Interaction-Preview', object: 'model', owned_by: 'vllm-omni' }],
      })
    if (call.path === '/v1/streaming/reset' || call.path === '/reset') {
      const removed = sessions.delete(call.session)
      return reply(
        200,
        options.dress === 'webinfer' ? { ok: true, session_id: call.session, removed } : { status: 'reset' },
      )
    }
    if (call.path === '/v1/streaming/persona') {
      const isKnown = ['default', 'silent', 'talkative'].includes(String(body.persona))
      if (isKnown) sessionOf(call.session).persona = String(body.persona)
      return reply(200, { status: isKnown ? 'ok' : 'unknown_persona' })
    }
    if (call.path === '/v1/chat/completions') return tick(call, response, reply)
    reply(404, { error: 'not found' })
  }

  async function tick(
    call: ReceivedCall,
    response: ServerResponse,
    reply: (status: number, value: unknown) => void,
  ): Promise<void> {
    if (call.images === 0) return reply(400, { error: 'interaction server requires at least one image_url frame' })
    if (fake.fault === 'hang') return
    if (fake.fault === 'close') return void response.destroy()
    if (fake.fault === 'nonsense') return reply(200, '<html>It works!</html>')
    if (fake.fault === 'unknown-model') return reply(404, { error: { message: 'The model does not exist.' } })
    const now = (inFlight.get(call.session) ?? 0) + 1
    inFlight.set(call.session, now)
    fake.mostInFlight = Math.max(fake.mostInFlight, now)
    if (options.latencyMs)
      await new Promise((resolve) => {
        setTimeout(resolve, options.latencyMs)
      })
    inFlight.set(call.session, now - 1)
    try {
      if (fake.fault === 'dead-model') throw new Error('connection refused by the model server')
      const ranges = call.body.frame_time_ranges
      if (options.dress === 'webinfer' && (!Array.isArray(ranges) || ranges.length !== call.images))
        return reply(400, { error: 'one time range per image' })
      const block = sessionOf(call.session).tick(call.texts, call.images)
      reply(200, options.dress === 'webinfer' ? webinferDress(block) : omniDress(block))
    } catch {
      // The frame was counted before the model failed.
      if (fake.fault === 'dead-model') sessionOf(call.session).frameIndex += call.images
      reply(options.dress === 'webinfer' ? 502 : 500, 'Internal Server Error')
    }
  }

  await open()
  fake.url = `http://127.0.0.1:${port}`
  return fake
}

function omniDress(block: Record<string, unknown>): Record<string, unknown> {
  return {
    id: 'intchat-0',
    object: 'chat.completion',
    created: 1795231269,
    model: 'JoyAI-VL-Interaction-Preview',
    choices: [{ index: 0, message: { role: 'assistant', content: contentFor(block) }, finish_reason: 'stop' }],
    usage: null,
    interaction: block,
  }
}

/** Its content knows only silence and response: the delegation tag stays in the raw words. */
function webinferDress(block: Record<string, unknown>): Record<string, unknown> {
  const raw = contentFor(block)
  const content = block.action === 'silence' ? '</silence>' : `</response> ${String(block.text)}`
  return {
    id: 'chat-0',
    object: 'chat.completion',
    created: 1795231269,
    model: 'JoyAI-VL-Interaction-Preview',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    streamingharness: {
      main_model: 'JoyAI-VL-Interaction-Preview',
      raw_content: raw,
      timing: { adapter_total_ms: 150.3, vllm_inference_ms: 115 },
      memory: block.memory,
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

interface Part {
  type: string
  text?: string
}

function readCall(request: IncomingMessage, body: Record<string, unknown>): ReceivedCall {
  const { headers } = request
  const messages = Array.isArray(body.messages) ? (body.messages as { role: string; content: string | Part[] }[]) : []
  const parts = messages
    .filter((message) => message.role === 'user')
    .flatMap((message): Part[] =>
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content,
    )
  const session = headers['x-streaming-session'] ?? headers['x-session-id'] ?? body.session_id ?? body.user ?? 'default'
  return {
    path: request.url ?? '',
    session: String(session),
    headers,
    body,
    texts: parts.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])),
    images: parts.filter((part) => part.type === 'image_url').length,
  }
}
