// Every kind of agent on real sockets and in real processes: how it is asked, and every way it can fail to answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testAgent } from '../../runtime/agents/agents.ts'
import { agentAnswer, startFakeA2aAgent, type FakeA2aAgent } from '../support/fake-agents.ts'
import { until } from '../support/queue.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { http, never, jpeg, commands, agentsFor, ask, agent, startAgents } from '../support/agent-bench.ts'

startAgents()

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
