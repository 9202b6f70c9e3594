// An agent that speaks A2A, through the protocol's own library. Every request of the library goes through our one door for
// HTTP, so that an agent's card cannot send us anywhere a flow must not reach.
import { Role, TaskState, type Message, type Part, type Task } from '@a2a-js/sdk'
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
  type Client,
} from '@a2a-js/sdk/client'
import type { AgentQuestion, HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { CodedError, FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import {
  answered,
  inWords,
  maxBytes,
  refusal,
  tooLate,
  trouble,
  urlOf,
  type AgentAnswer,
  type AskAgent,
} from './agent.ts'

const lookMs = 1000
/** A long task is not given up for a line that was down for a moment. */
const mostMissedLooks = 10
const cardTimeoutMs = 10_000
const farewellMs = 2000

/** Sends one message and waits for the task's end; ends the task at the agent when nobody waits any more. */
export function a2aAgent(http: HttpPort): AskAgent {
  return async (connection, question, signal) => {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(tooLate(question.timeoutMs)), question.timeoutMs)
    const both = AbortSignal.any([signal, late.signal])
    try {
      // Once nobody waits any more, the agent is still told so.
      const farewell = (): AbortSignal => (both.aborted ? AbortSignal.timeout(farewellMs) : both)
      const client = await openClient(http, connection, question.timeoutMs, farewell)
      return await ask(client, question, both)
    } catch (error) {
      if (signal.aborted) throw new StoppedError()
      if (late.signal.aborted) throw tooLate(question.timeoutMs, error)
      throw inOurWords(error, question.timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The agent's own name and description, for the test of a connection. */
export async function readCard(
  http: HttpPort,
  connection: Connection,
  signal: AbortSignal,
): Promise<{ name: string; description: string }> {
  try {
    const { name, description } = await (await openClient(http, connection, cardTimeoutMs, () => signal)).getAgentCard()
    return { name, description }
  } catch (error) {
    throw inOurWords(error, cardTimeoutMs)
  }
}

async function openClient(
  http: HttpPort,
  connection: Connection,
  timeoutMs: number,
  signal: () => AbortSignal,
): Promise<Client> {
  const options = { fetchImpl: guardedFetch(http, connection, timeoutMs, signal), legacyCompat: { enabled: true } }
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory(options), new RestTransportFactory(options)],
    cardResolver: new DefaultAgentCardResolver(options),
  })
  return await factory.createFromUrl(`${urlOf(connection)}/`)
}

/** `fetch` as the library wants it, on our door. The key goes only to the host that the owner named, and never in the clear where TLS was meant. */
function guardedFetch(
  http: HttpPort,
  connection: Connection,
  timeoutMs: number,
  signal: () => AbortSignal,
): typeof fetch {
  const { origin } = new URL(urlOf(connection))
  return async (input, init) => {
    const request = new Request(input, init)
    const headers = Object.fromEntries(request.headers)
    if (connection.secret.apiKey && new URL(request.url).origin === origin)
      headers.authorization = `Bearer ${connection.secret.apiKey}`
    const body = request.method === 'GET' ? undefined : await request.text()
    const answer = await http.request(
      {
        method: request.method === 'GET' ? 'GET' : 'POST',
        url: request.url,
        headers,
        timeoutMs,
        maxBytes,
        ...(body === undefined ? {} : { body }),
      },
      init?.signal ?? signal(),
    )
    if (answer.status === 413) throw refusal(answer)
    const isEmpty = [204, 205, 304].includes(answer.status)
    return new Response(isEmpty ? null : answer.text, {
      status: answer.status,
      headers: { 'content-type': answer.headers['content-type'] ?? 'application/json' },
    })
  }
}

async function ask(client: Client, question: AgentQuestion, signal: AbortSignal): Promise<AgentAnswer> {
  let found: Task | Message = await client.sendMessage(
    {
      tenant: '',
      metadata: undefined,
      message: {
        // The same on every try, so that an agent can tell a question it knows.
        messageId: question.taskId,
        contextId: '',
        taskId: '',
        role: Role.ROLE_USER,
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
        parts: partsOf(question),
      },
      configuration: {
        acceptedOutputModes: ['text/plain'],
        taskPushNotificationConfig: undefined,
        returnImmediately: true,
      },
    },
    { signal },
  )
  for (;;) {
    if (!('status' in found)) return answered(textOf(found.parts))
    const state = found.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED
    if (state === TaskState.TASK_STATE_COMPLETED)
      return answered(
        textOf(found.artifacts.flatMap(({ parts }) => parts)) || textOf(found.status?.message?.parts ?? []),
        { task: found.id },
      )
    assertGoing(state, textOf(found.status?.message?.parts ?? []))
    const { id } = found
    try {
      found = await look(client, id, signal)
    } catch (error) {
      if (signal.aborted) await client.cancelTask({ tenant: '', id, metadata: undefined }).catch(() => undefined)
      throw error
    }
  }
}

/** How far a task is, a second later; asked again while the agent cannot be reached. */
async function look(client: Client, id: string, signal: AbortSignal): Promise<Task> {
  for (let missed = 1; ; missed++) {
    await pause(lookMs, signal)
    try {
      return await client.getTask({ tenant: '', id }, { signal })
    } catch (error) {
      if (signal.aborted || missed === mostMissedLooks || !isAway(error)) throw error
    }
  }
}

/** Said by our own door, however often the library has wrapped it, or by a server in trouble. */
function isAway(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (current instanceof RetryableError || / 5\d\d\b|status: 5\d\d/i.test(current.message)) return true
  }
  return false
}

function partsOf(question: AgentQuestion): Part[] {
  const empty = { metadata: undefined, filename: '' }
  return [
    { ...empty, mediaType: 'text/plain', content: { $case: 'text', value: inWords(question) } },
    ...question.pictures.map(({ mediaTimeS, jpeg }): Part => ({
      metadata: { timestamp: mediaTimeS },
      filename: `at-${mediaTimeS.toFixed(1)}s.jpg`,
      mediaType: 'image/jpeg',
      content: { $case: 'raw', value: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength) },
    })),
  ]
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap(({ content }) => (content?.$case === 'text' ? [content.value] : [])).join('\n')
}

function assertGoing(state: TaskState, words: string): void {
  const said = words.trim() === '' ? '' : `: ${words.trim().slice(0, 300)}`
  if (state === TaskState.TASK_STATE_INPUT_REQUIRED || state === TaskState.TASK_STATE_AUTH_REQUIRED) {
    throw new FatalError(
      'AGENT_ASKS_BACK',
      `The agent wants to know more before it answers${said}. Nobody is there to tell it.`,
    )
  }
  const isOver =
    state === TaskState.TASK_STATE_FAILED ||
    state === TaskState.TASK_STATE_CANCELED ||
    state === TaskState.TASK_STATE_REJECTED
  if (isOver) throw new FatalError('AGENT_FAILED', `The agent gave up${said}.`)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(new StoppedError())
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** The library wraps what our door said; its own faults are answers that make no sense. */
function inOurWords(error: unknown, timeoutMs: number): unknown {
  for (let current: unknown = error; current instanceof Error; current = current.cause)
    if (current instanceof CodedError) return trouble(current, timeoutMs)
  return new RetryableError(
    'AGENT_NONSENSE',
    `This agent does not answer as A2A wants it: ${toError(error).message.split('<', 1)[0]!.trim().slice(0, 300)}. Is this the address of an A2A agent?`,
    { cause: error },
  )
}
