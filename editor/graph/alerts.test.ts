import { describe, expect, it } from 'vitest'
import type { EventView } from '../views.ts'
import { inboxOf, isAlert } from './alerts.ts'

const delivery = { id: 'd', node: 'tell', type: 'notification', state: 'delivered', attempts: 1, detail: '', at: '' }
function event(id: string, change: Partial<EventView>): EventView {
  return {
    id,
    kind: 'response.given',
    flow: 'f',
    revision: 1,
    stream: 's',
    node: 'n',
    at: '',
    mediaTimeS: 0,
    text: '',
    fields: {},
    frame: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    deliveries: [],
    ...change,
  }
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

  it('takes what was only said aloud, or only asked of an agent, for no alert; but a fall for one', () => {
    const of = (type: string | null) => [{ ...delivery, type }]
    expect(isAlert(event('spoken', { deliveries: of('tts') }))).toBe(false)
    expect(isAlert(event('asked', { kind: 'delegation.made', deliveries: of('delegate-to-agent') }))).toBe(false)
    expect(isAlert(event('both', { deliveries: [...of('tts'), ...of('notification')] }))).toBe(true)
    expect(isAlert(event('a type from a package', { deliveries: of('pager') }))).toBe(true)
    expect(isAlert(event('not known any more', { deliveries: of(null) }))).toBe(true)
    expect(isAlert(event('a fall said aloud', { fields: { skills: ['fall'] }, deliveries: of('tts') }))).toBe(true)
    expect(isAlert(event('a visitor said aloud', { fields: { skills: ['people'] }, deliveries: of('tts') }))).toBe(
      false,
    )
  })

  it('finds by every word', () => {
    expect(ids(inboxOf(events, 'everything', 'PERSON fallen'))).toEqual(['sent', 'held back'])
  })
})
