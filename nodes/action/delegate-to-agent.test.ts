import { describe, expect, it } from 'vitest'
import { FatalError, RetryableError } from '../contract/errors.ts'
import type { AgentQuestion, PicturePort } from '../contract/capabilities.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import delegate from './delegate-to-agent.ts'

const jpeg = new Uint8Array([0xff, 0xd8, 0xff])
const recent: PicturePort = {
  ofEvent: async () => jpeg,
  recentOfEvent: async () => [
    { mediaTimeS: 3, jpeg },
    { mediaTimeS: 4, jpeg },
  ],
  md5: () => '',
}
const question = testMessage('Is she hurt?', { mediaTimeS: 4, fields: { note: 'Somebody fell, I look closer.' } })

function bench(answer: (asked: AgentQuestion) => Promise<{ text: string }>, pictures = recent) {
  const asked: (AgentQuestion & { connection: string })[] = []
  const node = testNode(delegate, {
    config: { connection: 'doctor', timeoutS: 30 },
    pictures,
    clients: {
      agents: {
        ask: async (connection, given) => {
          asked.push({ ...given, connection })
          return await answer(given)
        },
      },
    },
  })
  return { asked, node }
}

describe('delegate-to-agent', () => {
  it('asks with the note and the recent pictures, and brings back an answer the model can fold in', async () => {
    const { asked, node } = bench(async () => ({ text: 'She stands up again.' }))
    const { outputs, summary } = await node.perform(question)
    expect(asked).toEqual([
      {
        connection: 'doctor',
        question: 'Is she hurt?',
        note: 'Somebody fell, I look closer.',
        timeoutMs: 30_000,
        maxAtOnce: 3,
        pictures: [
          { mediaTimeS: 3, jpeg },
          { mediaTimeS: 4, jpeg },
        ],
        sessionId: 'flow1-cam',
        taskId: `${question.eventId}_node`,
      },
    ])
    expect(outputs.answer).toMatchObject({
      text: 'She stands up again.',
      fields: { question: 'Is she hurt?', note: 'Somebody fell, I look closer.', agent: 'doctor' },
    })
    expect(summary).toBe('Answered after 0 s.')
  })

  it('asks nobody what the model server asks an agent of its own', async () => {
    const { asked, node } = bench(async () => ({ text: 'A second answer.' }))
    const { outputs, summary } = await node.perform(testMessage('Which brand?', { fields: { answeredBy: 'server' } }))
    expect([asked, outputs]).toEqual([[], {}])
    expect(summary).toContain('agent of its own')
  })

  it('sends the one picture of a message that no model made, or none', async () => {
    const { asked, node } = bench(async () => ({ text: 'Yes.' }), {
      ...recent,
      recentOfEvent: async () => [],
      md5: () => '',
    })
    await node.perform(question)
    expect(asked[0]?.pictures).toEqual([{ mediaTimeS: 4, jpeg }])
    const blind = bench(async () => ({ text: 'Yes.' }), {
      ofEvent: async () => undefined,
      recentOfEvent: async () => [],
      md5: () => '',
    })
    await blind.node.perform(question)
    expect(blind.asked[0]?.pictures).toEqual([])
  })

  it('asks again when the agent was away, but never once its time is up', async () => {
    const away = bench(async () => {
      throw new RetryableError('AGENT_UNREACHABLE', 'Away.')
    })
    await expect(away.node.perform(question)).rejects.toBeInstanceOf(RetryableError)
    const late = bench(async () => {
      throw new RetryableError('AGENT_TIMEOUT', 'The agent did not answer within 30 s.')
    })
    await expect(late.node.perform(question)).rejects.toBeInstanceOf(FatalError)
  })

  it('wants a connection', () => {
    expect(testNode(delegate).check()).toMatchObject([{ field: 'connection', severity: 'error' }])
    expect(testNode(delegate, { config: { connection: 'doctor' } }).check()).toEqual([])
  })
})
