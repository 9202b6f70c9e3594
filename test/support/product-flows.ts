// Flows as a script would post them, for tests that drive the product over HTTP.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Product } from './product.ts'

export interface DrawnFlow {
  format: 'heed.flow/1'
  name: string
  nodes: {
    id: string
    type: string
    version: number
    position: { x: number; y: number }
    config: Record<string, unknown>
  }[]
  wires: { from: { node: string; port: string }; to: { node: string; port: string } }[]
}

/** camera → AdaCodec → model → one notification. */
export function alertFlow(parts: {
  name?: string
  camera: Record<string, unknown>
  model: Record<string, unknown>
  notification: Record<string, unknown>
}): DrawnFlow {
  const node = (id: string, type: string, x: number, config: Record<string, unknown>) => ({
    id,
    type,
    version: 1,
    position: { x, y: 0 },
    config,
  })
  const wire = (from: string, fromPort: string, to: string, toPort: string) => ({
    from: { node: from, port: fromPort },
    to: { node: to, port: toPort },
  })
  return {
    format: 'heed.flow/1',
    name: parts.name ?? 'Fall alert',
    nodes: [
      node('cam', 'camera-source', 0, parts.camera),
      node('codec', 'adacodec', 260, {}),
      node('model', 'interaction-model', 520, parts.model),
      node('tell', 'notification', 780, parts.notification),
    ],
    wires: [
      wire('cam', 'frames', 'codec', 'frames'),
      wire('codec', 'frames', 'model', 'frames'),
      wire('model', 'response', 'tell', 'message'),
    ],
  }
}

export async function uploadClip(product: Product, path: string): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(readFileSync(path))], { type: 'video/mp4' }), basename(path))
  const { status, body } = await product.request<{ path: string }>('POST', '/api/media', form)
  if (status !== 201) throw new Error(`upload of ${path} answered ${status}: ${JSON.stringify(body)}`)
  return body.path
}

/** Saves and deploys; gives the flow's id. */
export async function deployFlow(product: Product, flow: unknown): Promise<string> {
  const created = await product.request<{ id: string }>('POST', '/api/flows', flow)
  if (created.status !== 201) throw new Error(`saving answered ${created.status}: ${JSON.stringify(created.body)}`)
  const deployed = await product.request('POST', `/api/flows/${created.body.id}/deploy`)
  if (deployed.status !== 202)
    throw new Error(`deploying answered ${deployed.status}: ${JSON.stringify(deployed.body)}`)
  return created.body.id
}

export interface StatusAnswer {
  state: string
  streams: {
    id: string
    source: string
    state: string
    reason: string | null
    ticks: number
    dropped: number
    decisions: { silence: number; response: number; delegate: number }
    visualTokens: { sent: number; fullRate: number }
  }[]
}
export interface EventAnswer {
  id: string
  kind: string
  text: string
  stream: string
  at: string
  mediaTimeS: number
  frame: { url: string } | null
  acknowledgedAt: string | null
  deliveries: { id: string; state: string; attempts: number; detail: string }[]
}

export async function statusOf(product: Product, flow: string): Promise<StatusAnswer> {
  return (await product.request<StatusAnswer>('GET', `/api/flows/${flow}/status`)).body
}

export async function eventsOf(product: Product, flow: string, kind = ''): Promise<EventAnswer[]> {
  const { body } = await product.request<{ events: EventAnswer[] }>(
    'GET',
    `/api/events?flow=${flow}&kind=${kind}&limit=100`,
  )
  return body.events
}
