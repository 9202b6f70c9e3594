import { describe, expect, it } from 'vitest'
import type { DeliveryView, EventView } from '../views.ts'
import { mergeEvent } from './event-merge.ts'

const delivery = (state: DeliveryView['state'], second: number, more: Partial<DeliveryView> = {}): DeliveryView => ({
  id: 'd1',
  node: 'tell',
  type: null,
  state,
  attempts: 1,
  detail: '',
  code: null,
  at: `2026-03-01T10:00:0${second}.000Z`,
  ...more,
})
const event = (more: Partial<EventView> = {}): EventView => ({
  id: 'e1',
  kind: 'response.given',
  flow: 'f',
  revision: 3,
  stream: 's',
  node: 'model',
  at: '2026-03-01T10:00:00.000Z',
  mediaTimeS: 4,
  text: 'Fall',
  fields: {},
  frame: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  alert: true,
  incident: null,
  verdict: null,
  deliveries: [],
  ...more,
})

describe('an event that was read and told of at the same time', () => {
  it('keeps the later word on a delivery, whichever came in last', () => {
    const told = event({ deliveries: [delivery('delivered', 2)] })
    const stale = event({ deliveries: [delivery('running', 1, { type: 'notification' })] })
    expect(mergeEvent(told, stale).deliveries).toEqual([delivery('delivered', 2, { type: 'notification' })])
    expect(mergeEvent(stale, told).deliveries).toEqual([delivery('delivered', 2, { type: 'notification' })])
  })

  it('keeps a delivery that the answer did not know of yet, behind those it knows', () => {
    const merged = mergeEvent(
      event({ deliveries: [delivery('running', 2, { id: 'd2' })] }),
      event({ deliveries: [delivery('delivered', 1)] }),
    )
    expect(merged.deliveries.map(({ id, state }) => [id, state])).toEqual([
      ['d1', 'delivered'],
      ['d2', 'running'],
    ])
  })

  it('does not forget that somebody has seen it, and takes the rest as read', () => {
    const seen = event({ acknowledgedAt: '2026-03-01T10:00:05.000Z', acknowledgedBy: 'Ana', revision: 0 })
    expect(mergeEvent(seen, event({ fields: { kind: 'fall' } }))).toEqual({
      ...seen,
      revision: 3,
      fields: { kind: 'fall' },
    })
    expect(mergeEvent(undefined, seen)).toBe(seen)
  })
})
