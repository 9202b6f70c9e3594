// A plain vision server, which keeps nothing: Heed holds the session, never asks for more than fits, and names every trouble.
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { fakeOpenai, type FakeOpenai, type FakeOpenaiOptions } from '../support/fake-openai.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { testWatching } from '../support/test-watching.ts'
import { clock, open, startClocks } from '../support/openai-bench.ts'

startClocks()

describe('what the server is shown', () => {
  it('is the contract, the instruction and a window of pictures with their times, in two messages', async () => {
    const { fake, ticks } = await open({}, { windowFrames: 4 })
    await ticks(6)
    expect(fake.requests.map(({ images }) => images.length)).toEqual([1, 2, 3, 4, 2, 3])
    expect(fake.requests[3]?.texts).toEqual([
      '0.0 s',
      '1.0 s',
      '2.0 s',
      '3.0 s',
      'The newest picture is from 3.0 s. Your one line:',
    ])
    expect(fake.requests[0]?.system).toMatch(
      /<\/silence>[\s\S]*<\/response>[\s\S]*<\/delegation>[\s\S]*Your instruction:\nWarn of falls\.$/,
    )
  })

  it('begins the same from one tick to the next, so that a server can reuse its work', async () => {
    const { fake, ticks } = await open({}, { windowFrames: 8 })
    await ticks(12)
    const beginnings = fake.requests.map(({ texts }) => texts[0])
    expect(new Set(beginnings).size).toBe(2)
    expect(new Set(fake.requests.map(({ system }) => system)).size).toBe(1)
  })

  it('never asks about delegating where nobody could answer, and says a note all the same', async () => {
    const { fake, tick } = await open(
      { answer: () => '</response> One moment. </delegation> Which brand?' },
      { delegation: false },
    )
    expect(await tick()).toMatchObject({ action: 'response', text: 'One moment.' })
    expect(fake.requests[0]?.system).not.toContain('delegation')
  })

  it('holds what was said, asked and answered', async () => {
    const { fake, tick, conversation } = await open({
      answer: ({ texts }) => (texts[0] === '0.0 s' && texts.length === 2 ? '</response> A man came in.' : '</silence>'),
    })
    await tick()
    conversation.note?.({ question: 'How many?', answer: 'One.', at: 'now' })
    await tick()
    expect(fake.requests[1]?.texts.at(-1)).toContain('What you said lately:\n[0.0 s] A man came in.')
    expect(fake.requests[1]?.system).toContain('You were asked: How many? You answered: One.')
  })

  it('asks the server for its model when the connection names none', async () => {
    const { fake, tick } = await open({ models: ['llava'] }, { model: undefined })
    await tick()
    expect(fake.requests[0]?.model).toBe('llava')
  })
})

describe('what it answers', () => {
  it.each([
    ['</silence>', { action: 'silence', reason: 'model' }],
    ['', { action: 'silence' }],
    ['</response>', { action: 'silence' }],
    ['</response> A person has fallen.', { action: 'response', text: 'A person has fallen.' }],
    ['no marker', { action: 'response', text: 'no marker' }],
    ['<think>a fall?</think></response> Yes.', { action: 'response', text: 'Yes.' }],
    ['<think>endless', { action: 'silence' }],
    ['She lies there. </response> No?</think>\n</silence>', { action: 'silence' }],
    ['◁think▷</response> hm◁/think▷</response> Yes.', { action: 'response', text: 'Yes.' }],
    ['<thinking>x</thinking><answer></response> Yes.</answer>', { action: 'response', text: 'Yes.' }],
    ['<|begin_of_box|></silence><|end_of_box|>', { action: 'silence' }],
    ['<tool_call>{"name":"look"}</tool_call>', { action: 'silence' }],
    ['<tool_call>{"name":"look"}</tool_call></response> Yes.', { action: 'response', text: 'Yes.' }],
    [
      '</response> One moment. </delegation> Which brand?',
      { action: 'delegate', text: 'One moment.', question: 'Which brand?' },
    ],
  ])('is read: %j', async (content, verdict) => {
    const { tick } = await open({ answer: () => content })
    expect(await tick()).toMatchObject(verdict)
  })

  it('is silence when it repeats itself, but not after a pause, nor when a person asks', async () => {
    let content = '</response> A person has fallen.'
    const { tick, ticks } = await open({ answer: () => content })
    expect((await ticks(14)).map(({ action, reason }) => `${action} ${reason}`)).toEqual([
      'response model',
      ...Array<string>(13).fill('silence duplicate'),
    ])
    expect(await tick({ instruction: 'Warn of falls.\n\nA person asks you now: What happened?' })).toMatchObject({
      action: 'response',
    })
    content = '</silence>'
    await tick()
    content = '</response> A person has fallen.'
    expect(await tick()).toMatchObject({ action: 'response' })
    expect(await tick({ mediaTimeS: 500 })).toMatchObject({ action: 'response' })
  })

  it('is cut where a model rambles on, and rambles into no later request', async () => {
    const { fake, tick, ticks } = await open(
      { answer: () => `</response> ${'And then she walked on. '.repeat(5000)}` },
      { maxAnswerTokens: 64 },
    )
    const { text } = await tick()
    expect(text.length).toBeLessThanOrEqual(600)
    await ticks(20, { mediaTimeS: 100 })
    expect(fake.requests.every(({ maxTokens }) => maxTokens === 64)).toBe(true)
    expect(fake.requests.at(-1)?.texts.at(-1)?.length).toBeLessThan(2000)
  })

  it.each([
    ['<think>Is she hurt? Perhaps she', {}],
    ['', { message: { reasoning_content: 'Is she hurt? Perhaps she' } }],
  ])('says so when a model only thinks and never comes to an answer (%j)', async (content, beside) => {
    const { ticks } = await open({ answer: () => content, beside: { ...beside, finish_reason: 'length' } })
    const verdicts = (await ticks(8)) as (ModelVerdict & { trouble?: string })[]
    expect(verdicts.map(({ trouble }) => trouble !== undefined)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(verdicts.at(-1)).toMatchObject({
      action: 'silence',
      trouble: expect.stringContaining('comes to no answer within 128 tokens') as string,
    })
  })

  it('is not asked for without an instruction', async () => {
    const { fake, tick } = await open()
    expect(await tick({ instruction: ' ' })).toMatchObject({ action: 'silence', reason: 'no-instruction' })
    expect(fake.count).toBe(0)
  })
})

describe('memory', () => {
  it('sums up every hundred ticks, in one request beside them, and presses summaries into a long-term memory', async () => {
    const { fake, ticks } = await open(
      {
        answer: ({ isSummary, texts }) =>
          isSummary ? (texts.at(-1)?.includes('Press them') ? 'A quiet house.' : 'She sleeps.') : '</silence>',
        keep: 5000,
      },
      { summaryModel: 'qwen-vl' },
    )
    const verdicts = await ticks(750)
    await clock.settle()
    const summaries = fake.requests.filter(({ isSummary }) => isSummary)
    expect(summaries[0]?.images).toHaveLength(4)
    expect(verdicts.at(-1)?.memory).toMatchObject({
      longTerm: 'A quiet house.',
      midTerm: [{ range: '500.0s-599.0s', text: 'She sleeps.' }, { range: '600.0s-699.0s' }],
    })
    expect(fake.requests.at(-1)?.system).toContain('A quiet house.')
  })

  it('goes on with what was remembered after a restart, and says so once', async () => {
    const { fake, ticks } = await open(
      {},
      {},
      { longTerm: 'A quiet house.', midTerm: [], said: [{ atS: 3, text: 'A man came in.' }] },
    )
    expect((await ticks(2)).map(({ restarted }) => restarted)).toEqual([true, undefined])
    expect(fake.requests[0]?.system).toContain('What you remember from before:\nA quiet house.')
    expect(fake.requests[0]?.texts.at(-1)).toContain('A man came in.')
  })

  it('covers what a failed summary missed with the next one', async () => {
    let isDown = true
    const { fake, ticks } = await open({
      answer: ({ isSummary }) => (isSummary ? (isDown ? ' ' : 'All of it.') : '</silence>'),
    })
    await ticks(150)
    isDown = false
    await ticks(60)
    await clock.settle()
    expect((await ticks(1))[0]?.memory?.midTerm).toEqual([{ range: '0.0s-199.0s', text: 'All of it.' }])
    expect(fake.refused).toBe(0)
  })
})

describe('troubles', () => {
  it.each([
    ['hang', 'RetryableError', 'MODEL_TIMEOUT', /did not answer within/],
    ['close', 'RetryableError', 'MODEL_UNREACHABLE', /refused the connection/],
    ['nonsense', 'RetryableError', 'MODEL_NONSENSE', /not JSON/],
    ['error', 'RetryableError', 'MODEL_BACKEND_DOWN', /\(500\): EngineCore died/],
    ['loading', 'RetryableError', 'MODEL_BACKEND_DOWN', /Loading model/],
    ['no-model', 'FatalError', 'MODEL_NOT_THERE', /no model "qwen-vl"/],
  ] as const)('are named, and survived: %s', async (fault, name, code, words) => {
    const { fake, tick } = await open()
    await tick()
    fake.fault = fault
    await expect(tick()).rejects.toMatchObject({ name, code, message: expect.stringMatching(words) as string })
    fake.fault = null
    await clock.advance(10_000)
    expect(await tick()).toMatchObject({ reason: 'model' })
  })

  it('are told of a key that is refused, without the key', async () => {
    const { tick } = await open({ apiKey: 'sesame' }, {}, undefined, { apiKey: 'opensecret' })
    const error = await tick().catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ name: 'FatalError', code: 'MODEL_KEY_REFUSED' })
    expect(String(error)).not.toContain('opensecret')
  })
})

describe('testing the connection, over a real socket', () => {
  const http = createHttp()
  let stop = async (): Promise<void> => undefined
  afterEach(() => stop())
  const test = async (
    options: FakeOpenaiOptions,
    config: Record<string, unknown> = {},
    fault: FakeOpenai['fault'] = null,
  ) => {
    const fake = fakeOpenai(options)
    fake.fault = fault
    const server = await fake.listen()
    stop = server.stop
    return await testWatching({ http })({
      name: 'plain',
      ...ofKind('openai'),
      config: { url: server.url, ...config },
      secret: {},
    })
  }

  it('looks at a picture, and says what is wrong with what it finds', async () => {
    expect(await test({})).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^The model sees and answers, in \d+ ms\.$/) as string,
      details: { models: ['qwen-vl'], contextTokens: 8192 },
    })
    await stop()
    expect(await test({ contextTokens: 4096 })).toMatchObject({
      ok: true,
      message: expect.stringContaining('set "contextTokens" to 4096') as string,
    })
    await stop()
    expect(await test({}, {}, 'blind')).toMatchObject({
      ok: false,
      message: expect.stringContaining('does not see') as string,
    })
    await stop()
    expect(await test({ models: ['a', 'b'] }, { model: 'c' })).toMatchObject({
      ok: false,
      message: 'The server answers but has no model "c". It offers: a, b.',
    })
    await stop()
    expect(await test({}, {}, 'error')).toMatchObject({
      ok: false,
      message: expect.stringContaining('EngineCore died') as string,
    })
  })
})
