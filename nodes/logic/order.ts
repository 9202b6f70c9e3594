// The plain words that switch a node on and off. Whatever else a message says is no order.
import type { Message } from '../contract/events.ts'

const onWords = ['on', 'arm', 'armed', 'true', '1', 'yes']
const offWords = ['off', 'disarm', 'disarmed', 'false', '0', 'no']

/** True for on, false for off; undefined for a message that is no order. Its field "armed" counts before its text. */
export function readOrder(order: Message): boolean | undefined {
  const said = order.fields && Object.hasOwn(order.fields, 'armed') ? order.fields['armed'] : undefined
  if (typeof said === 'boolean') return said
  const word = order.text.trim().toLowerCase().replace(/[.!]$/, '')
  if (onWords.includes(word)) return true
  return offWords.includes(word) ? false : undefined
}
