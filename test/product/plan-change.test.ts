// The whole product while its flow is changed under way: the camera is not let go of, and what nodes know stays.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, statusOf, uploadClip, type DrawnFlow } from '../support/product-flows.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

interface Changes {
  kept: string[]
  changed: string[]
  restarted: string[]
  started: string[]
  stopped: string[]
}

let product: Product
let model: FakeOrchestrator
let first: WebhookReceiver
let second: WebhookReceiver
let document: DrawnFlow
let flow = ''
let revision = 0
let path = ''

beforeAll(async () => {
  const dataDir = makeDataDir()
  first = await startWebhookReceiver()
  second = await startWebhookReceiver()
  model = await startFakeOrchestrator({ model: ({ index }) => `</response> Alert ${index}.` })
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  path = await uploadClip(product, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 10, size: '320x240' }))
  document = alertFlow({
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'vllm', instruction: 'Say something new.' },
    notification: { channel: 'webhook', url: first.url, title: 'Alert' },
  })
  document.nodes.push({
    id: 'calm',
    type: 'cooldown',
    version: 1,
    position: { x: 650, y: 0 },
    config: { quietMs: 600_000 },
  })
  document.wires = document.wires.filter(({ from }) => from.node !== 'model')
  document.wires.push(
    { from: { node: 'model', port: 'response' }, to: { node: 'calm', port: 'message' } },
    { from: { node: 'calm', port: 'message' }, to: { node: 'tell', port: 'message' } },
  )
  const created = await product.request<{ id: string; revision: number }>('POST', '/api/flows', document)
  flow = created.body.id
  revision = created.body.revision
})

afterAll(async () => {
  await product.stop()
  await Promise.all([first.stop(), second.stop(), model.stop()])
  removeFolder(product.dataDir)
})

const ticks = async (): Promise<number> => (await statusOf(product, flow)).streams[0]?.ticks ?? 0

async function watched(more: number): Promise<void> {
  const from = await ticks()
  await eventually(`${more} more seconds are watched`, async () => (await ticks()) >= from + more)
}

/** Saves the drawing as it is now, asks what a deploy would change, deploys, and says what it has changed. */
async function change(): Promise<Changes> {
  const saved = await product.request<{ revision: number }>('PUT', `/api/flows/${flow}`, document, {
    'If-Match': `"${revision}"`,
  })
  expect(saved.status).toBe(200)
  revision = saved.body.revision
  const before = await ticks()
  const preview = await product.request<{ changes: Changes }>('GET', `/api/flows/${flow}/deploy/preview`)
  const { status, body } = await product.request<{ changes: Changes }>('POST', `/api/flows/${flow}/deploy`)
  expect([status, preview.body.changes]).toEqual([202, body.changes])
  if (body.changes.restarted.length === 0) expect(await ticks()).toBeGreaterThanOrEqual(before)
  return body.changes
}

const node = (id: string): DrawnFlow['nodes'][number] => document.nodes.find((each) => each.id === id)!

it('goes on while a cooldown, a receiver, the instruction and a card’s place are changed', async () => {
  const deployed = await product.request<{ changes: Changes }>('POST', `/api/flows/${flow}/deploy`)
  const camera = `${flow}-cam`
  expect(deployed.body.changes).toEqual({ kept: [], changed: [], restarted: [], started: [camera], stopped: [] })
  await eventually('the first alert', async () => first.delivered().length === 1)
  await watched(2)
  const kept = { kept: [camera], restarted: [], started: [], stopped: [] }

  node('calm').config = { quietMs: 900_000 }
  expect(await change()).toEqual({ ...kept, changed: ['calm'] })
  await watched(3)

  document.nodes.push({ ...structuredClone(node('tell')), id: 'also' })
  node('also').config = { channel: 'webhook', url: second.url, title: 'Also' }
  document.wires.push({ from: { node: 'model', port: 'response' }, to: { node: 'also', port: 'message' } })
  expect(await change()).toEqual({ ...kept, changed: ['also'] })
  await eventually('the second receiver is told', async () => second.delivered().length >= 2)

  node('model').config = { connection: 'vllm', instruction: 'Say it otherwise.' }
  expect(await change()).toEqual({ ...kept, changed: ['model'] })
  await watched(3)

  node('tell').position = { x: 900, y: 300 }
  expect(await change()).toEqual({ ...kept, changed: [] })
  await watched(2)

  // The cooldown stayed shut through all of it.
  expect(first.delivered()).toHaveLength(1)
  const { body } = await product.request<{ decisions: { tick: number; seconds?: number; reason: string }[] }>(
    'GET',
    `/api/flows/${flow}/decisions?limit=200`,
  )
  const numbers = body.decisions.map(({ tick }) => tick).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1))
  expect(body.decisions.filter(({ reason }) => reason === 'dropped' || reason === 'camera-lost')).toEqual([])
  expect(new Set(model.calls.map(({ session }) => session).filter((session) => session !== '')).size).toBe(1)
})

it('begins a camera that was changed again, and only that one', async () => {
  node('cam').config = { kind: 'file', path, loop: true, aspect: '4:3' }
  const changes = await change()
  expect([changes.kept, changes.restarted]).toEqual([[], [`${flow}-cam`]])
  await watched(2)
})
