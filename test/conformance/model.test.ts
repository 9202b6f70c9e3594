// One suite for both interaction servers: every trouble a model can be in is seen, named, and survived.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ModelConversation, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import { sessionIdOf } from '../../runtime/models/interaction-words.ts'
import { fakeClock, type FakeClock } from '../support/fake-clock.ts'
import { atEnd } from '../support/fake-model.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import type { FakeOrchestrator, FakeOrchestratorOptions } from '../support/fake-orchestrator.ts'
import { quietLog } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { testWatching } from '../support/test-watching.ts'

const timeoutMs = 300
const http = createHttp()
let fake: FakeOrchestrator
let clock: FakeClock
let ticks = 0
let id = ''
afterEach(async () => {
  await fake.stop()
})

const request = (patch: Partial<ModelTick> = {}): ModelTick => ({
  picture: { width: 640, height: 480, jpeg: new Uint8Array([255, 216, 255]) },
  kind: 'I',
  mediaTimeS: ticks,
  atMs: Date.UTC(2026, 0, 1, 14, 5) + ticks * 1000,
  tick: ++ticks,
  seconds: 1,
  instruction: 'Warn me the moment a person falls.',
  persona: 'default',
  ...patch,
})

async function open(
  kind: 'vllm-omni' | 'joyai-webinfer',
  options: FakeOrchestratorOptions = {},
  config: Record<string, unknown> = {},
  secret: Record<string, string> = {},
) {
  fake = await startFakeOrchestrator({ dress: kind === 'joyai-webinfer' ? 'webinfer' : 'vllm-omni', ...options })
  id = kind === 'vllm-omni' ? 'heed-flow1-cam.1.model' : sessionIdOf('flow1-cam.1.model', 'webinfer')
  clock = fakeClock()
  ticks = 0
  const connection: Connection = { name: 'model', ...ofKind(kind), config: { url: `${fake.url}/v1/` }, secret }
  const models = createModels({ connections: { get: async () => connection }, http, clock, log: quietLog })
  const conversation = await models.open({ connection: 'model', streamKey: 'flow1-cam.1.model', config, timeoutMs })
  return {
    conversation,
    connection,
    tick: (patch: Partial<ModelTick> = {}): Promise<ModelVerdict> =>
      conversation.tick(request(patch), new AbortController().signal),
  }
}
/** The verdict of the tick that finds the answer: it is on its way over a real socket. */
async function answered(tick: () => Promise<ModelVerdict>): Promise<ModelVerdict> {
  return await vi.waitFor(() => tick(), { interval: 5 })
}
const chats = () => fake.calls.filter((call) => call.path === '/v1/chat/completions')

describe.each(['vllm-omni', 'joyai-webinfer'] as const)('%s', (kind) => {
  it('gives the instruction once and then only frames, with the true seconds beside them', async () => {
    const { tick } = await open(kind, {
      model: ({ index }) => (index === 2 ? '</response> A person has fallen.' : '</silence>'),
    })
    expect(await tick()).toMatchObject({ action: 'silence', reason: 'model' })
    expect(await tick()).toMatchObject({ action: 'response', text: 'A person has fallen.' })
    ticks += 2
    await tick({ seconds: 3 })
    await tick({ instruction: 'Count the people.' })
    // The July orchestrator counts pictures, so missed seconds are made up; webinfer is told the time.
    const madeUp = kind === 'vllm-omni' ? 3 : 1
    expect(chats().map(({ texts, images }) => [texts, images])).toEqual([
      [['Warn me the moment a person falls.'], 1],
      [[], 1],
      [[], madeUp],
      [['Count the people.'], 1],
    ])
    expect(chats().map(({ body }) => (body.frame_time_ranges as string[]).at(-1))).toEqual([
      '0.0 seconds ~ 1.0 seconds',
      '1.0 seconds ~ 2.0 seconds',
      '4.0 seconds ~ 5.0 seconds',
      '5.0 seconds ~ 6.0 seconds',
    ])
    expect(chats().every(({ body, images }) => (body.frame_time_ranges as string[]).length === images)).toBe(true)
    expect(fake.sessions.get(id)?.frameIndex).toBe(3 + madeUp)
  })

  it('reads delegations and treats an empty response as silence', async () => {
    const said = ['</response> One moment. <delegation> Which brand?', '</response>', '', 'no marker at all']
    const { tick } = await open(kind, { model: ({ index }) => said[index - 1] ?? '' })
    expect(await tick()).toMatchObject({ action: 'delegate', text: 'One moment.', question: 'Which brand?' })
    expect(await tick()).toMatchObject({ action: 'silence', text: '' })
    expect(await tick()).toMatchObject({ action: 'silence', text: '' })
    expect(await tick()).toMatchObject({ action: 'response', text: 'no marker at all' })
  })

  it('without an instruction stays silent and leaves the server alone', async () => {
    const { tick } = await open(kind)
    expect(await tick({ instruction: ' ' })).toMatchObject({ action: 'silence', reason: 'no-instruction' })
    expect(fake.calls).toEqual([])
  })

  it.each([
    ['hang', 'MODEL_TIMEOUT', /within 0.3 s/],
    ['close', 'MODEL_UNREACHABLE', /closed the connection/],
    ['nonsense', 'MODEL_NONSENSE', /not JSON/],
    ['dead-model', 'MODEL_BACKEND_DOWN', /orchestrator answers but the model behind it does not/],
  ] as const)('names a server that does this: %s', async (fault, code, words) => {
    const { tick } = await open(kind)
    await tick()
    fake.fault = fault
    await expect(tick()).rejects.toMatchObject({
      name: 'RetryableError',
      code,
      message: expect.stringMatching(words) as string,
    })
    fake.fault = null
    await clock.advance(10_000)
    expect(await answered(tick)).toMatchObject({ action: 'silence', reason: 'model' })
  })

  it('gives up for good, with words, where another try would be the same', async () => {
    const { tick } = await open(kind)
    fake.fault = 'unknown-model'
    await expect(tick()).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MODEL_NOT_THERE',
      message: expect.stringContaining('does not exist') as string,
    })
  })

  it('sends the key, and says when it is refused', async () => {
    const right = await open(kind, { apiKey: 'sesame' }, {}, { apiKey: 'sesame' })
    expect(await right.tick()).toMatchObject({ action: 'silence' })
    await fake.stop()
    const wrong = await open(kind, { apiKey: 'sesame' }, {}, { apiKey: 'open' })
    await expect(wrong.tick()).rejects.toMatchObject({ name: 'FatalError', code: 'MODEL_KEY_REFUSED' })
    await expect(wrong.tick()).rejects.not.toMatchObject({ message: expect.stringContaining('open') as string })
  })

  it('takes an answer that comes after the wait, with the time of its own picture, and sends nothing meanwhile', async () => {
    const { tick } = await open(kind, {
      model: ({ index }) => (index === 2 ? '</response> A person has fallen.' : '</silence>'),
    })
    await tick()
    fake.fault = 'hang'
    await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
    for (let second = 0; second < 5; second++) {
      await clock.advance(1000)
      await expect(tick()).rejects.toMatchObject({ code: 'MODEL_LATE' })
    }
    expect(chats()).toHaveLength(2)
    fake.fault = null
    const verdict = await answered(tick)
    expect(verdict).toMatchObject({ action: 'response', text: 'A person has fallen.', mediaTimeS: 1 })
    expect(verdict.late).toMatchObject({ mediaTimeS: 1 })
    expect(chats()).toHaveLength(2)
    expect((await tick()).late).toBeUndefined()
    expect(fake.mostInFlight).toBe(1)
  })

  it('waits once more for an answer on its way when the source has ended', async () => {
    const { conversation, tick } = await open(kind, { model: () => '</response> A person has fallen.' })
    fake.fault = 'hang'
    await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
    const last = conversation.finish?.(atEnd)
    fake.fault = null
    expect(await last).toMatchObject([{ text: 'A person has fallen.', mediaTimeS: 0, late: { mediaTimeS: 0 } }])
    expect(await conversation.finish?.(atEnd)).toEqual([])
  })

  it('never sends a line that reads as a time: it would replace the instruction', async () => {
    const { tick } = await open(kind)
    await tick({ instruction: 'Warn of falls.\n<3.0 seconds>\n4.0 seconds ~ 5.0 seconds\nSay which person.' })
    expect(chats()[0]?.texts).toEqual(['Warn of falls.\nSay which person.'])
  })

  it('does not stall every tick on a server that hangs or is gone', async () => {
    const { tick } = await open(kind)
    await tick()
    fake.fault = 'hang'
    await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
    const asked = chats().length
    const startedMs = performance.now()
    for (let second = 0; second < 31; second++) {
      if (second === 1) await fake.goAway()
      await clock.advance(999)
      await tick().catch(() => undefined)
    }
    expect(chats().length).toBe(asked)
    expect(performance.now() - startedMs).toBeLessThan(2 * timeoutMs)
    fake.fault = null
    await fake.comeBack()
    await clock.advance(10_000)
    expect(await tick()).toMatchObject({ reason: 'model' })
  })

  it('forgets its session at the server when it is closed, and keeps it when another worker goes on', async () => {
    const { conversation, tick } = await open(kind)
    await tick()
    await conversation.release?.()
    expect(fake.sessions.size).toBe(1)
    await conversation.close()
    expect(fake.sessions.size).toBe(0)
    await fake.goAway()
    await conversation.close()
    await fake.comeBack()
  })

  it('tests a connection down to the model behind the front', async () => {
    const { connection } = await open(kind)
    expect(await testWatching({ http })(connection)).toMatchObject({
      ok: true,
      message: expect.stringContaining('The model answers') as string,
      details: { models: ['JoyAI-VL-Interaction-Preview'] },
    })
    expect(fake.sessions.size).toBe(0)
    fake.fault = 'dead-model'
    expect(await testWatching({ http })(connection)).toMatchObject({
      ok: false,
      message: expect.stringContaining('model behind it does not') as string,
    })
    await fake.goAway()
    expect(await testWatching({ http })(connection)).toMatchObject({
      ok: false,
      message: expect.stringContaining('refused the connection') as string,
    })
    await fake.comeBack()
  })
})

describe('vllm-omni', () => {
  it('gives instruction, persona and memory again after the server has lost the stream, and says so', async () => {
    const { tick } = await open('vllm-omni', { chunkFrames: 2 })
    for (let n = 0; n < 5; n++) await tick({ persona: 'talkative' })
    fake.restart()
    expect(await tick({ persona: 'talkative' })).toMatchObject({ action: 'silence', reason: 'no-instruction' })
    expect(await tick({ persona: 'talkative' })).toMatchObject({ restarted: true, reason: 'model' })
    const conversation = fake.sessions.get(id)
    expect(conversation?.instruction).toContain('Summary of chunk 1.')
    expect(conversation?.instruction).toMatch(/Warn me the moment a person falls\.$/)
    expect(conversation?.persona).toBe('talkative')
    const given = chats().length
    expect((await tick({ persona: 'talkative' })).restarted).toBeUndefined()
    expect(chats()[given]?.texts).toEqual([])
  })

  it('counts a tick that failed inside as a frame, and takes it for no restart', async () => {
    const { tick } = await open('vllm-omni')
    await tick()
    fake.fault = 'dead-model'
    await tick().catch(() => undefined)
    fake.fault = null
    expect(await tick()).toMatchObject({ reason: 'model' })
    expect(chats().flatMap((call) => call.texts)).toHaveLength(1)
    expect(fake.sessions.get(id)?.frameIndex).toBe(3)
  })

  it.each([
    [4, [5, 1]],
    [12, [5, 5, 5, 1]],
  ])('makes up for %d lost seconds at a server that counts pictures', async (lost, pictures) => {
    const { tick } = await open('vllm-omni')
    await tick()
    ticks += lost
    for (const images of pictures) {
      await tick()
      expect(chats().at(-1)?.images).toBe(images)
    }
    expect(fake.sessions.get(id)?.frameIndex).toBe(ticks)
  })

  it('sends one picture with its true time to a server that takes the client’s time', async () => {
    const { tick } = await open('vllm-omni', { server: 'newer' })
    await tick()
    ticks += 300
    await tick({ seconds: 5 })
    expect(chats().map(({ body, images }) => [images, body.frame_time_ranges])).toEqual([
      [1, ['0.0 seconds ~ 1.0 seconds']],
      [1, ['301.0 seconds ~ 302.0 seconds']],
    ])
    expect(fake.calls.some(({ path }) => path.endsWith('/reset'))).toBe(false)
  })

  it('begins the session anew, with its memory in hours of the day, when a server that counts is too far behind', async () => {
    const { tick } = await open('vllm-omni', { chunkFrames: 2 })
    for (let n = 0; n < 5; n++) await tick({ persona: 'talkative' })
    ticks += 600
    expect((await tick({ persona: 'talkative' })).restarted).toBeUndefined()
    expect(chats().at(-1)?.images).toBe(1)
    const conversation = fake.sessions.get(id)
    expect(conversation?.instruction).toContain('at 14:05: Summary of chunk 1.')
    expect(conversation?.persona).toBe('talkative')
    expect((await tick({ persona: 'talkative' })).restarted).toBeUndefined()
    expect(chats().at(-1)).toMatchObject({ images: 1, texts: [] })
  })

  it('gives what an earlier run remembered with the first tick of a new one, and calls that no loss', async () => {
    const { tick } = await open(
      'vllm-omni',
      {},
      { restore: { longTerm: 'A man sleeps on the sofa.', midTerm: [] }, isNew: true },
    )
    expect((await tick()).restarted).toBeUndefined()
    expect(chats()[0]?.texts[0]).toContain('A man sleeps on the sofa.')
    expect((await tick()).restarted).toBeUndefined()
    expect(chats()[1]?.texts).toEqual([])
  })

  it('hears again what was said over a connection that broke: the server holds it for said', async () => {
    const { tick } = await open('vllm-omni', { model: () => '</response> A person has fallen.' })
    const said = async (): Promise<string> => (await tick()).text
    expect(await said()).toBe('A person has fallen.')
    expect(await said()).toBe('')
    fake.fault = 'cut'
    await expect(tick()).rejects.toMatchObject({ code: 'MODEL_UNREACHABLE' })
    fake.fault = null
    expect(await said()).toBe('')
    expect(await said()).toBe('A person has fallen.')
    expect(await said()).toBe('')
  })

  it('restores what an earlier worker knew when the server was restarted in between', async () => {
    const { tick } = await open('vllm-omni', {}, { restore: { longTerm: 'A man sleeps on the sofa.', midTerm: [] } })
    await tick()
    await tick()
    expect(fake.sessions.get(id)?.instruction).toContain('A man sleeps on the sofa.')
  })

  it('shows how far the server is with a question that it answers by itself', async () => {
    const { tick } = await open('vllm-omni', {
      delegation: 'stub',
      model: ({ index }) => (index === 1 ? '</response> One moment. </delegation> Which brand?' : '</silence>'),
    })
    expect((await tick()).data).toMatchObject({ delegation: { status: 'submitted' } })
    await tick()
    expect((await tick()).data).toMatchObject({
      delegation: { status: 'ready', digest: expect.stringContaining('Which brand?') as string },
    })
  })
})

describe('joyai-webinfer', () => {
  it('sends one picture with its true time, and asks for the prompt without delegation when it is to be reserved', async () => {
    const { tick } = await open('joyai-webinfer')
    await tick({ mediaTimeS: 10 })
    await tick({ mediaTimeS: 13, seconds: 3, persona: 'silent' })
    expect(chats().map((call) => call.body.frame_time_ranges)).toEqual([
      ['10.0 seconds ~ 11.0 seconds'],
      ['13.0 seconds ~ 14.0 seconds'],
    ])
    expect(chats().map((call) => call.headers['x-system-prompt-key'])).toEqual([
      'DEFAULT_SYSTEM_PROMPT_EN',
      'DEFAULT_SYSTEM_PROMPT_NO_DELEGATION',
    ])
    expect([...fake.sessions.keys()][0]).toMatch(/^[A-Za-z0-9_-]{1,120}$/)
  })

  it('gives instruction and memory again when the server has forgotten both', async () => {
    const { tick } = await open('joyai-webinfer', { chunkFrames: 2 })
    for (let n = 0; n < 5; n++) await tick()
    fake.restart()
    await tick()
    expect(await tick()).toMatchObject({ restarted: true })
    expect(fake.sessions.get(id)?.instruction).toContain('Summary of chunk 1.')
    expect((await tick()).restarted).toBeUndefined()
  })

  it('does not stay silent for ever when the server was restarted before it remembered anything', async () => {
    const { tick } = await open('joyai-webinfer')
    for (let n = 0; n < 3; n++) await tick()
    fake.restart()
    for (let n = 0; n < 20; n++) await tick()
    expect(fake.sessions.get(id)?.instruction).toBe('Warn me the moment a person falls.')
  })
})

it('keeps session ids within what both servers take', async () => {
  const models = createModels({
    connections: {
      get: async () => ({ name: 'model', ...ofKind('vllm-omni'), config: { url: fake.url }, secret: {} }),
    },
    http,
    clock,
    log: quietLog,
  })
  fake = await startFakeOrchestrator()
  const conversation: ModelConversation = await models.open({
    connection: 'model',
    streamKey: `${'ü'.repeat(200)}/cam.1`,
    config: {},
    timeoutMs,
  })
  await conversation.tick(request(), new AbortController().signal)
  expect([...fake.sessions.keys()][0]).toMatch(/^[A-Za-z0-9._-]{1,120}$/)
})
