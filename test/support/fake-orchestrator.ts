// An HTTP double of the interaction servers, in both dresses, odd corners and faults included. Proven against recorded answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contentFor, OrchestratorSession, type OrchestratorOptions } from './fake-orchestrator-session.ts'

/**
 * `hang` holds the session's lock until the fault is over and answers then, as a slow model does; `cut` has done its work, and the
 * connection breaks before the answer; `dead-model` is a healthy front with nothing behind it.
 */
export type Fault = 'hang' | 'cut' | 'dead-model' | 'nonsense' | 'close' | 'unknown-model' | null

export interface FakeOrchestratorOptions extends Partial<OrchestratorOptions> {
  dress?: 'vllm-omni' | 'webinfer'
  latencyMs?: number
  /** How long the front tries a dead model before its 500; the real one takes 1.2 to 1.5 s. */
  failAfterMs?: number
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
  const isWebinfer = options.dress === 'webinfer'
  const inFlight = new Map<string, number>()
  const sessions = new Map<string, OrchestratorSession>()
  /** The end of the last tick of each session: the next one waits for it. */
  const locks = new Map<string, Promise<void>>()
  let fault: Fault = null
  let goOn: (() => void)[] = []
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
    const known =
      sessions.get(name) ??
      new OrchestratorSession(name, {
        ...options,
        ...(isWebinfer ? { server: 'webinfer' as const } : {}),
        model: options.model ?? silence,
      })
    sessions.set(name, known)
    return known
  }
  const fake: FakeOrchestrator = {
    url: '',
    calls: [],
    sessions,
    mostInFlight: 0,
    get fault() {
      return fault
    },
    set fault(next) {
      fault = next
      if (next === 'hang') return
      for (const resume of goOn) resume()
      goOn = []
    },
    restart: () => sessions.clear(),
    goAway: close,
    comeBack: open,
    stop: close,
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const call = readCall(request, body, isWebinfer)
    const reply = (status: number, value: unknown): void => {
      response
        .writeHead(status, { 'content-type': typeof value === 'string' ? 'text/plain' : 'application/json' })
        .end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (options.apiKey && request.headers.authorization !== `Bearer ${options.apiKey}`)
      return reply(401, { error: { message: 'invalid api key' } })
    fake.calls.push(call)
    if (call.path === '/health') return reply(200, isWebinfer ? { ok: true, service: 'webinfer' } : { status: 'ok' })
    if (call.path === '/v1/models')
      return reply(200, {
        object: 'list',
        data: [{ id: 'JoyAI-VL-Interaction-Preview', object: 'model', owned_by: 'vllm-omni' }],
      })
    if (call.path === '/v1/streaming/reset' || call.path === '/reset') {
      // Only the orchestrator waits for a tick in flight.
      if (!isWebinfer) await locks.get(call.session)
      const removed = sessions.delete(call.session)
      return reply(200, isWebinfer ? { ok: true, session_id: call.session, removed } : { status: 'reset' })
    }
    if (call.path === '/v1/streaming/persona' && !isWebinfer) {
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
    if (call.images === 0 && isWebinfer) return reply(200, webinferDress({ action: 'response', text: 'Hello.' }))
    if (call.images === 0) return reply(400, { error: 'interaction server requires at least one image_url frame' })
    if (fault === 'close') return void response.destroy()
    if (fault === 'nonsense') return reply(200, '<html>It works!</html>')
    if (fault === 'unknown-model') return reply(404, { error: { message: 'The model does not exist.' } })
    const now = (inFlight.get(call.session) ?? 0) + 1
    inFlight.set(call.session, now)
    fake.mostInFlight = Math.max(fake.mostInFlight, now)
    const before = locks.get(call.session)
    const mine = Promise.withResolvers<void>()
    locks.set(call.session, mine.promise)
    await before
    // The client may have hung up by now: the work is done all the same, and counts as said.
    try {
      if (fault === 'hang')
        await new Promise<void>((resolve) => {
          goOn.push(resolve)
        })
      if (options.latencyMs) await pause(options.latencyMs)
      await decide(call, response, reply)
    } finally {
      inFlight.set(call.session, (inFlight.get(call.session) ?? 1) - 1)
      mine.resolve()
    }
  }

  async function decide(
    call: ReceivedCall,
    response: ServerResponse,
    reply: (status: number, value: unknown) => void,
  ): Promise<void> {
    try {
      if (fault === 'dead-model') throw new Error('connection refused by the model server')
      const ranges = timesOf(call)
      if (isWebinfer && ranges.length !== call.images) return reply(400, { error: 'one time range per image' })
      const block = sessionOf(call.session).tick({ texts: call.texts, images: call.images, ranges })
      if (fault === 'cut') return void response.destroy()
      reply(200, isWebinfer ? webinferDress(block) : omniDress(block))
    } catch {
      // The frame was counted before the model failed.
      if (fault === 'dead-model') sessionOf(call.session).count(call.images)
      if (options.failAfterMs) await pause(options.failAfterMs)
      reply(isWebinfer ? 502 : 500, 'Internal Server Error')
    }
  }

  await open()
  fake.url = `http://127.0.0.1:${port}`
  return fake
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** The client's time, first that is there. */
function timesOf({ body, headers }: ReceivedCall): string[] {
  const list = body.frame_time_ranges
  if (Array.isArray(list)) return list.map(String)
  const one =
    body.frame_time_range ??
    body.x_frame_time_range ??
    headers['x-frame-time-range'] ??
    headers['x-streaming-time-range']
  return typeof one === 'string' ? [one] : []
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

function readCall(request: IncomingMessage, body: Record<string, unknown>, isWebinfer: boolean): ReceivedCall {
  const { headers } = request
  const all = Array.isArray(body.messages) ? (body.messages as { role: string; content: string | Part[] }[]) : []
  const users = all.filter((message) => message.role === 'user')
  const parts = (isWebinfer ? users.slice(-1) : users).flatMap((message): Part[] =>
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content,
  )
  // Webinfer does not read `session_id`, and rewrites what it does not like in an id.
  const named =
    headers['x-streaming-session'] ??
    headers['x-session-id'] ??
    (isWebinfer ? undefined : body.session_id) ??
    body.user ??
    'default'
  const session = String(named)
  return {
    path: request.url ?? '',
    session: isWebinfer ? session.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 120) : session,
    headers,
    body,
    texts: parts.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])),
    images: parts.filter((part) => part.type === 'image_url').length,
  }
}
