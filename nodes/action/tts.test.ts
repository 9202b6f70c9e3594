import { describe, expect, it } from 'vitest'
import type { SpeechRequest } from '../contract/capabilities.ts'
import { FatalError } from '../contract/errors.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import tts from './tts.ts'

const message = testMessage('A person has fallen.')
const spoken = { url: '/api/events/e1/audio?node=node', durationS: 1.5, startsAtMs: 1234 }

function bench(speak: () => Promise<typeof spoken> = async () => spoken, options: { attempt?: number } = {}) {
  const said: (SpeechRequest & { connection: string })[] = []
  const node = testNode(tts, {
    ...options,
    clients: {
      speech: {
        speak: async (connection, request) => {
          said.push({ ...request, connection })
          return await speak()
        },
      },
    },
  })
  return { node, said }
}

const stale = async (): Promise<never> => {
  throw new FatalError('SPEECH_STALE', 'Late.')
}

describe('tts', () => {
  it('says a message with the built-in voice, and passes it on with its sound', async () => {
    const { node, said } = bench()
    const { outputs, summary } = await node.perform(message)
    const saidAtMs = Date.parse(message.at)
    expect(said).toEqual([
      {
        connection: 'flite',
        text: 'A person has fallen.',
        voice: '',
        queue: 'flow1-cam',
        saidAtMs,
        latestStartMs: saidAtMs + 5000,
        about: { flow: 'flow1', eventId: message.eventId, node: 'node' },
      },
    ])
    expect(outputs.audio).toMatchObject({ audio: { url: spoken.url }, fields: { audio: spoken } })
    expect(outputs.message).toEqual(message)
    expect(summary).toBe('Spoken, 1.5 s.')
  })

  it('drops what is too old before it is said, and says so', async () => {
    const { node } = bench(stale)
    await node.clock.advance(6000)
    const { outputs, summary, facts } = await node.perform(message)
    expect(outputs).toEqual({})
    expect(summary).toBe('Dropped, not spoken: it was 6 s old, and 5 s is the limit.')
    expect(facts).toMatchObject([{ kind: 'speech.dropped', message: { text: 'A person has fallen.' } }])
  })

  it('drops what would only have been said too late', async () => {
    const { node } = bench(stale)
    expect(await node.perform(message)).toMatchObject({
      summary: expect.stringContaining('could not have begun within 5 s') as string,
      code: 'SPEECH_DROPPED',
      facts: [{ kind: 'speech.dropped' }],
    })
  })

  it('does not claim that nothing was heard when the try before broke off', async () => {
    const { node } = bench(stale, { attempt: 2 })
    await node.clock.advance(9000)
    expect((await node.perform(message)).summary).toBe(
      'Dropped, not spoken: the try before broke off, and now it is 9 s old; 5 s is the limit.',
    )
  })

  it('fails in words where the voice cannot say it', async () => {
    const { node } = bench(async () => {
      throw new FatalError('SPEECH_LANGUAGE', 'English only.')
    })
    await expect(node.perform(message)).rejects.toMatchObject({ code: 'SPEECH_LANGUAGE' })
  })

  it('wants a voice', () => {
    expect(testNode(tts, { config: { connection: '' } }).check()).toHaveLength(1)
    expect(testNode(tts).check()).toEqual([])
  })
})
