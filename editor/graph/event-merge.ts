// One event known from two sides: read whole, and told bit by bit by the live feed. An answer that was on its way while
// something happened must never take that back. Pure.
import type { DeliveryView, EventView } from '../views.ts'

function later(known: DeliveryView, read: DeliveryView): DeliveryView {
  const newest = known.at > read.at ? known : read
  // The live feed of an older worker does not say the type.
  return { ...newest, type: newest.type ?? known.type ?? read.type }
}

/** The event as it was read, with what is known to have happened to it since. */
export function mergeEvent(known: EventView | undefined, read: EventView): EventView {
  if (!known) return read
  const rest = new Map(known.deliveries.map((delivery) => [delivery.id, delivery]))
  const deliveries = read.deliveries.map((delivery) => {
    const before = rest.get(delivery.id)
    rest.delete(delivery.id)
    return before ? later(before, delivery) : delivery
  })
  const { acknowledgedAt, acknowledgedBy } = read.acknowledgedAt === null ? known : read
  const secondLook = read.secondLook ?? known.secondLook
  return {
    ...read,
    acknowledgedAt,
    acknowledgedBy,
    ...(secondLook ? { secondLook } : {}),
    deliveries: [...deliveries, ...rest.values()],
  }
}
