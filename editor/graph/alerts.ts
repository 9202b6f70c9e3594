// Which events a person must see, and what the inbox shows of them. Pure.
import type { EventView } from '../views.ts'

const troubles = new Set([
  'stream.lost',
  'stream.failed',
  'model.lost',
  'node.stuck',
  'notification.failed',
  'notification.unacknowledged',
  'delegation.failed',
  'decisions.lost',
])
/** Facts about an alert that has its own line already. */
const echoes = new Set(['notification.delivered', 'speech.played'])

/** What goes to nobody's phone or inbox: said into a room, asked of an agent, work of a node's own. Any other type, a package's too, is taken for telling. */
const quiet = new Set(['tts', 'delegate-to-agent', 'recap'])

export function isTrouble(event: Pick<EventView, 'kind'>): boolean {
  return troubles.has(event.kind)
}

function isFall({ fields }: Pick<EventView, 'fields'>): boolean {
  return Array.isArray(fields['skills']) && fields['skills'].includes('fall')
}

/** True for what was sent to somebody, for a fall that was said aloud only, and for trouble: the inbox's own. */
export function isAlert(event: Pick<EventView, 'kind' | 'deliveries' | 'fields'>): boolean {
  if (isTrouble(event)) return true
  if (echoes.has(event.kind) || event.deliveries.length === 0) return false
  return isFall(event) || event.deliveries.some(({ type }) => type === null || type === undefined || !quiet.has(type))
}

/** True while nobody has said that they saw it. */
export function isWaiting(event: Pick<EventView, 'kind' | 'deliveries' | 'fields' | 'acknowledgedAt'>): boolean {
  return isAlert(event) && event.acknowledgedAt === null
}

export type InboxFilter = 'waiting' | 'alerts' | 'everything'

/** The events of one tab of the inbox that hold every word looked for. */
export function inboxOf<T extends EventView>(events: readonly T[], filter: InboxFilter, words = ''): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const keeps = { waiting: isWaiting, alerts: isAlert, everything: () => true }[filter]
  return events.filter(
    (event) => keeps(event) && wanted.every((word) => `${event.text} ${event.kind}`.toLowerCase().includes(word)),
  )
}
