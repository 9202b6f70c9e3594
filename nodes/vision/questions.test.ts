import { expect, it } from 'vitest'
import type { AnsweredQuestion, ModelTick, ModelVerdict } from '../contract/capabilities.ts'
import type { Message } from '../contract/events.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { fakeModel } from '../../test/support/fake-model.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import interactionModel from './interaction-model.ts'

const says = (text: string): Partial<ModelVerdict> => ({ action: 'response', text })

/** A model node, what it told in the history, and which answers its model was told of. */
async function asking(verdict: (request: ModelTick, n: number) => Partial<ModelVerdict>, patch: object = {}) {
  const clock = fakeClock()
  const fake = fakeModel({ clock, verdict })
  const paired: string[] = []
  const told: string[] = []
  const session = await fake.open({ connection: 'vllm', streamKey: 's', config: {}, timeoutMs: 1000 })
  const model = {
    ...session,
    note: ({ question, answer }: AnsweredQuestion) => void paired.push(`${question} ${answer}`),
  }
  const config = { connection: 'vllm', instruction: 'Warn of falls.', ...patch }
  const note = (kind: string, text: string, fields?: Record<string, unknown>): void =>
    void told.push(`${kind}: ${text} (${String(fields?.id)})`)
  return { fake, paired, told, node: testNode(interactionModel, { config, clock, model, note }) }
}
const said = (eventId: string | undefined, count: number): unknown => expect.objectContaining({ eventId, count })
const asked = (text: string, patch: Partial<Message> = {}): Message =>
  testMessage(text, { source: { flow: 'flow1', node: '', stream: 'flow1-cam' }, ...patch })

it('says of an answer which questions it ends, also where the same was said a moment ago', async () => {
  const { node, paired, told } = await asking(() => says('Nobody is here.'))
  await node.tick({ frames: testFrame(0) })
  const answer = await node.tick({ frames: testFrame(1), query: [asked('Who is here?')] })
  expect(answer.response).toMatchObject([
    { text: 'Nobody is here.', fields: { answersTo: [{ id: 'm-Who is here?', question: 'Who is here?' }] } },
  ])
  // News to whoever asked: an event of its own, not one more of the sentence before.
  const [own] = answer.response as Message[]
  expect(node.state).toMatchObject({ said: expect.arrayContaining([said(own?.eventId, 1)]) as object })
  const [first] = (await node.tick({ frames: testFrame(2) })).response as Message[]
  expect(first?.fields?.answersTo).toBeUndefined()
  expect([paired, told]).toEqual([['Who is here? Nobody is here.'], []])
})

it('tells the asker that a question has expired, once, and pairs nothing with it afterwards', async () => {
  const { node, paired, told } = await asking((_request, n) => (n === 32 ? says('A cat.') : {}))
  await node.tick({ frames: testFrame(0), query: [asked('Is the door open?')] })
  for (let n = 1; n < 30; n++) await node.tick({ frames: testFrame(n) })
  expect(told).toEqual([])
  const later = []
  for (let n = 30; n < 34; n++) later.push(await node.tick({ frames: testFrame(n) }))
  expect(told).toEqual(['question.expired: Not answered within 30 s: Is the door open? (m-Is the door open?)'])
  expect(later.flatMap(({ response }) => (response ?? []) as Message[])).toMatchObject([{ text: 'A cat.' }])
  expect(JSON.stringify(later)).not.toContain('answersTo')
  expect(paired).toEqual([])
})

it('counts from when a person asked, also while nobody watched', async () => {
  const { fake, node, told } = await asking(() => ({}), { questionS: 10 })
  await node.tick({ frames: testFrame(0), query: [asked('Who came?', { at: '2025-12-31T23:59:49.000Z' })] })
  expect(told).toEqual(['question.expired: Not answered within 10 s: Who came? (m-Who came?)'])
  expect(fake.ticks[0]?.instruction).toBe('Warn of falls.')
})

it('tells of a question that had to make room, and of one that the end of a clip leaves open', async () => {
  const { node, told } = await asking(() => ({}))
  await node.tick({ frames: testFrame(0), query: ['1?', '2?', '3?', '4?'].map((text) => asked(text)) })
  expect(told).toEqual(['question.expired: Given up for 3 newer questions: 1? (m-1?)'])
  await node.tick({}, { last: true })
  expect(told.slice(1)).toEqual(
    ['2?', '3?', '4?'].map((text) => `question.expired: Not answered before the end: ${text} (m-${text})`),
  )
})
