// Which recorded facts a person must see. Pure; the store marks an event as an alert by these rules, and nobody else decides it.
import type { NodeDefinition } from './define.ts'
import type { EventKind, Message, SecondLook } from './events.ts'
import { does } from './traits.ts'

/** The event about which this message tells anew: whoever was told of it is corrected, in place where the channel can. */
export function correctedBy({ fields }: Pick<Message, 'fields'>): string | undefined {
  const corrects = fields?.corrects
  return typeof corrects === 'string' && corrects !== '' ? corrects : undefined
}

/** Facts that are trouble by themselves. */
export const troubles: readonly EventKind[] = [
  'stream.lost',
  'stream.failed',
  'model.lost',
  'node.stuck',
  'notification.failed',
  'notification.unacknowledged',
  'delegation.failed',
  'decisions.lost',
]

/** Facts about an alert that has its own line already. */
export const echoes: readonly EventKind[] = ['notification.delivered', 'speech.played']

/** What a second look says: it stands on the alert that it corrects, and is none of its own. */
export const secondLooks: Partial<Record<EventKind, SecondLook['said']>> = {
  'alert.confirmed': 'yes',
  'alert.retracted': 'no',
  'alert.unverified': 'unverified',
}

/** What ends a trouble of the same stream and node. */
export const endings: Partial<Record<EventKind, readonly EventKind[]>> = {
  'stream.resumed': ['stream.lost'],
  'stream.finished': ['stream.lost'],
  'stream.stopped': ['stream.lost', 'model.lost', 'node.stuck'],
  'model.resumed': ['model.lost'],
  'node.resumed': ['node.stuck'],
}

/** Whether an event is an alert by its kind and by the work that was made for it in the same breath. */
export function isAlertEvent(
  { id, kind, fields }: { id: string; kind: EventKind; fields?: Record<string, unknown> },
  work: readonly { eventId: string; isQuiet?: true }[],
): boolean {
  if (troubles.includes(kind)) return true
  if (secondLooks[kind] !== undefined && correctedBy({ fields }) !== undefined) return false
  return !echoes.includes(kind) && work.some(({ eventId, isQuiet }) => eventId === id && !isQuiet)
}

/**
 * True for work that reaches nobody's phone or inbox: said into a room, asked of an agent, a tick node's own half that acts. Any other type, a package's too and one that
 * is not known, is taken for telling; and a fall is told however it is said.
 */
export function isQuietWork(
  definition: Pick<NodeDefinition, 'does' | 'role'> | undefined,
  fields: Record<string, unknown> | undefined,
): boolean {
  const isFall = Array.isArray(fields?.['skills']) && fields['skills'].includes('fall')
  return !isFall && (definition?.role === 'tick' || does(definition, 'speak') || does(definition, 'ask'))
}
