// One question, and a fake agent that is there for each test.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { AgentPort, AgentQuestion } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createAgents } from '../../runtime/agents/agents.ts'
import { createHttp, type HttpClient } from '../../runtime/egress/http.ts'
import { fakeCommand, startFakeAgent, type FakeAgent } from './fake-agents.ts'

export let http: HttpClient
export const never = new AbortController().signal
export const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0])
export const question: AgentQuestion = {
  question: 'Is she hurt?',
  note: 'Somebody fell.',
  pictures: [
    { mediaTimeS: 3, jpeg },
    { mediaTimeS: 4.5, jpeg },
  ],
  timeoutMs: 5000,
  sessionId: 'flow1-cam',
  taskId: 'e1_ask',
}
export const manners = [
  'plain',
  'echo',
  'environment',
  'codex',
  'claude',
  'claude-error',
  'broken',
  'huge',
  'lingers',
  'hang',
  'stubborn',
]
export const commands = {
  ...Object.fromEntries(manners.map((manner) => [manner, fakeCommand(manner)])),
  missing: ['/no/such/program'],
}

export function agentsFor(
  connection: Omit<Connection, 'name' | 'secret'> & { secret?: Record<string, string> },
  before = 0,
): AgentPort {
  return createAgents({
    http,
    commands,
    connections: { get: async (name) => ({ name, secret: {}, ...connection }) },
    waitingBefore: async () => before,
  })
}
export const ask = (agents: AgentPort, patch: Partial<AgentQuestion> = {}, signal = never) =>
  agents.ask('it', { ...question, ...patch }, signal)

export let agent: FakeAgent

/** Called by a suite: a way out for all of its tests, an agent for each of them. */
export function startAgents(): void {
  beforeAll(() => {
    http = createHttp()
  })
  afterAll(() => http.close())
  beforeEach(async () => {
    agent = await startFakeAgent()
  })
  afterEach(() => agent.stop())
}
