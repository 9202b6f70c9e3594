import { describe, expect, it } from 'vitest'
import { FatalError, RetryableError } from '../contract/errors.ts'
import type { AnsweredQuestion, ModelTick, ModelVerdict } from '../contract/capabilities.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { fakeModel } from '../../test/support/fake-model.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import interactionModel from './interaction-model.ts'
import { ofKind } from '../../test/support/connection-kinds.ts'

const config = { connection: 'vllm', instruction: 'Warn of falls.' }
async function bench(
  verdict: (request: ModelTick, n: number) => Partial<ModelVerdict> = () => ({}),
  finish?: () => Partial<ModelVerdict>[],
) {
  const clock = fakeClock()
  const fake = fakeModel({ clock, verdict, ...(finish ? { finish } : {}) })
  const model = await fake.open({ connection: 'vllm', streamKey: 's', config: {}, timeoutMs: 1000 })
  return { fake, node: testNode(interactionModel, { config, clock, model }) }
}

/** A node whose model is told which answers were paired with which questions. */
async function answering(
  verdict: (request: ModelTick, n: number) => Partial<ModelVerdict>,
  note?: (kind: string, text: string) => void,
) {
  const clock = fakeClock()
  const fake = fakeModel({ clock, verdict })
  const noted: string[] = []
  const session = await fake.open({ connection: 'vllm', streamKey: 's', config: {}, timeoutMs: 1000 })
  const model = {
    ...session,
    note: ({ question, answer }: AnsweredQuestion) => void noted.push(`${question} ${answer}`),
  }
  return { model: fake, noted, node: testNode(interactionModel, { config, clock, model, ...(note ? { note } : {}) }) }
}

describe('interaction-model', () => {
  it('sends what the model says as a message, and every decision with what the frame cost', async () => {
    const { node } = await bench(() => ({
      action: 'response',
      text: 'A person has fallen.',
      mediaTimeS: 0.4,
      data: { skills: ['fall'], people: 1 },
    }))
    const sent = await node.tick({ frames: testFrame(0) })
    expect(sent.response).toMatchObject([
      { text: 'A person has fallen.', mediaTimeS: 0.4, fields: { skills: ['fall'] } },
    ])
    expect(sent.delegation).toEqual([])
    expect(sent.tick).toMatchObject({
      action: 'response',
      reason: 'model',
      mediaTimeS: 0.4,
      visualTokens: 302,
      fullRateTokens: 302,
    })
    expect(node.status).toMatchObject({
      text: 'A person has fallen.',
      tone: 'ok',
      data: { action: 'response', last: { text: 'A person has fallen.' } },
    })
  })

  it('sends a delegation as a question, and its note as a response, so that no warning is lost', async () => {
    const { node } = await bench(() => ({
      action: 'delegate',
      text: 'Somebody fell, I look closer.',
      question: 'Is she hurt?',
    }))
    const sent = await node.tick({ frames: testFrame(0) })
    expect(sent.response).toMatchObject([{ text: 'Somebody fell, I look closer.' }])
    expect(sent.delegation).toMatchObject([{ text: 'Is she hurt?', fields: { note: 'Somebody fell, I look closer.' } }])
  })

  it('leaves a question alone that the server has taken itself', async () => {
    const { node } = await bench(() => ({
      action: 'delegate',
      text: 'One moment.',
      question: 'Which brand?',
      data: { delegation: { status: 'submitted' } },
    }))
    const sent = await node.tick({ frames: testFrame(0) })
    expect(sent.delegation).toEqual([])
    expect(sent.response).toMatchObject([{ text: 'One moment.' }])
  })

  it('says nothing at a last tick without a picture and without anything in mind', async () => {
    const { node } = await bench()
    await node.tick({ frames: testFrame(0) })
    const { status } = node
    expect(await node.tick({}, { last: true })).toEqual({})
    expect(node.status).toBe(status)
  })

  it.each([
    ['a model that is away', new RetryableError('MODEL_UNREACHABLE', 'No answer.')],
    ['a model that refuses for good', new FatalError('MODEL_KEY_REFUSED', 'No answer.')],
  ])('is silent with words because of %s', async (_name, error) => {
    const { node } = await bench(() => {
      throw error
    })
    expect((await node.tick({ frames: testFrame(0) })).tick).toMatchObject({
      action: 'silence',
      reason: 'model-unreachable',
      text: 'No answer.',
      visualTokens: 0,
    })
    expect(node.status).toMatchObject({ text: 'No answer.', tone: 'bad' })
  })

  it('does not ask the model without a picture', async () => {
    const { fake, node } = await bench()
    expect((await node.tick({}, { camera: 'lost' })).tick).toMatchObject({
      reason: 'camera-lost',
      text: 'The camera sends no picture.',
    })
    expect((await node.tick({})).tick).toMatchObject({ reason: 'dropped', text: 'No picture reached the model.' })
    expect(fake.ticks).toEqual([])
  })

  it("says of a lost camera what the camera's own card says", async () => {
    const { node } = await bench()
    const cameraReason = 'The camera at 10.0.0.7 refused the password.'
    const { tick } = await node.tick({}, { camera: 'lost', cameraReason })
    expect(tick).toMatchObject({ reason: 'camera-lost', text: cameraReason })
    expect(node.status).toMatchObject({ text: cameraReason, tone: 'warn' })
  })

  it('asks for what nodes behind it wish for, and keeps the JSON that comes of it from people', async () => {
    const clock = fakeClock()
    const text = 'Milk is missing. {"product":"milk","row":3}'
    const fake = fakeModel({ clock, verdict: () => ({ action: 'response', text }) })
    const model = await fake.open({ connection: 'vllm', streamKey: 's', config: {}, timeoutMs: 1000 })
    const connections = ['edge', 'vllm-omni'].map((kind) => ({ name: kind, ...ofKind(kind) }))
    const grant = (connection: string): Record<string, unknown> => {
      if (interactionModel.role !== 'tick' || !interactionModel.grant) throw new Error('it grants nothing')
      const values = interactionModel.config.parse({ ...config, connection })
      return interactionModel.grant(values, ['Say the row.'], {
        connection: (name) => connections.find((each) => each.name === name),
      })
    }
    expect(grant('edge')).not.toHaveProperty('wishes')
    const wishes = grant('vllm-omni').wishes
    const asked = { ...interactionModel, config: interactionModel.config.loose() } as typeof interactionModel
    const sent = await testNode(asked, { config: { ...config, wishes }, clock, model }).tick({ frames: testFrame(0) })
    expect(fake.ticks[0]?.instruction).toBe('Warn of falls.\n\nSay the row.')
    expect(sent.response).toMatchObject([{ text: 'Milk is missing.', fields: { values: { product: 'milk', row: 3 } } }])
    expect(sent.tick).toMatchObject({ text: 'Milk is missing.' })
    const unasked = await testNode(interactionModel, { config, clock, model }).tick({ frames: testFrame(1) })
    expect(unasked.response).toMatchObject([{ text }])
  })

  it('folds memory, answers and questions into the instruction, and forgets questions once something was said', async () => {
    const { fake, node } = await bench((_request, n) => (n === 2 ? { action: 'response', text: 'Yes, it is.' } : {}))
    await node.tick({
      frames: testFrame(0),
      memory: { text: 'The sofa is red.' },
      answer: [testMessage('Four.', { fields: { question: 'How many chairs?' } })],
    })
    expect(fake.ticks[0]?.instruction).toBe(
      'What you remember from before:\nThe sofa is red.\n\nWarn of falls.\n\nYou asked: How many chairs?\nThe answer: Four.',
    )
    await node.tick({ frames: testFrame(1), query: [testMessage('Is the door open?')] })
    expect(fake.ticks[1]?.instruction).toMatch(/A person asks you now: Is the door open\?$/)
    await node.tick({ frames: testFrame(2) })
    expect(fake.ticks[2]?.instruction).toBe(fake.ticks[0]?.instruction)
  })

  it('drops a question after half a minute, and pairs nothing with it that is said later', async () => {
    const { model, node, noted } = await answering((_request, n) =>
      n === 32 ? { action: 'response', text: 'A cat.' } : {},
    )
    await node.tick({ frames: testFrame(0), query: [testMessage('Is the door open?')] })
    for (let n = 1; n < 32; n++) await node.tick({ frames: testFrame(n) })
    expect(model.ticks[29]?.instruction).toContain('A person asks you now: Is the door open?')
    expect(model.ticks[30]?.instruction).toBe('Warn of falls.')
    expect(noted).toEqual([])
  })

  it('takes what is said late about an earlier picture for no answer', async () => {
    const { node, noted } = await answering((request, n) =>
      n === 1
        ? {}
        : { action: 'response', text: `${n}`, ...(n === 2 ? { late: { ...request, atMs: request.atMs - 1 } } : {}) },
    )
    await node.tick({ frames: testFrame(0) })
    const late = await node.tick({ frames: testFrame(1), query: [testMessage('Is the door open?')] })
    expect(late).toMatchObject({ response: [{ text: '2' }], tick: { late: true } })
    expect(noted).toEqual([])
    await node.tick({ frames: testFrame(2) })
    expect(noted).toEqual(['Is the door open? 3'])
  })

  it('tells what the server asks an agent of its own, its answer, and its trouble', async () => {
    const failures: string[] = []
    const task = (status: 'submitted' | 'ready' | 'error', digest = '') => ({
      delegation: { task: 'deleg-1', status, question: 'Which brand?', digest },
      data: { delegation: { status } },
    })
    const { node } = await answering(
      (_request, n) =>
        [
          { action: 'delegate' as const, text: 'One moment.', question: 'Which brand?', ...task('submitted') },
          task('ready', 'A Heed.'),
          task('error', 'No connection.'),
        ][n - 1] ?? {},
      (_kind, text) => failures.push(text),
    )
    expect(await node.tick({ frames: testFrame(0) })).toMatchObject({
      response: [{ text: 'One moment.' }],
      delegation: [{ text: 'Which brand?', fields: { answeredBy: 'server' } }],
    })
    expect(await node.tick({ frames: testFrame(1) })).toMatchObject({
      delegation: [],
      response: [{ text: 'A Heed.', fields: { question: 'Which brand?' } }],
      tick: { action: 'silence' },
    })
    expect(await node.tick({ frames: testFrame(2) })).toMatchObject({ response: [], delegation: [] })
    expect(failures).toEqual(['The model server could not find out: Which brand? No connection.'])
  })

  it('keeps of a question its newest answer only', async () => {
    const { fake, node } = await bench()
    const answered = (text: string, question?: string) =>
      testMessage(text, question === undefined ? {} : { fields: { question } })
    await node.tick({
      frames: testFrame(0),
      answer: [answered('Four.', 'How many chairs?'), answered('Noon.'), answered('Shut.', 'Is the door open?')],
    })
    await node.tick({ frames: testFrame(1), answer: [answered('Five.', ' how many  chairs? '), answered('Rain.')] })
    expect(fake.ticks[1]?.instruction).toBe(
      'Warn of falls.\n\nThe answer: Noon.\n\nYou asked: Is the door open?\nThe answer: Shut.\n\nYou asked: how many  chairs?\nThe answer: Five.\n\nThe answer: Rain.',
    )
  })

  it('is never told more than five answers of 2000 letters', async () => {
    const { fake, node } = await bench()
    for (let tick = 0; tick < 9; tick++) {
      await node.tick({
        frames: testFrame(tick),
        answer: [testMessage('a'.repeat(8000), { fields: { question: `${tick} ${'q'.repeat(8000)}` } })],
      })
    }
    const instruction = fake.ticks.at(-1)?.instruction ?? ''
    expect(instruction.match(/You asked: \d/g)).toEqual([4, 5, 6, 7, 8].map((tick) => `You asked: ${tick}`))
    expect(instruction.length).toBeLessThan(5 * 2 * 2000 + 500)
  })

  it('lets the model finish when the source has ended, with or without a last picture', async () => {
    const { node } = await bench(undefined, () => [
      { action: 'response', text: 'A person has fallen.', mediaTimeS: 7.5 },
    ])
    expect((await node.tick({ frames: testFrame(0) }, { last: true })).response).toHaveLength(1)
    const sent = await node.tick({}, { last: true })
    expect(sent.response).toMatchObject([{ mediaTimeS: 7.5 }])
    expect(sent.tick).toMatchObject({ action: 'response', mediaTimeS: 7.5 })
  })

  it('asks for the fast tap only for the edge model', () => {
    const node = testNode(interactionModel, { config: { connection: 'edge', instruction: 'falls' } })
    expect(node.taps([{ name: 'edge', ...ofKind('edge') }])).toEqual({ fast: { width: 256, height: 192, fps: 8 } })
    expect(node.taps([{ name: 'edge', ...ofKind('vllm-omni') }])).toEqual({})
  })

  it.each([
    [{ connection: '', instruction: 'x' }, 'connection', 'error'],
    [{ connection: 'vllm', instruction: '  ' }, 'instruction', 'error'],
    [{ connection: 'edge', instruction: '' }, 'instruction', 'error'],
    [{ connection: 'edge', instruction: '', watchFor: ['fall'] }, null, null],
    [{ connection: 'edge', instruction: 'Warn the moment a person falls.' }, null, null],
    [{ connection: 'edge', instruction: 'Tell me when the soup boils over.' }, 'instruction', 'warning'],
    [{ connection: 'edge', instruction: 'Warn when somebody falls.', watchFor: ['motion'] }, 'watchFor', 'warning'],
    [{ connection: 'vllm', instruction: 'Tell me when the soup boils over.' }, null, null],
    [{ connection: 'vllm', instruction: 'Tell me when the soup boils over.\n<3.0 seconds>' }, 'instruction', 'warning'],
    [{ connection: 'own', instruction: 'Tell me of soup.', persona: 'talkative' }, 'persona', 'warning'],
    [{ connection: 'own', instruction: 'Tell me of soup.', persona: 'silent' }, null, null],
  ])('checks %j', (values, field, severity) => {
    const problems = testNode(interactionModel, { config: values }).check([
      { name: 'edge', ...ofKind('edge') },
      { name: 'vllm', ...ofKind('vllm-omni') },
      { name: 'own', ...ofKind('joyai-webinfer') },
    ])
    expect(problems.map((problem) => [problem.field, problem.severity])).toEqual(
      field === null ? [] : [[field, severity]],
    )
  })
})
