import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LiveMessage } from './messages.ts'
import { packMessages, unpackMessages } from './bus-messages.ts'

const me = { id: 'me', looksOn: true }

const limit = 7_900
const delivery = (detail: string): LiveMessage => ({
  type: 'delivery',
  flow: 'f',
  delivery: {
    id: 'd',
    eventId: 'e',
    node: 'tell',
    state: 'delivered',
    attempts: 1,
    detail,
    at: '2026-01-01T00:00:00.000Z',
  },
})
const status = (cards: number, size: number): LiveMessage => ({
  type: 'status',
  flow: 'f',
  status: {
    id: 's',
    source: 'cam',
    state: 'running',
    reason: null,
    ticks: 1,
    decisions: { silence: 1, response: 0, delegate: 0 },
    dropped: 0,
    tickMs: { p50: 1, p95: 2 },
    visualTokens: { sent: 1, fullRate: 2 },
    lastFrameAt: null,
    nodes: Object.fromEntries(
      Array.from({ length: cards }, (_, index) => [
        `n${index}`,
        { text: 'fine', tone: 'ok' as const, data: { spark: Array.from({ length: size }, () => 0.12345) } },
      ]),
    ),
  },
})
const unpackAll = (payloads: string[]): LiveMessage[] =>
  payloads.flatMap((payload) => unpackMessages(payload)?.messages ?? [])

describe('packing live messages', () => {
  it('keeps every payload within its limit and every message in order, whatever the texts are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { maxLength: 60 }),
        fc.integer({ min: 2_500, max: 7_900 }),
        (texts, maxBytes) => {
          const messages = texts.map(delivery)
          const { payloads, cut, dropped } = packMessages(me, messages, maxBytes)
          expect(payloads.every((payload) => Buffer.byteLength(payload) <= maxBytes)).toBe(true)
          expect(dropped).toBe(0)
          if (cut === 0) expect(unpackAll(payloads)).toEqual(JSON.parse(JSON.stringify(messages)))
          else expect(unpackAll(payloads)).toHaveLength(messages.length)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('puts many small messages into few payloads', () => {
    const { payloads } = packMessages(
      me,
      Array.from({ length: 100 }, () => delivery('200')),
      limit,
    )
    // With its comma a message has about 160 bytes: 7,900 hold 49 of them.
    expect(payloads).toHaveLength(3)
  })

  it('cuts a long text and counts it', () => {
    const { payloads, cut, dropped } = packMessages(me, [delivery('x'.repeat(20_000))], limit)
    const [message] = unpackAll(payloads)
    expect({ cut, dropped }).toEqual({ cut: 1, dropped: 0 })
    expect(message?.type === 'delivery' && message.delivery.detail).toBe(`${'x'.repeat(2_000)}…`)
  })

  it('leaves out what cards show beside their text when that is what is too long', () => {
    const { payloads, cut, dropped } = packMessages(me, [status(20, 200)], limit)
    const [message] = unpackAll(payloads)
    expect({ cut, dropped }).toEqual({ cut: 1, dropped: 0 })
    expect(message?.type === 'status' && message.status.nodes['n7']).toEqual({ text: 'fine', tone: 'ok' })
  })

  it('drops and counts what cannot be made to fit, and sends the rest', () => {
    const { payloads, dropped } = packMessages(me, [delivery('a'), status(2_000, 1), delivery('b')], limit)
    expect(dropped).toBe(1)
    expect(unpackAll(payloads)).toEqual([delivery('a'), delivery('b')])
  })

  it('makes a greeting out of nothing', () => {
    expect(unpackMessages(packMessages(me, [], limit).payloads[0] ?? '')).toEqual({
      from: 'me',
      looksOn: true,
      messages: [],
    })
  })

  it('does not take what others may have sent for a message', () => {
    expect(['', 'null', '{}', '{"f":1,"m":[]}', '{"f":"x","m":{}}'].map(unpackMessages)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })
})
