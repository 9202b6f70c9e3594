// Several processes on one database and one queue: a worker that is killed loses its streams to the others, and no alert is lost.
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { exampleNodes } from '../../runtime/catalogue.ts'
import { withDatabase } from '../support/database.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, statusOf, uploadClip, type DrawnFlow } from '../support/product-flows.ts'
import { backends, withQueue, type BackendName } from '../support/queue.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const secret = 'the same words on every machine'

async function environmentFor(backend: BackendName): Promise<Record<string, string>> {
  const database = await withDatabase()
  closers.push(() => database.drop())
  const env = { DATABASE_URL: database.url, HEED_SECRET_KEY: secret, HEED_NODE_PACKAGES: exampleNodes }
  if (backend === 'postgres') return env
  const queue = await withQueue('redis')
  closers.push(() => queue.close())
  return { ...env, REDIS_URL: queue.redisUrl ?? '' }
}

/** With a card from outside between model and notification, which holds nothing back: a worker without its package could not run it. */
function withOutsideNode(flow: DrawnFlow): DrawnFlow {
  const card = { id: 'every', type: 'every-nth', version: 1, position: { x: 0, y: 0 }, config: { n: 1 } }
  const wires = flow.wires.map((wire) =>
    wire.to.node === 'tell' ? { ...wire, to: { node: 'every', port: 'message' } } : wire,
  )
  wires.push({ from: { node: 'every', port: 'message' }, to: { node: 'tell', port: 'message' } })
  return { ...flow, nodes: [...flow.nodes, card], wires }
}

async function ticksOf(product: Product, flows: string[]): Promise<number[]> {
  return Promise.all(flows.map(async (flow) => (await statusOf(product, flow)).streams[0]?.ticks ?? 0))
}

describe.each(backends)('two processes on %s', (backend) => {
  it('share the streams; the one that is killed has its streams running elsewhere within 15 s, and no alert is lost', async () => {
    const env = await environmentFor(backend)
    const dataDir = makeDataDir()
    closers.push(() => removeFolder(dataDir))
    const receiver = await startWebhookReceiver()
    const model = await startFakeOrchestrator({
      model: ({ index, session }) => (index % 3 === 0 ? `</response> ${session} says ${index}.` : '</silence>'),
    })
    closers.push(
      () => receiver.stop(),
      () => model.stop(),
    )
    const server = await startProduct({ dataDir, env })
    closers.push(() => server.stop())
    const worker = await startProduct({ dataDir, env, script: 'runtime/worker.ts' })
    closers.push(() => worker.kill())
    await server.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
    const path = await uploadClip(server, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 10 }))
    const flows: string[] = []
    for (let n = 0; n < 4; n++) {
      flows.push(
        await deployFlow(
          server,
          withOutsideNode(
            alertFlow({
              name: `Flow ${n}`,
              camera: { kind: 'file', path, loop: true },
              model: { connection: 'vllm', instruction: 'Say something.' },
              notification: { channel: 'webhook', url: receiver.url, title: 'Alert' },
            }),
          ),
        ),
      )
    }
    await eventually('all are watched', async () => (await ticksOf(server, flows)).every((ticks) => ticks > 3))
    await worker.kill()
    const killedAtMs = Date.now()
    const before = await ticksOf(server, flows)
    await eventually('all are watched again', async () =>
      (await ticksOf(server, flows)).every((ticks, n) => ticks > (before[n] ?? 0) + 1),
    )
    expect(Date.now() - killedAtMs).toBeLessThan(15_000 + 2_000)
    for (const flow of flows) await server.request('POST', `/api/flows/${flow}/stop`)
    const alerts = await eventually('every alert is delivered', async () => {
      const events = (await Promise.all(flows.map((flow) => eventsOf(server, flow, 'response.given')))).flat()
      return events.every((event) => event.deliveries[0]?.state === 'delivered') ? events : undefined
    })
    expect(new Set(receiver.delivered())).toEqual(new Set(alerts.map((event) => event.deliveries[0]?.id)))
    expect(new Set(alerts.map((event) => event.text)).size).toBe(alerts.length)
    expect(model.mostInFlight).toBe(1)
  })
})
