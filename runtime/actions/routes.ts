// Cancelling what is under way: a question to an agent, a message that is tried again and again. Marked in the store first,
// so that it ends wherever it runs; the bus only makes it end sooner.
import type { Router } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { ActionsRouteDeps } from './route-deps.ts'

const mostListed = 100

/** What failed for good: listed, sent once more, or settled. */
function addFailedRoutes(api: Router, { bus, failed }: ActionsRouteDeps): void {
  api.get('/deliveries/failed', async (_request, response) => {
    response.json(await failed.failed(mostListed))
  })
  api.post('/deliveries/failed/settle', async (_request, response) => {
    response.json({ settled: await failed.settle() })
  })
  api.post('/deliveries/:id/retry', async (request, response) => {
    await failed.retry(request.params.id)
    bus.publish({ type: 'actions' })
    response.status(204).end()
  })
  api.post('/deliveries/:id/settle', async (request, response) => {
    if ((await failed.settle(request.params.id)) === 0)
      throw new NotFoundError('DELIVERY_NOT_FOUND', 'This is on no list of what failed any more.')
    response.status(204).end()
  })
}

/** `POST /api/deliveries/:id/cancel`: 202, because the end itself comes as a delivery on the live feed. */
export function addDeliveryRoutes(api: Router, deps: ActionsRouteDeps): void {
  addFailedRoutes(api, deps)
  api.post('/deliveries/:id/cancel', async (request, response) => {
    const { flow, eventId, ...delivery } = await deps.deliveries.cancel(request.params.id)
    deps.bus.publish({ type: 'cancel', action: delivery.id })
    deps.bus.publish({ type: 'actions' })
    response.status(202).json({ delivery: { ...delivery, state: 'running' }, eventId, flow })
  })
}
