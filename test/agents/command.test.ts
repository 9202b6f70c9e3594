// The command that an owner has named as an agent: what it gets, what it does not, and how it ends.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AgentPort, AgentQuestion } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createAgents } from '../../runtime/agents/agents.ts'
import { agentAnswer } from '../support/fake-agents.ts'
import { isAlive } from '../support/processes.ts'
import { until } from '../support/queue.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { http, never, commands, agentsFor, ask, agent, startAgents } from '../support/agent-bench.ts'

startAgents()

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
