// Cancelling what is under way: a question to an agent, a message that is tried again and again. Marked in the store first,
// so that it ends wherever it runs; the bus only makes it end sooner.
import type { Router } from 'express'
import type { ActionsRouteDeps } from './route-deps.ts'

/** `POST /api/deliveries/:id/cancel`: 202, because the end itself comes as a delivery on the live feed. */
export function addDeliveryRoutes(api: Router, deps: ActionsRouteDeps): void {
  api.post('/deliveries/:id/cancel', async (request, response) => {
    const { flow, eventId, ...delivery } = await deps.deliveries.cancel(request.params.id)
    deps.bus.publish({ type: 'cancel', action: delivery.id })
    deps.bus.publish({ type: 'actions' })
    response.status(202).json({ delivery: { ...delivery, state: 'running' }, eventId, flow })
  })
}
