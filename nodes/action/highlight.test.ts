import { describe, expect, it } from 'vitest'
import type { ClipPort } from '../contract/capabilities.ts'
import { RetryableError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import highlight from './highlight.ts'

const goal = testMessage('Goal by the left wing.', { fields: { side: 'left' }, mediaTimeS: 40 })
const acts = (sent: Record<string, unknown>) => sent.act as Message[]
const pictures = [36, 37, 38].map((mediaTimeS) => ({ mediaTimeS, jpeg: new Uint8Array([mediaTimeS]) }))

function make(options: { seen?: typeof pictures; attempt?: number; trouble?: Error } = {}) {
  const made: Parameters<ClipPort['make']>[] = []
  const node = testNode(highlight, {
    clock: fakeClock(),
    config: { afterS: 0, secondsEach: 2, form: 'gif' },
    attempt: options.attempt ?? 1,
    pictures: { ofEvent: async () => undefined, recentOfEvent: async () => options.seen ?? pictures, md5: () => '' },
    clients: {
      clips: {
        make: async (...order) => {
          made.push(order)
          if (options.trouble) throw options.trouble
          return { url: '/api/events/x/clip', contentType: 'image/gif', durationS: 6 }
        },
      },
    },
  })
  return { node, made }
}

describe('highlight', () => {
  it('waits for the pictures after the moment, over a restart too', async () => {
    const node = testNode(highlight, { config: { afterS: 2 } })
    expect(acts(await node.tick({ message: [goal] }))).toEqual([])
    expect(node.status?.text).toBe('Waits for the next pictures')
    node.restart()
    expect(acts(await node.tick())).toEqual([])
    const [work] = acts(await node.tick())
    expect(work).toMatchObject({ text: goal.text, mediaTimeS: 40, fields: { about: goal.eventId } })
    expect(acts(await node.tick())).toEqual([])
  })

  it('takes those that there are when no more come, and keeps a bounded number waiting', async () => {
    const ending = testNode(highlight, {})
    expect(acts(await ending.tick({ message: [goal] }, { last: true }))).toHaveLength(1)
    const node = testNode(highlight, {})
    const many = Array.from({ length: 25 }, (_unused, at) => testMessage(`${at}`))
    expect(acts(await node.tick({ message: many }))).toHaveLength(5)
  })

  it('sends the message on with its clip', async () => {
    const { made, node } = make()
    const [work] = acts(await node.tick({ message: [goal] }))
    const { outputs, summary } = await node.perform(work as Message)
    expect(made[0]?.slice(0, 2)).toMatchObject([{ of: goal.eventId }, { pictures, form: 'gif', slower: 2 }])
    expect(outputs.message).toMatchObject({
      text: goal.text,
      fields: { side: 'left', about: goal.eventId, clip: { url: '/api/events/x/clip', pictures: 3 } },
    })
    expect((outputs.message as Message).fields).not.toHaveProperty('moment')
    expect(summary).toBe('A clip of 3 pictures was made.')
  })

  it('loses no message: without a picture, and when the last try fails too, it goes on alone', async () => {
    const blind = make({ seen: [] })
    const [first] = acts(await blind.node.tick({ message: [goal] }))
    expect((await blind.node.perform(first as Message)).outputs.message).toMatchObject({ fields: { side: 'left' } })
    const trouble = new RetryableError('MEDIA_PACKING_FAILED', 'No room.')
    const early = make({ trouble })
    const [second] = acts(await early.node.tick({ message: [goal] }))
    await expect(early.node.perform(second as Message)).rejects.toBe(trouble)
    const last = make({ trouble, attempt: 3 })
    const [third] = acts(await last.node.tick({ message: [goal] }))
    const { outputs, summary } = await last.node.perform(third as Message)
    expect(outputs.message).toMatchObject({ text: goal.text })
    expect(summary).toBe('It went on without a clip: No room.')
  })
})
