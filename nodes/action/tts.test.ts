import { describe, expect, it } from 'vitest'
import type { SpeechRequest } from '../contract/capabilities.ts'
import { FatalError } from '../contract/errors.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import tts from './tts.ts'

const message = testMessage('A person has fallen.')
const sound = { bytes: new Uint8Array(44), contentType: 'audio/wav', durationS: 1.5 }

function bench(speak: () => Promise<typeof sound & { startsAtMs?: number }> = async () => sound) {
  const said: (SpeechRequest & { connection: string })[] = []
  const kept: string[] = []
  const node = testNode(tts, { reach: {
    speech: { speak: async (connection, request) => { said.push({ ...request, connection }); return await speak() } },
    sounds: { keep: async (id) => { kept.push(id); return `/api/events/${id}/audio` } },
  } })
  return { node, said, kept }
}

describe('tts', () => {
  it('says a message with the built-in voice, keeps the sound, and passes both on', async () => {
    const { node, said, kept } = bench(async () => ({ ...sound, startsAtMs: 1234 }))
    const { outputs, summary } = await node.perform(message)
    expect(said).toEqual([{ connection: 'flite', text: 'A person has fallen.', voice: '', queue: 'flow1-cam', latestStartMs: Date.parse(message.at) + 5000 }])
    expect(kept).toEqual([message.eventId])
    expect(outputs.audio).toMatchObject({ audio: { url: `/api/events/${message.eventId}/audio` }, fields: { audio: { durationS: 1.5, startsAtMs: 1234 } } })
    expect(outputs.message).toEqual(message)
    expect(summary).toBe('Spoken, 1.5 s.')
  })

  it('drops what is too old before it is said, and says so', async () => {
    const { node, said } = bench()
    await node.clock.advance(6000)
    const { outputs, summary, facts } = await node.perform(message)
    expect(said).toEqual([])
    expect(outputs).toEqual({})
    expect(summary).toBe('Dropped, not spoken: it was 6 s old, and 5 s is the limit.')
    expect(facts).toMatchObject([{ kind: 'speech.dropped', message: { text: 'A person has fallen.' } }])
  })

  it('drops what would only have been said too late', async () => {
    const { node, kept } = bench(async () => { throw new FatalError('SPEECH_STALE', 'Late.') })
    expect(await node.perform(message)).toMatchObject({ summary: expect.stringContaining('could not have begun within 5 s') as string, facts: [{ kind: 'speech.dropped' }] })
    expect(kept).toEqual([])
  })

  it('fails in words where the voice cannot say it', async () => {
    const { node } = bench(async () => { throw new FatalError('SPEECH_LANGUAGE', 'English only.') })
    await expect(node.perform(message)).rejects.toMatchObject({ code: 'SPEECH_LANGUAGE' })
  })

  it('wants a voice', () => {
    expect(testNode(tts, { config: { connection: '' } }).check()).toHaveLength(1)
    expect(testNode(tts).check()).toEqual([])
  })
})
