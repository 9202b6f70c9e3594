// Agents that do what a test says: a chat, a background agent and an A2A agent on real sockets, slow, failing, endless ones included.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AGENT_CARD_PATH, Role, TaskState, type AgentCard, type Message } from '@a2a-js/sdk'
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, type AgentExecutor } from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'

/** `hang` never answers; `timeout` and `failed` are what a background agent says of itself; a number is a bare status. */
export type AgentManner = 'answer' | 'hang' | 'close' | 'nonsense' | 'huge' | 'empty' | 'failed' | 'timeout' | number

export interface AskedOfAgent {
  path: string
  headers: Record<string, unknown>
  body: Record<string, unknown>
}

export interface FakeAgent {
  url: string
  asked: AskedOfAgent[]
  manner: AgentManner
  /** What a background agent had found out when its time was up. */
  partly: string
  /** Questions that wait for their answer now. */
  waiting: number
  /** Lets every hanging question be answered. */
  release(): void
  stop(): Promise<void>
}

export const agentAnswer = 'She sits on the floor and waves.'

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })
}

/** A chat (`/v1/chat/completions`) and a background agent (`/v1/solve`) at one address. */
export async function startFakeAgent(answer: (question: string) => string = () => agentAnswer): Promise<FakeAgent> {
  const held: (() => void)[] = []
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  const fake: FakeAgent = {
    url: '',
    asked: [],
    manner: 'answer',
    partly: '',
    waiting: 0,
    release: () => {
      for (const go of held.splice(0)) go()
    },
    stop: () => closed(server),
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const reply = (status: number, value: unknown): void => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (request.url === '/health') return reply(200, { status: 'ok' })
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    fake.asked.push({ path: request.url ?? '', headers: request.headers, body })
    const { manner } = fake
    if (manner === 'hang') {
      fake.waiting++
      response.once('close', () => {
        fake.waiting--
      })
      await new Promise<void>((resolve) => {
        held.push(resolve)
      })
    }
    if (manner === 'close') return void response.destroy()
    if (manner === 'nonsense') return reply(200, '<html>It works!</html>')
    if (typeof manner === 'number') return reply(manner, { error: { message: 'not today' } })
    const said =
      manner === 'huge' ? 'word '.repeat(2_000_000) : manner === 'empty' ? '  ' : answer(String(body.question ?? ''))
    if (request.url === '/v1/solve') return reply(200, solved(body, manner, manner === 'timeout' ? fake.partly : said))
    if (request.url === '/v1/chat/completions')
      return reply(200, {
        id: 'chat-0',
        object: 'chat.completion',
        model: 'fake',
        choices: [
          { index: 0, message: { role: 'assistant', content: `<think>Hm.</think>\n${said}` }, finish_reason: 'stop' },
        ],
      })
    reply(404, { error: { message: 'not found' } })
  }

  fake.url = await listen(server)
  return fake
}

function solved(body: Record<string, unknown>, manner: AgentManner, text: string): Record<string, unknown> {
  const base = {
    session_id: body.session_id,
    task_id: body.task_id,
    thread_id: 'thread-7',
    usage: null,
    duration_ms: 12,
  }
  if (manner === 'failed') return { ...base, status: 'failed', text: '', error: 'no subagent could see anything' }
  if (manner === 'timeout') return { ...base, status: 'timeout', text, error: 'time is up' }
  return { ...base, status: 'completed', text, error: null }
}

/** `long` works for three seconds, telling how far it is; `streams` offers streaming and answers in pieces. */
export type A2aManner =
  'task' | 'message' | 'fail' | 'ask-back' | 'wants-login' | 'cancelled' | 'rejected' | 'long' | 'streams' | 'hang'
export interface FakeA2aAgent {
  url: string
  heard: Message[]
  cancelled: string[]
  manner: A2aManner
  /** So many next requests are answered with 503. */ isAwayFor: number
  stop(): Promise<void>
}

/** An A2A agent made with the protocol's own library. */
export async function startFakeA2aAgent(): Promise<FakeA2aAgent> {
  const app = express()
  const server = createServer(app)
  const url = await listen(server)
  const fake: FakeA2aAgent = { url, heard: [], cancelled: [], manner: 'task', isAwayFor: 0, stop: () => closed(server) }
  const held: (() => void)[] = []
  const part = (value: string) => ({
    content: { $case: 'text' as const, value },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  })
  const said = (value: string): Message => ({
    messageId: 'm1',
    contextId: '',
    taskId: '',
    role: Role.ROLE_AGENT,
    parts: [part(value)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  })
  const executor: AgentExecutor = {
    execute: async ({ taskId, contextId, userMessage }, bus) => {
      fake.heard.push(userMessage)
      if (fake.manner === 'message') {
        bus.publish(AgentEvent.message(said(agentAnswer)))
        return bus.finished()
      }
      const status = (state: TaskState, words?: string) => ({
        state,
        message: words === undefined ? undefined : said(words),
        timestamp: new Date().toISOString(),
      })
      bus.publish(
        AgentEvent.task({
          id: taskId,
          contextId,
          status: status(TaskState.TASK_STATE_SUBMITTED),
          artifacts: [],
          history: [userMessage],
          metadata: undefined,
        }),
      )
      const tell = (state: TaskState, words?: string): void =>
        bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status: status(state, words), metadata: undefined }))
      tell(TaskState.TASK_STATE_WORKING)
      if (fake.manner === 'hang')
        return await new Promise<void>((resolve) => {
          held.push(resolve)
        })
      if (fake.manner === 'fail') tell(TaskState.TASK_STATE_FAILED, 'the lights are out')
      else if (fake.manner === 'ask-back') tell(TaskState.TASK_STATE_INPUT_REQUIRED, 'which room?')
      else if (fake.manner === 'wants-login') tell(TaskState.TASK_STATE_AUTH_REQUIRED, 'sign in first')
      else if (fake.manner === 'cancelled') tell(TaskState.TASK_STATE_CANCELED, 'the operator stopped it')
      else if (fake.manner === 'rejected') tell(TaskState.TASK_STATE_REJECTED, 'not my business')
      else {
        const piece = (value: string, append: boolean, lastChunk: boolean): void =>
          bus.publish(
            AgentEvent.artifactUpdate({
              taskId,
              contextId,
              append,
              lastChunk,
              metadata: undefined,
              artifact: {
                artifactId: 'a1',
                name: 'answer',
                description: '',
                parts: [part(value)],
                metadata: undefined,
                extensions: [],
              },
            }),
          )
        if (fake.manner === 'long') {
          for (const words of ['looking', 'thinking', 'writing']) {
            tell(TaskState.TASK_STATE_WORKING, words)
            await new Promise((resolve) => {
              setTimeout(resolve, 1000)
            })
          }
        }
        if (fake.manner === 'streams') {
          piece('She sits on the floor', false, false)
          piece('and waves.', true, true)
        } else piece(agentAnswer, false, true)
        tell(TaskState.TASK_STATE_COMPLETED)
      }
      bus.finished()
    },
    cancelTask: async (taskId, bus) => {
      fake.cancelled.push(taskId)
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId: '',
          status: { state: TaskState.TASK_STATE_CANCELED, message: undefined, timestamp: new Date().toISOString() },
          metadata: undefined,
        }),
      )
      bus.finished()
      for (const go of held.splice(0)) go()
    },
  }
  const handler = new DefaultRequestHandler(cardFor(url), new InMemoryTaskStore(), executor)
  app.use('/a2a', (_request, response, next) => {
    if (fake.isAwayFor <= 0) return next()
    fake.isAwayFor--
    response.status(503).json({ error: 'restarting' })
  })
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: handler }))
  app.use('/a2a', jsonRpcHandler({ requestHandler: handler, userBuilder: UserBuilder.noAuthentication }))
  return fake
}

function cardFor(url: string): AgentCard {
  return {
    name: 'Watcher',
    description: 'Looks at pictures.',
    version: '1.0.0',
    provider: undefined,
    documentationUrl: '',
    iconUrl: '',
    supportedInterfaces: [{ url: `${url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain', 'image/jpeg'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  } as unknown as AgentCard
}

/** argv of a command-line agent that behaves like `manner`; see fake-agent-command.ts. */
export function fakeCommand(manner: string): string[] {
  return [process.execPath, join(import.meta.dirname, 'fake-agent-command.ts'), manner]
}
