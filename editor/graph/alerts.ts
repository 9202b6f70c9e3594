// Which events a person must see, and how the inbox words its filters. Pure; what is an alert the server has said.
import { endings, troubles } from '../../nodes/contract/alerts.ts'
import type { EventView } from '../views.ts'

const isTroubleKind = new Set<string>(troubles)

const ending = new Set<string>(Object.values(endings).flat())

/** Trouble of which something will say that it is over: a camera comes back, a message that failed has failed. */
export function canEnd(event: Pick<EventView, 'kind'>): boolean {
  return ending.has(event.kind)
}

export function isTrouble(event: Pick<EventView, 'kind'>): boolean {
  return isTroubleKind.has(event.kind)
}

/** True while nobody has said that they saw it. */
export function isWaiting(event: Pick<EventView, 'alert' | 'acknowledgedAt'>): boolean {
  return event.alert && event.acknowledgedAt === null
}

/** Of incidents: those that nobody has seen, those that somebody has, all. What was no alert is in the history. */
export type InboxFilter = 'waiting' | 'seen' | 'all'
const chosen = { waiting: 'incidents', seen: 'seen-incidents', all: 'any-incidents' } as const

/** What a tab of the inbox asks the server for. */
export function queryOf(filter: InboxFilter, words: string): { only: (typeof chosen)[InboxFilter]; q?: string } {
  const q = words.trim()
  return { only: chosen[filter], ...(q ? { q } : {}) }
}

/** Of one card's many reminders that all arrived the first and the newest; whatever has not arrived stands there. `folded`: how many do not. */
export function foldDeliveries<D extends { node: string; state: string; at: string }>(
  deliveries: readonly D[],
): { shown: D[]; folded: number } {
  const arrived = Map.groupBy(
    deliveries.filter(({ state }) => state === 'delivered'),
    ({ node }) => node,
  )
  const kept = new Set(
    [...arrived.values()].flatMap((all) => {
      const sorted = [...all].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
      return [sorted[0], sorted.at(-1)]
    }),
  )
  const shown = deliveries.filter((each) => each.state !== 'delivered' || kept.has(each))
  return { shown, folded: deliveries.length - shown.length }
}
