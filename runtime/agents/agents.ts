// Agents as actions see them: one door, the way behind it is the one the connection answers in. Counts who waits for an answer;
// keeps nothing else.
import type { AgentPort, AgentQuestion, ConnectionPort, HttpPort } from '../../nodes/contract/capabilities.ts'
import { abilityWords } from '../../nodes/contract/connections.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { a2aAgent, readCard } from './a2a.ts'
import { callAgent, type AgentAnswer, type AskAgent, answered, asDataUrl, inWords } from './agent.ts'
import { commandAgent, listedCommand, type AgentCommands, type Surroundings } from './command.ts'
import { cutText } from '../../nodes/contract/template.ts'

export interface AgentOptions {
  http: HttpPort
  connections: Pick<ConnectionPort, 'get'>
  /** From HEED_AGENT_COMMANDS. */
  commands: AgentCommands
  /** Absent in tests: a command then has no home that lasts. */
  surroundings?: Surroundings
  /** How many questions of the same node and stream wait in front of this task. */
  waitingBefore(taskId: string): Promise<number>
  /** Whether the task's flow may run programs over this connection, asked at each run: a connection may have become a command since the flow was deployed. Absent: always, as tests need. */
  mayRun?(taskId: string, connection: string): Promise<boolean>
}

/** Every kind of agent behind one port. */
export function createAgents(options: AgentOptions): AgentPort {
  const { http, connections, commands, waitingBefore, mayRun } = options
  const ways: Partial<Record<string, AskAgent>> = {
    chat: openaiAgent(http),
    solve: backgroundAgent(http),
    program: commandAgent(commands, options.surroundings),
    agent2agent: a2aAgent(http),
  }
  return {
    ask: async (name, question, signal) => {
      const connection = await connections.get(name)
      const { answer, run } = connection.can
      const askAgent = answer === undefined ? undefined : ways[answer]
      if (!askAgent)
        throw new FatalError(
          'AGENT_KIND_UNFIT',
          `The connection "${name}" is of the kind ${connection.kind}, which answers no questions. Choose one that ${abilityWords.answer}.`,
        )
      if (run !== undefined && mayRun && !(await mayRun(question.taskId, name))) {
        throw new FatalError(
          'COMMAND_NOT_APPROVED',
          `This flow came from somebody else and wants to run "${String(connection.config.command ?? name).slice(0, 80)}" on this machine. Open the flow and allow it, or take it out.`,
        )
      }
      const most = question.maxAtOnce
      if (most !== undefined && (await waitingBefore(question.taskId)) >= most) {
        throw new FatalError(
          'AGENT_TOO_MANY',
          `${most === 1 ? 'A question of this stream waits' : `${most} questions of this stream wait`} for an answer already: this one was not asked.`,
        )
      }
      return await askWithFewer(askAgent, connection, question, signal)
    },
  }
}

/** Many servers take no more than 100 kB by default: then every second picture is left out, the newest stays, until the question fits. */
async function askWithFewer(
  askAgent: AskAgent,
  connection: Connection,
  question: AgentQuestion,
  signal: AbortSignal,
): Promise<AgentAnswer> {
  for (
    let { pictures } = question;
    ;
    pictures = pictures.length === 1 ? [] : pictures.filter((_, index) => (pictures.length - 1 - index) % 2 === 0)
  ) {
    try {
      return await askAgent(connection, { ...question, pictures }, signal)
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'AGENT_TOO_LARGE' || pictures.length === 0) throw error
    }
  }
}

const testMs = 10_000

/** One look at an agent, without asking it anything. */
export async function testAgent(
  connection: Connection,
  { http, commands }: Pick<AgentOptions, 'http' | 'commands'>,
  signal: AbortSignal,
): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }> {
  if (connection.can.answer === 'program') {
    const [program = ''] = listedCommand(connection, commands)
    return {
      ok: true,
      message: `"${program}" is listed on this server. Whether it answers shows with the first question.`,
      details: { program },
    }
  }
  if (connection.can.answer === 'agent2agent') {
    const { name, description } = await readCard(http, connection, signal)
    return {
      ok: true,
      message: `The agent "${name}" answers.`,
      details: { name, description: description.slice(0, 500) },
    }
  }
  await callAgent(http, connection, { method: 'GET', path: '/health', timeoutMs: testMs }, signal)
  return { ok: true, message: 'The background agent answers.' }
}

// JoyAI's background agent: one `POST /v1/solve`, answered when its work is done or its time is up.
/** It is told our limit; that it says so itself is better than a line cut off. */
const graceMs = 2000
/** Of what it had found out when its time was up. */
const longestPartly = 1000

function backgroundAgent(http: HttpPort): AskAgent {
  return async (connection, question, signal) => {
    const { timeoutMs } = question
    const body = {
      session_id: question.sessionId,
      task_id: question.taskId,
      question: question.question,
      foreground_text: question.note,
      frames: question.pictures.map(({ mediaTimeS, jpeg }) => ({ image_url: asDataUrl(jpeg), timestamp: mediaTimeS })),
      max_subagents: mostSubagents(connection),
      timeout_seconds: Math.max(1, Math.floor(timeoutMs / 1000)),
    }
    const answer = await callAgent(
      http,
      connection,
      { method: 'POST', path: '/v1/solve', body, timeoutMs, graceMs },
      signal,
    )
    const why =
      typeof answer.error === 'string' && answer.error !== '' ? answer.error.slice(0, 300) : 'it gave no reason'
    if (answer.status === 'completed') {
      return answered(answer.text, {
        ...(answer.thread_id ? { threadId: answer.thread_id } : {}),
        ...(answer.duration_ms ? { durationMs: answer.duration_ms } : {}),
      })
    }
    if (answer.status === 'timeout') throw ranOut(answer.text, why)
    if (answer.status === 'failed') throw new FatalError('AGENT_FAILED', `The agent gave up: ${why}.`)
    throw new RetryableError(
      'AGENT_NONSENSE',
      'This is not the answer of a background agent: it has no status. Check the URL and the kind of the connection.',
    )
  }
}

/** It answered, and in time: only its own work was not done. What it has is worth reading. */
function ranOut(text: unknown, why: string): RetryableError {
  const partly = typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : ''
  const found =
    partly === '' ? `, and had found nothing: ${why}.` : `. So far it had: ${cutText(partly, longestPartly)}`
  return new RetryableError('AGENT_TIMEOUT', `The agent gave up after its own time${found}`)
}

function mostSubagents(connection: Connection): number {
  const wanted = Number(connection.config.maxSubagents)
  return Number.isInteger(wanted) && wanted > 0 ? wanted : 6
}

// An agent behind an OpenAI-compatible chat: question and note as text, the pictures as parts with their times.
/** Asks by one chat completion; nothing is kept between questions. */
function openaiAgent(http: HttpPort): AskAgent {
  return async (connection, question, signal) => {
    const pictures = question.pictures.flatMap(({ mediaTimeS, jpeg }) => [
      { type: 'text', text: `At ${mediaTimeS.toFixed(1)} s:` },
      { type: 'image_url', image_url: { url: asDataUrl(jpeg) } },
    ])
    const body = {
      ...(modelOf(connection) ? { model: modelOf(connection) } : {}),
      stream: false,
      messages: [{ role: 'user', content: [{ type: 'text', text: inWords(question) }, ...pictures] }],
    }
    const answer = await callAgent(
      http,
      connection,
      { method: 'POST', path: '/v1/chat/completions', body, timeoutMs: question.timeoutMs },
      signal,
    )
    const [choice] = Array.isArray(answer.choices) ? (answer.choices as { message?: { content?: unknown } }[]) : []
    const content = choice?.message?.content
    return answered(
      Array.isArray(content)
        ? content.map((part: { text?: unknown }) => String(part.text ?? '')).join('')
        : withoutThoughts(content),
      {
        ...(typeof answer.model === 'string' ? { model: answer.model } : {}),
      },
    )
  }
}

/** Some servers leave a reasoning model's thoughts in front of its answer. */
function withoutThoughts(content: unknown): unknown {
  return typeof content === 'string' ? content.replace(/^\s*<think>[\s\S]*?<\/think>/, '') : content
}

function modelOf(connection: Connection): string | undefined {
  return typeof connection.config.model === 'string' && connection.config.model !== ''
    ? connection.config.model
    : undefined
}
