import { describe, expect, it } from 'vitest'
import type { EventView } from '../views.ts'
import { inboxOf } from './alerts.ts'

const delivery = { id: 'd', node: 'tell', state: 'delivered', attempts: 1, detail: '', at: '' }
function event(id: string, change: Partial<EventView>): EventView {
  return { id, kind: 'response.given', flow: 'f', revision: 1, stream: 's', node: 'n', at: '', mediaTimeS: 0, text: '', fields: {}, frame: null, acknowledgedAt: null, acknowledgedBy: null, deliveries: [], ...change }
}
const events = [
  event('sent', { text: 'A person has fallen.', deliveries: [delivery] }),
  event('held back', { text: 'A person has fallen.' }),
  event('seen', { deliveries: [delivery], acknowledgedAt: '2026-01-01' }),
  event('echo', { kind: 'notification.delivered', deliveries: [delivery] }),
  event('trouble', { kind: 'stream.lost', text: 'The camera does not answer.' }),
]
const ids = (list: EventView[]) => list.map(({ id }) => id)

describe('the inbox', () => {
  it('waits with what was sent or is trouble, and nobody has seen', () => {
    expect(ids(inboxOf(events, 'waiting'))).toEqual(['sent', 'trouble'])
    expect(ids(inboxOf(events, 'alerts'))).toEqual(['sent', 'seen', 'trouble'])
    expect(inboxOf(events, 'everything')).toHaveLength(5)
  })

  it('finds by every word', () => {
    expect(ids(inboxOf(events, 'everything', 'PERSON fallen'))).toEqual(['sent', 'held back'])
  })
})
