// Every kind of agent on real sockets and in real processes: how it is asked, and every way it can fail to answer.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentPort, AgentQuestion } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createAgents, testAgent } from '../../runtime/agents/agents.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import {
  agentAnswer,
  fakeCommand,
  startFakeA2aAgent,
  startFakeAgent,
  type FakeA2aAgent,
  type FakeAgent,
} from '../support/fake-agents.ts'
import { isAlive } from '../support/processes.ts'
import { until } from '../support/queue.ts'
import { ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
afterAll(() => http.close())
const never = new AbortController().signal
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0])
const question: AgentQuestion = {
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
const manners = [
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
const commands = {
  ...Object.fromEntries(manners.map((manner) => [manner, fakeCommand(manner)])),
  missing: ['/no/such/program'],
}

function agentsFor(
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
const ask = (agents: AgentPort, patch: Partial<AgentQuestion> = {}, signal = never) =>
  agents.ask('it', { ...question, ...patch }, signal)

let agent: FakeAgent
beforeEach(async () => {
  agent = await startFakeAgent()
})
afterEach(() => agent.stop())

describe('a chat', () => {
  it('gets question, note and pictures with their times, and its answer comes without its thoughts', async () => {
    expect(
      await ask(
        agentsFor({ ...ofKind('openai'), config: { url: `${agent.url}/v1/`, model: 'glm' }, secret: { apiKey: 'k1' } }),
      ),
    ).toEqual({ text: agentAnswer, details: { model: 'fake' } })
    const [call] = agent.asked
    expect(call?.headers.authorization).toBe('Bearer k1')
    expect(call?.body).toMatchObject({ model: 'glm', messages: [{ role: 'user' }] })
    const [{ content }] = call?.body.messages as [
      { content: { type: string; text?: string; image_url?: { url: string } }[] },
    ]
    expect(content[0]?.text).toContain('Question: Is she hurt?')
    expect(content[0]?.text).toContain('The model noted: Somebody fell.')
    expect(content.slice(1).map((part) => part.text ?? part.image_url?.url.slice(0, 23))).toEqual([
      'At 3.0 s:',
      'data:image/jpeg;base64,',
      'At 4.5 s:',
      'data:image/jpeg;base64,',
    ])
  })
})

describe('a background agent', () => {
  it('is asked in exactly its own words', async () => {
    expect(await ask(agentsFor({ ...ofKind('background-agent'), config: { url: agent.url } }))).toEqual({
      text: agentAnswer,
      details: { threadId: 'thread-7', durationMs: 12 },
    })
    const image_url = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`
    expect(agent.asked[0]).toMatchObject({ path: '/v1/solve' })
    expect(agent.asked[0]?.body).toEqual({
      session_id: 'flow1-cam',
      task_id: 'e1_ask',
      question: 'Is she hurt?',
      foreground_text: 'Somebody fell.',
      frames: [
        { image_url, timestamp: 3 },
        { image_url, timestamp: 4.5 },
      ],
      max_subagents: 6,
      timeout_seconds: 5,
    })
  })

  it('says itself that it failed or ran out of time', async () => {
    const agents = agentsFor({ ...ofKind('background-agent'), config: { url: agent.url } })
    agent.manner = 'failed'
    await expect(ask(agents)).rejects.toMatchObject({
      code: 'AGENT_FAILED',
      message: 'The agent gave up: no subagent could see anything.',
    })
    agent.manner = 'timeout'
    await expect(ask(agents)).rejects.toMatchObject({
      code: 'AGENT_TIMEOUT',
      message: 'The agent gave up after its own time, and had found nothing: time is up.',
    })
    agent.partly = ' She  sits\nup. '
    await expect(ask(agents)).rejects.toMatchObject({
      code: 'AGENT_TIMEOUT',
      message: 'The agent gave up after its own time. So far it had: She sits up.',
    })
    agent.partly = 'word '.repeat(1000)
    const long = await ask(agents).catch((error: unknown) => (error instanceof Error ? error.message : ''))
    expect(long).toMatch(/^The agent gave up after its own time\. So far it had: word .*…$/)
    expect(String(long).length).toBeLessThan(1100)
  })

  it('that hangs is told with the time that the owner typed', async () => {
    agent.manner = 'hang'
    await expect(
      ask(agentsFor({ ...ofKind('background-agent'), config: { url: agent.url } }), { timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'AGENT_TIMEOUT', message: 'The agent did not answer within 0.2 s.' })
  })
})

describe.each(['openai', 'background-agent'] as const)('%s in trouble', (kind) => {
  it.each([
    ['close', 'AGENT_UNREACHABLE'],
    ['nonsense', 'AGENT_NONSENSE'],
    ['huge', 'AGENT_TOO_LONG'],
    ['empty', 'AGENT_EMPTY'],
    [500, 'AGENT_TROUBLE'],
    [429, 'AGENT_BUSY'],
    [401, 'AGENT_KEY_REFUSED'],
    [404, 'AGENT_NOT_THERE'],
    [400, 'AGENT_REFUSED'],
  ] as const)('%s is %s', async (manner, code) => {
    agent.manner = manner
    await expect(ask(agentsFor({ ...ofKind(kind), config: { url: agent.url } }))).rejects.toMatchObject({ code })
  })

  it('is given up after its time, and at once when nobody wants the answer any more', async () => {
    agent.manner = 'hang'
    const agents = agentsFor({ ...ofKind(kind), config: { url: agent.url } })
    await expect(ask(agents, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'AGENT_TIMEOUT' })
    const control = new AbortController()
    const asking = ask(agents, {}, control.signal)
    await until('it was asked', () => agent.waiting > 0)
    control.abort()
    await expect(asking).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })

  it('is not there', async () => {
    await agent.stop()
    await expect(ask(agentsFor({ ...ofKind(kind), config: { url: agent.url } }))).rejects.toMatchObject({
      code: 'AGENT_UNREACHABLE',
    })
  })
})

describe('a command', () => {
  const run = (command: string, patch: Partial<AgentQuestion> = {}, signal = never) =>
    ask(agentsFor({ ...ofKind('command'), config: { command } }), { timeoutMs: 20_000, ...patch }, signal)

  it('reads the question on its input, in a folder of its own with the pictures, which is gone afterwards', async () => {
    const { text } = await run('plain')
    const [, folder = ''] = /in (\S+), beside/.exec(text) ?? []
    expect(text).toMatch(/^I read it, in .*heed-agent-\w+, beside frame-1-at-3\.0s\.jpg, frame-2-at-4\.5s\.jpg$/)
    expect(existsSync(folder)).toBe(false)
  })

  it('gets hostile text as data, through no shell and no argument', async () => {
    const hostile = '"; touch /tmp/heed-owned; $(id) `id` --dangerously-skip-permissions'
    expect((await run('echo', { question: hostile })).text).toContain(`Question: ${hostile}`)
    expect(existsSync('/tmp/heed-owned')).toBe(false)
  })

  it('is not run for a flow that still waits for a yes to it; other agents are asked', async () => {
    const withoutYes = (connection: Pick<Connection, 'kind' | 'can' | 'config'>): AgentPort =>
      createAgents({
        http,
        commands,
        connections: { get: async (name) => ({ name, secret: {}, ...connection }) },
        waitingBefore: async () => 0,
        mayRun: async (task, name) => !(task === 'e1_ask' && name === 'it'),
      })
    const words =
      'This flow came from somebody else and wants to run "plain" on this machine. Open the flow and allow it, or take it out.'
    await expect(ask(withoutYes({ ...ofKind('command'), config: { command: 'plain' } }))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'COMMAND_NOT_APPROVED',
      message: words,
    })
    expect((await ask(withoutYes({ ...ofKind('openai'), config: { url: agent.url } }))).text).toBe(agentAnswer)
    expect(
      (await ask(withoutYes({ ...ofKind('command'), config: { command: 'plain' } }), { taskId: 'e2_ask' })).text,
    ).toMatch(/^I read it/)
  })

  const seen = (text: string): Record<string, string> =>
    JSON.parse(text.replace(/^I see /, '')) as Record<string, string>

  it('gets PATH, a home of its own, the locale and what is listed of our environment, and nothing else', async () => {
    const secrets = { HEED_SECRET_KEY: 'ours', AWS_SECRET_ACCESS_KEY: 'cloud', GITHUB_TOKEN: 'code', ONE_KEY: 'given' }
    const before = { ...process.env }
    Object.assign(process.env, secrets, { LANG: 'de_DE.UTF-8', HTTP_PROXY: 'http://u:p@proxy' })
    const homes = join(await mkdtemp(join(tmpdir(), 'heed-homes-')), 'agents')
    try {
      const agents = createAgents({
        http,
        commands,
        surroundings: { homes, listed: ['ONE_KEY', 'NOT_SET'] },
        connections: {
          get: async (name) => ({ name, secret: {}, ...ofKind('command'), config: { command: 'environment' } }),
        },
        waitingBefore: async () => 0,
      })
      const env = seen((await ask(agents, { timeoutMs: 20_000 })).text)
      expect(env).toMatchObject({
        PATH: before['PATH'],
        LANG: 'de_DE.UTF-8',
        ONE_KEY: 'given',
        HOME: join(homes, 'environment'),
      })
      const allowed = /^(PATH|LD_LIBRARY_PATH|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|HOME|ONE_KEY)$/
      expect(Object.keys(env).filter((name) => !allowed.test(name))).toEqual([])
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      Object.assign(process.env, before)
      await rm(dirname(homes), { recursive: true })
    }
  })

  it('gets no home of ours where none is kept for it', async () => {
    const env = seen((await run('environment')).text)
    expect(env['HOME']).toMatch(/heed-agent-/)
  })

  it.each(['codex', 'claude'])('is understood in the dress of %s', async (command) => {
    expect(await run(command)).toEqual({ text: 'She sits.' })
  })

  it.each([
    ['claude-error', 'AGENT_FAILED', 'The agent gave up: Credit balance is too low.'],
    ['broken', 'AGENT_COMMAND_ENDED', /ended with code 3: no such model/],
    ['huge', 'AGENT_TOO_LONG', /more than 1 MB/],
    ['missing', 'AGENT_COMMAND_BROKEN', /cannot be started/],
    ['rm', 'AGENT_COMMAND_NOT_LISTED', /HEED_AGENT_COMMANDS/],
    ['constructor', 'AGENT_COMMAND_NOT_LISTED', /may not be run/],
  ])('that is %s fails with %s', async (command, code, message) => {
    await expect(run(command)).rejects.toMatchObject({
      code,
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    })
  })

  it('is answered even when it leaves something behind, which is ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heed-pids-'))
    const file = join(folder, 'pids')
    const startedMs = Date.now()
    expect((await run('lingers', { question: `PIDFILE ${file} ` })).text).toBe('She sits.')
    expect(Date.now() - startedMs).toBeLessThan(10_000)
    const pids = (await readFile(file, 'utf8')).split(' ').map(Number)
    await until('all are gone', () => pids.every((pid) => !isAlive(pid)))
    await rm(folder, { recursive: true })
  })

  it.each([
    ['its time', 'hang'],
    ['a cancel', 'hang'],
    ['a cancel', 'stubborn'],
  ])('is ended by %s with everything it started: %s', async (by, manner) => {
    const folder = await mkdtemp(join(tmpdir(), 'heed-pids-'))
    const file = join(folder, 'pids')
    const control = new AbortController()
    const running = run(
      manner,
      { question: `PIDFILE ${file} `, timeoutMs: by === 'its time' ? 2500 : 20_000 },
      control.signal,
    )
    running.catch(() => undefined)
    const pids = (
      await until('it runs', async () =>
        existsSync(file) && (await readFile(file, 'utf8')).includes(' ') ? readFile(file, 'utf8') : undefined,
      )
    )
      .split(' ')
      .map(Number)
    if (by === 'a cancel') control.abort()
    await expect(running).rejects.toMatchObject({ code: by === 'its time' ? 'AGENT_TIMEOUT' : 'RUN_STOPPED' })
    await until('all are gone', () => pids.every((pid) => !isAlive(pid)))
    await rm(folder, { recursive: true })
  })
})

describe('an A2A agent', () => {
  let a2a: FakeA2aAgent
  beforeAll(async () => {
    a2a = await startFakeA2aAgent()
  })
  afterAll(() => a2a.stop())
  const agents = () => agentsFor({ ...ofKind('a2a'), config: { url: a2a.url } })

  it.each(['task', 'message'] as const)('answers with a %s', async (manner) => {
    a2a.manner = manner
    expect((await ask(agents())).text).toBe(agentAnswer)
    expect(a2a.heard.at(-1)?.parts.map((part) => [part.mediaType, part.content?.$case])).toEqual([
      ['text/plain', 'text'],
      ['image/jpeg', 'raw'],
      ['image/jpeg', 'raw'],
    ])
  })

  it('may take long, be away for a moment, and answer in pieces; it is asked once, under one id', async () => {
    a2a.manner = 'long'
    const before = a2a.heard.length
    const asking = ask(agents(), { timeoutMs: 20_000, taskId: 'e7_ask' })
    await until('it works', () => a2a.heard.length > before)
    a2a.isAwayFor = 2
    expect((await asking).text).toBe(agentAnswer)
    expect([a2a.isAwayFor, a2a.heard.slice(before).map(({ messageId }) => messageId)]).toEqual([0, ['e7_ask']])
    a2a.manner = 'streams'
    expect((await ask(agents())).text.replace('\n', ' ')).toBe(agentAnswer)
  })

  it.each([
    ['fail', 'AGENT_FAILED', 'the lights are out'],
    ['ask-back', 'AGENT_ASKS_BACK', 'which room?'],
    ['wants-login', 'AGENT_ASKS_BACK', 'sign in first'],
    ['cancelled', 'AGENT_FAILED', 'the operator stopped it'],
    ['rejected', 'AGENT_FAILED', 'not my business'],
  ] as const)('that must %s ends with %s', async (manner, code, words) => {
    a2a.manner = manner
    await expect(ask(agents())).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
  })

  it('that hangs is told to stop', async () => {
    a2a.manner = 'hang'
    await expect(ask(agents(), { timeoutMs: 1500 })).rejects.toMatchObject({ code: 'AGENT_TIMEOUT' })
    await until('it was told', () => a2a.cancelled.length > 0)
  })

  it('that takes little gets as many of the newest pictures as fit, and says so when not even the words do', async () => {
    a2a.manner = 'task'
    const before = a2a.heard.length
    const pictures = Array.from({ length: 8 }, (_, index) => ({
      mediaTimeS: index,
      jpeg: new Uint8Array(20_000).fill(0xff),
    }))
    expect((await ask(agents(), { pictures })).text).toBe(agentAnswer)
    const [heard] = a2a.heard.slice(before)
    expect(heard?.parts.slice(1).map(({ filename }) => filename)).toEqual(['at-3.0s.jpg', 'at-7.0s.jpg'])
    await expect(ask(agents(), { question: 'x'.repeat(200_000) })).rejects.toMatchObject({
      code: 'AGENT_TOO_LARGE',
      message: expect.not.stringContaining('<') as string,
    })
  })

  it('that is something else says so', async () => {
    await expect(ask(agentsFor({ ...ofKind('a2a'), config: { url: agent.url } }))).rejects.toMatchObject({
      code: expect.stringMatching(/^AGENT_/) as string,
    })
    await expect(
      ask(agentsFor({ ...ofKind('a2a'), config: { url: 'http://169.254.169.254/' } })),
    ).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
  })

  it('can be tested by its card', async () => {
    expect(
      await testAgent(
        { name: 'it', ...ofKind('a2a'), config: { url: a2a.url }, secret: {} },
        { http, commands },
        never,
      ),
    ).toMatchObject({ ok: true, details: { name: 'Watcher' } })
  })
})

describe('any agent', () => {
  it('is not asked once enough questions wait', async () => {
    await expect(
      ask(agentsFor({ ...ofKind('openai'), config: { url: agent.url } }, 3), { maxAtOnce: 3 }),
    ).rejects.toMatchObject({
      code: 'AGENT_TOO_MANY',
      message: expect.stringContaining('3 questions of this stream wait') as string,
    })
    expect(agent.asked).toEqual([])
  })

  it('must be of a kind that answers', async () => {
    await expect(ask(agentsFor({ ...ofKind('webhook'), config: {} }))).rejects.toMatchObject({
      code: 'AGENT_KIND_UNFIT',
    })
  })

  it('can be looked at without a question', async () => {
    expect(
      await testAgent(
        { name: 'it', ...ofKind('background-agent'), config: { url: agent.url }, secret: {} },
        { http, commands },
        never,
      ),
    ).toMatchObject({ ok: true })
    expect(
      await testAgent(
        { name: 'it', ...ofKind('command'), config: { command: 'codex' }, secret: {} },
        { http, commands },
        never,
      ),
    ).toMatchObject({ ok: true })
  })
})
