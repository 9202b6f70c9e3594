// The context of a vision server: never exceeded, whatever it counts and however much is remembered.
import { describe, expect, it } from 'vitest'
import { sizedJpeg } from '../support/fake-openai.ts'
import { picture, clock, open, startClocks } from '../support/openai-bench.ts'

startClocks()

describe('the context', () => {
  it('is never exceeded over 100,000 ticks, whatever is said, asked and shown', async () => {
    let n = 0
    const words = 'An old lady in a blue cardigan walks slowly past the window and looks for her glasses. '
    const { fake, conversation, tick } = await open(
      {
        contextTokens: 4096,
        keep: 4,
        answer: ({ isSummary }) =>
          isSummary ? words.repeat(12) : n % 7 === 0 ? `</response> ${n} ${words}` : '</silence>',
      },
      { contextTokens: 4096, windowFrames: 12 },
    )
    const sizes: number[] = []
    for (n = 1; n <= 100_000; n++) {
      if (n % 500 === 0)
        conversation.note?.({ question: `${n}? ${words.repeat(3)}`, answer: words.repeat(3), at: 'now' })
      const isSmall = n % 3 === 0
      await tick({
        picture: isSmall ? { width: 256, height: 192, jpeg: sizedJpeg(256, 192) } : picture,
        instruction: `Warn of falls. ${n % 1000 < 20 ? words.repeat(40) : ''}`,
      })
      if (n % 10_000 === 0) sizes.push(fake.most.bytes)
    }
    expect([fake.refused, fake.count]).toEqual([0, expect.any(Number) as number])
    expect(fake.count).toBeGreaterThan(100_900)
    expect(fake.most.tokens).toBeLessThanOrEqual(4096)
    // As large after a day as after three hours.
    expect(sizes.at(-1)).toBeLessThan((sizes[0] ?? 0) * 1.02)
  })

  it('is believed when the server says it is shorter, and the stream goes on', async () => {
    const { fake, ticks } = await open({ contextTokens: 2048 }, { contextTokens: 16_384, windowFrames: 16 })
    expect((await ticks(50)).every(({ reason }) => reason === 'model')).toBe(true)
    expect([fake.refused, fake.most.tokens <= 2048]).toEqual([1, true])
  })

  const tooLong = (message: string, more: Record<string, unknown> = {}) => ({ error: { message, ...more } })
  it.each([
    [
      'vLLM',
      400,
      (n: number) =>
        tooLong(`This model's maximum context length is ${n} tokens. However, your request has 9000 input tokens.`, {
          code: 400,
        }),
      1,
    ],
    [
      'vLLM with pictures',
      400,
      (n: number) =>
        tooLong(
          `The decoder prompt (length 8357) is longer than the maximum model length of ${n}. Make sure that \`max_model_len\` is no smaller than the number of text tokens plus multimodal tokens.`,
        ),
      1,
    ],
    [
      'older vLLM',
      400,
      (n: number) =>
        tooLong(`The prompt (total length 25938) is too long to fit into the model (context length ${n}).`),
      1,
    ],
    [
      'llama.cpp',
      400,
      (n: number) =>
        tooLong(`request (9000 tokens) exceeds the available context size (${n} tokens), try increasing it`, {
          type: 'exceed_context_size_error',
          n_prompt_tokens: 9000,
          n_ctx: n,
        }),
      1,
    ],
    [
      'older llama.cpp',
      400,
      () =>
        tooLong(
          'the request exceeds the available context size. try increasing the context size or enable context shift',
        ),
      20,
    ],
    [
      'llama.cpp while it answers',
      500,
      () => tooLong('Context size has been exceeded.', { code: 500, type: 'server_error' }),
      20,
    ],
    ['Ollama', 400, () => ({ error: 'the input length exceeds the context length' }), 20],
    [
      'LM Studio',
      400,
      (n: number) => ({
        error: `The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: ${n}). Try to load the model with a larger context length`,
      }),
      1,
    ],
    [
      'SGLang',
      400,
      (n: number) => tooLong(`The input (9000 tokens) is longer than the model's context length (${n} tokens).`),
      1,
    ],
  ])('is made to fit after the refusal of %s, within the same second', async (_server, status, body, most) => {
    const { fake, ticks } = await open(
      { contextTokens: 1500, hasNoUsage: true, refusal: (n) => ({ status, body: body(n) }) },
      { contextTokens: 16_384, windowFrames: 16 },
    )
    expect((await ticks(300)).every(({ reason }) => reason === 'model')).toBe(true)
    expect(fake.refused).toBeLessThanOrEqual(most)
    expect(fake.most.tokens).toBeGreaterThan(700)
  })

  it('is found by a server that counts pictures four times as high and tells nobody', async () => {
    const { fake, ticks } = await open(
      { contextTokens: 4096, hasNoUsage: true, imageTokens: () => 1250 },
      { contextTokens: 8192, windowFrames: 16 },
    )
    expect((await ticks(300)).every(({ reason }) => reason === 'model')).toBe(true)
    expect(fake.refused).toBeLessThan(10)
  })

  it('learns what pictures cost a server that counts them otherwise', async () => {
    const { fake, ticks } = await open({ contextTokens: 8192, imageTokens: () => 900 }, { windowFrames: 16 })
    await ticks(60)
    expect([fake.refused, fake.most.tokens <= 8192, fake.most.images]).toEqual([0, true, expect.any(Number) as number])
    expect(fake.most.images).toBeGreaterThan(3)
  })

  it('says in words when not even one picture fits', async () => {
    const { tick } = await open({}, { contextTokens: 1024 })
    const large = { width: 1920, height: 1080, jpeg: sizedJpeg(1920, 1080) }
    await expect(tick({ picture: large })).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MODEL_CONTEXT_SMALL',
      message: expect.stringContaining('1920x1080') as string,
    })
    await clock.advance(1000)
    expect(await tick()).toMatchObject({ reason: 'model' })
  })
})
