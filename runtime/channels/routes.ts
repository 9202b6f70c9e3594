// Browsers switch Web Push on and off here. An endpoint is an address the server will speak to: https only, or this machine.
import type { Router } from 'express'
import { z } from 'zod'
import type { ChannelsRouteDeps } from './route-deps.ts'
import { parseBody } from '../../nodes/contract/input.ts'

const endpoint = z
  .string()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const { protocol, hostname } = new URL(text)
    return protocol === 'https:' || (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'))
  }, 'must be the https address that the browser gave')
const key = z.string().regex(/^[A-Za-z0-9_-]{16,200}={0,2}$/, 'must be a key as the browser gave it')
const SubscriptionSchema = z.object({
  endpoint,
  keys: z.object({ p256dh: key, auth: key }),
  label: z.string().trim().max(100).default(''),
})
const EndpointSchema = z.object({ endpoint })

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
