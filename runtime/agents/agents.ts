// Agents as actions see them: one door, the way behind it is the one the connection answers in. Counts who waits for an answer;
// keeps nothing else.
import type { AgentPort, AgentQuestion, ConnectionPort, HttpPort } from '../../nodes/contract/capabilities.ts'
import { abilityWords } from '../../nodes/contract/connections.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { a2aAgent, readCard } from './a2a.ts'
import { callAgent, type AgentAnswer, type AskAgent } from './agent.ts'
import { backgroundAgent } from './background-agent.ts'
import { commandAgent, listedCommand, type AgentCommands, type Surroundings } from './command.ts'
import { openaiAgent } from './chat.ts'

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
