// Which events a person must see, and how the inbox words its filters. Pure; what is an alert the server has said.
import { troubles } from '../../nodes/contract/alerts.ts'
import type { EventView } from '../views.ts'

const isTroubleKind = new Set<string>(troubles)

export function isTrouble(event: Pick<EventView, 'kind'>): boolean {
  return isTroubleKind.has(event.kind)
}

/** True while nobody has said that they saw it. */
export function isWaiting(event: Pick<EventView, 'alert' | 'acknowledgedAt'>): boolean {
  return event.alert && event.acknowledgedAt === null
}

export type InboxFilter = 'waiting' | 'alerts' | 'everything'

/** What a tab of the inbox asks the server for. */
export function queryOf(filter: InboxFilter, words: string): { only?: 'alerts' | 'incidents'; q?: string } {
  const only = { waiting: 'incidents' as const, alerts: 'alerts' as const, everything: undefined }[filter]
  const q = words.trim()
  return { ...(only ? { only } : {}), ...(q ? { q } : {}) }
}
