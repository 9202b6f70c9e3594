// Browsers switch Web Push on and off here. An endpoint is an address the server will speak to: https only, or this machine.
import type { Router } from 'express'
import type { ChannelsRouteDeps } from './route-deps.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { EndpointSchema, SubscriptionSchema } from './route-bodies.ts'

/** `/api/push`. */
export function addPushSubscriptionRoutes(api: Router, deps: ChannelsRouteDeps): void {
  api.get('/push/key', async (_request, response) => {
    response.json({ publicKey: await deps.push.publicKey() })
  })
  api.post('/push/subscriptions', async (request, response) => {
    const { label, ...subscription } = parseBody(SubscriptionSchema, request.body)
    await deps.push.add(subscription, label)
    response.status(201).json({ endpoint: subscription.endpoint })
  })
  api.delete('/push/subscriptions', async (request, response) => {
    await deps.push.remove(parseBody(EndpointSchema, request.body).endpoint)
    response.status(204).end()
  })
}
