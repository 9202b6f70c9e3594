import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { toldNothing } from '../../test/support/test-clients.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import type { Message } from '../contract/events.ts'
import { durationWords, followingOf, mostReminders, rootEventOf, unacknowledgedMessage } from './escalation.ts'
import notification from './notification.ts'

const minuteMs = 60_000
const config = { repeatEveryM: 0.5, unacknowledgedAfterM: 3 }
const fall = testMessage('A person has fallen.', { frame: { url: '/api/events/e/frame' } })

describe('what follows', () => {
  it('is a reminder and a deadline after the first, the next reminder after each, and nothing after the last', () => {
    expect(followingOf(config, '', fall)).toEqual([
      { phase: 'repeat-1', afterMs: 30_000 },
      { phase: 'deadline', afterMs: 180_000 },
    ])
    expect(followingOf(config, 'repeat-1', fall)).toEqual([{ phase: 'repeat-2', afterMs: 30_000 }])
    expect(followingOf(config, `repeat-${mostReminders}`, fall)).toEqual([])
    expect(followingOf(config, 'deadline', fall)).toEqual([])
    expect(followingOf({ repeatEveryM: 0, unacknowledgedAfterM: 0 }, '', fall)).toEqual([])
  })

  it('is the deadline alone after a correction: the reminders of what it corrects go on', () => {
    const correction = testMessage('Not so.', { fields: { corrects: fall.eventId } })
    expect(followingOf(config, '', correction)).toEqual([{ phase: 'deadline', afterMs: 180_000 }])
  })
})

describe('words', () => {
  it('say how long it has been', () => {
    expect([1, 40_000, 60_000, 89_000, 3 * minuteMs, 61 * minuteMs, 120 * minuteMs].map(durationWords)).toEqual([
      '1 second',
      '40 seconds',
      '1 minute',
      '89 seconds',
      '3 minutes',
      '61 minutes',
      '2 hours',
    ])
  })

  it('carry the first words and the whole time through every step', () => {
    const startMs = Date.parse(fall.at)
    const first = unacknowledgedMessage(fall, startMs + 3 * minuteMs)
    expect(first).toMatchObject({
      text: 'Nobody has acknowledged this for 3 minutes: A person has fallen.',
      frame: fall.frame,
      fields: { about: fall.eventId, text: fall.text },
    })
    const second = unacknowledgedMessage(
      { ...first, eventId: 'e2', at: new Date(startMs + 3 * minuteMs).toISOString() },
      startMs + 8 * minuteMs,
    )
    expect(second.text).toBe('Nobody has acknowledged this for 8 minutes: A person has fallen.')
    expect(rootEventOf(second)).toBe(fall.eventId)
  })
})

describe('a notification in its phases', () => {
  const world = (acknowledged: string[] = []) => {
    const clock = fakeClock()
    const sent: { url: string; title: string; key: string; link: string }[] = []
    const at = (phase: string, message: Message = fall, values: Record<string, unknown> = {}) =>
      testNode(notification, {
        clock,
        phase,
        config: { channel: 'webhook', url: 'https://example.org/hook', title: 'Fall', ...config, ...values },
        http: {
          request: async (request) => {
            const body = JSON.parse(String(request.body)) as { title: string; acknowledgeUrl: string }
            sent.push({
              url: request.url,
              title: body.title,
              key: request.headers?.['idempotency-key'] ?? '',
              link: body.acknowledgeUrl,
            })
            return { status: 200, headers: {}, text: '' }
          },
        },
        clients: { events: { isAcknowledged: async (id) => acknowledged.includes(id), told: toldNothing } },
      }).perform(message)
    return { clock, sent, at }
  }

  it('tells, reminds, and hands on once nobody has reacted', async () => {
    const { at, sent, clock } = world()
    expect((await at('')).later).toEqual([
      { phase: 'repeat-1', afterMs: 30_000 },
      { phase: 'deadline', afterMs: 180_000 },
    ])
    const reminder = await at('repeat-1')
    expect(reminder).toMatchObject({
      outputs: {},
      later: [{ phase: 'repeat-2' }],
      summary: expect.stringMatching(/^Reminder 1\./) as string,
    })
    expect(sent.map(({ title }) => title)).toEqual(['Fall', 'Fall (reminder 1)'])
    await clock.advance(180_000)
    expect((await at('deadline')).outputs).toMatchObject({
      unacknowledged: { text: 'Nobody has acknowledged this for 3 minutes: A person has fallen.' },
    })
  })

  it('is quiet in every later phase once somebody has acknowledged it', async () => {
    const { at, sent } = world([fall.eventId])
    for (const phase of ['repeat-1', 'repeat-99', 'deadline'])
      expect(await at(phase)).toMatchObject({ outputs: {}, summary: 'Somebody has acknowledged it: nothing to do.' })
    expect(sent).toEqual([])
  })

  it('gives the next one the link of the first event, and stops when that one is acknowledged', async () => {
    const { at, sent, clock } = world()
    await clock.advance(180_000)
    const handed = (await at('deadline')).outputs.unacknowledged as Message
    await at('', { ...handed, eventId: 'e2' })
    expect(sent.at(-1)?.link).toBe(`http://heed.test/ack/${fall.eventId}`)
    expect((await world([fall.eventId]).at('deadline', { ...handed, eventId: 'e2' })).outputs).toEqual({})
    expect((await world(['e2']).at('deadline', { ...handed, eventId: 'e2' })).outputs).toEqual({})
  })

  it('reminds 100 times and no more', async () => {
    expect((await world().at(`repeat-${mostReminders}`)).later).toEqual([])
  })

  it('refuses a phase nobody put off', async () => {
    await expect(world().at('repeat-x')).rejects.toMatchObject({ code: 'NOTIFICATION_PHASE_UNKNOWN' })
  })
})
