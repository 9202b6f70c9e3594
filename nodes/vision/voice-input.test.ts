import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import voiceInput from './voice-input.ts'

describe('voice-input', () => {
  it('sends on what was heard, once, and shows it', async () => {
    const node = testNode(voiceInput, { config: { connection: 'ears' } })
    const sent = await node.tick({ heard: [testMessage(' How many people are there? ')] })
    expect(sent.message).toMatchObject([{ text: 'How many people are there?', fields: { spoken: true } }])
    expect(node.status).toMatchObject({ text: 'How many people are there?', data: { count: 1 } })
    expect((await node.tick()).message).toEqual([])
  })

  it('says nothing when nothing was said', async () => {
    const node = testNode(voiceInput, { config: { connection: 'ears' } })
    expect((await node.tick({ heard: [testMessage('  ')] })).message).toEqual([])
    expect(node.status).toBeNull()
  })

  it('wants a connection', () => {
    expect(testNode(voiceInput).check()).toMatchObject([{ field: 'connection', severity: 'error' }])
  })
})
