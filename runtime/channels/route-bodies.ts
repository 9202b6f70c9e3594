// What the routes of channels/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'

const endpoint = z
  .string()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const { protocol, hostname } = new URL(text)
    return protocol === 'https:' || (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'))
  }, 'must be the https address that the browser gave')

const key = z.string().regex(/^[A-Za-z0-9_-]{16,200}={0,2}$/, 'must be a key as the browser gave it')

export const SubscriptionSchema = z.object({
  endpoint,
  keys: z.object({ p256dh: key, auth: key }),
  label: z.string().trim().max(100).default(''),
})

export const EndpointSchema = z.object({ endpoint })

export const channelsBodies = {
  'DELETE /push/subscriptions': EndpointSchema,
  'POST /push/subscriptions': SubscriptionSchema,
}
