// What has come for the nodes of one tick, and in which order: what came from outside was there before the tick, in the order
// it was sent, however many nodes it passes on its way. Judges nothing.
import type { Arrival, TickNode } from '../../nodes/contract/define.ts'
import type { Message } from '../../nodes/contract/events.ts'

interface Item {
  port: string
  value: unknown
  rank: number
}

/** A value on its way to one in port. */
export interface Waiting {
  port: string
  value: unknown
}

export class Inbox {
  readonly #items = new Map<string, Item[]>()
  readonly #ranks = new Map<string, number>()

  /** The next message from outside, by its event id: whatever comes of it keeps its place. */
  begin(eventId: string): void {
    if (!this.#ranks.has(eventId)) this.#ranks.set(eventId, this.#ranks.size)
  }

  put(node: string, port: string, value: unknown): void {
    const item = { port, value, rank: isMessage(value) ? (this.#ranks.get(value.eventId) ?? Infinity) : Infinity }
    const items = this.#items.get(node)
    if (items) items.push(item)
    else this.#items.set(node, [item])
  }

  /** All that has come for a node up to now, in its order. */
  waiting(node: string): Waiting[] {
    return this.#ordered(node).map(({ port, value }) => ({ port, value }))
  }

  /** Puts before a node what came for it at earlier ticks, ahead of all that came since. */
  restore(node: string, kept: readonly Waiting[]): void {
    const items = kept.map((item) => ({ ...item, rank: -Infinity }))
    this.#items.set(node, [...items, ...(this.#items.get(node) ?? [])])
  }

  /** Shaped by the kinds of its in ports. */
  received(definition: TickNode, node: string): Record<string, unknown> {
    const items = this.#ordered(node)
    return Object.fromEntries(
      Object.entries(definition.ports.in).map(([name, port]) => {
        const values = items.filter((item) => item.port === name).map(({ value }) => value)
        return [name, port.kind === 'frames' || port.kind === 'memory' ? values.at(-1) : values]
      }),
    )
  }

  /** Its messages over all ports. */
  arrivals(node: string): Arrival[] {
    return this.#ordered(node).flatMap(({ port, value }) => (isMessage(value) ? [{ port, message: value }] : []))
  }

  /** Sorting is stable: what has the same place stays as it came. */
  #ordered(node: string): Item[] {
    return (this.#items.get(node) ?? []).toSorted((a, b) => (a.rank === b.rank ? 0 : a.rank < b.rank ? -1 : 1))
  }
}

export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'eventId' in value && 'source' in value
}
