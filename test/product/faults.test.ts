// The whole product while things around it break: killed processes, databases, models and receivers that go away and come back.
// Every alert that was decided must reach the receiver, once.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeRecords } from '../../runtime/streams/spill.ts'
import { withQueue } from '../support/queue.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, statusOf, uploadClip } from '../support/product-flows.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

interface Scene {
  product: Product
  flow: string
  receiver: WebhookReceiver
  model: FakeOrchestrator
  restart(): Promise<Product>
}

/** A looping clip, watched by a model that says something new at every second frame. */
async function watching(env: Record<string, string> = {}): Promise<Scene> {
  const dataDir = makeDataDir()
  closers.push(() => removeFolder(dataDir))
  const receiver = await startWebhookReceiver()
  const model = await startFakeOrchestrator({
    model: ({ index }) => (index % 2 === 0 ? `</response> Alert ${index}.` : '</silence>'),
  })
  closers.push(
    () => receiver.stop(),
    () => model.stop(),
  )
  let product = await startProduct({ dataDir, env })
  closers.push(() => product.stop())
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  const path = await uploadClip(product, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 10, size: '320x240' }))
  const flow = await deployFlow(
    product,
    alertFlow({
      camera: { kind: 'file', path, loop: true },
      model: { connection: 'vllm', instruction: 'Say something new.' },
      notification: { channel: 'webhook', url: receiver.url, title: 'Alert' },
    }),
  )
  const port = Number(new URL(product.url).port)
  return {
    get product() {
      return product
    },
    flow,
    receiver,
    model,
    restart: async () => {
      product = await startProduct({ dataDir, port, env: { HEED_LOG_LEVEL: 'info', ...env } })
      return product
    },
  }
}

async function ticksOf(product: Product, flow: string): Promise<number> {
  return (await statusOf(product, flow)).streams[0]?.ticks ?? 0
}

/** Stops the flow after four alerts at the earliest, waits for the last delivery, and holds what was recorded against what arrived. */
async function expectEveryAlertOnce({ product, flow, receiver }: Scene): Promise<void> {
  await eventually('four alerts', async () => receiver.delivered().length > 3)
  await product.request('POST', `/api/flows/${flow}/stop`)
  const alerts = await eventually('every alert is delivered', async () => {
    const events = await eventsOf(product, flow, 'response.given')
    return events.every((event) => event.deliveries.length === 1 && event.deliveries[0]?.state === 'delivered')
      ? events
      : undefined
  })
  const texts = alerts.map((event) => event.text)
  expect(alerts.length).toBeGreaterThan(3)
  expect(new Set(texts).size).toBe(texts.length)
  const accepted = new Set(receiver.delivered())
  expect([...accepted].sort()).toEqual(alerts.map((event) => event.deliveries[0]?.id).sort())
}

describe('the product under fault', () => {
  it('loses no alert and doubles none when it is killed between decision and delivery', async () => {
    const scene = await watching()
    await eventually('two alerts', async () => scene.receiver.delivered().length >= 2)
    // The next deliveries fail, hang and break off: the kill falls into the middle of them.
    scene.receiver.script(500, 'hang', 'close', 503, 'hang')
    const before = scene.receiver.received.length
    await eventually('a try that hangs', async () => scene.receiver.received.length >= before + 2)
    await scene.product.kill()
    const product = await scene.restart()
    // Nobody else can hold its streams: no lease is waited for.
    expect(product.output()).toContain('What the former process of this name held is taken over at once.')
    const ticks = await ticksOf(product, scene.flow)
    await eventually('it watches again by itself', async () => (await ticksOf(product, scene.flow)) > ticks + 2, 25_000)
    await expectEveryAlertOnce(scene)
  })

  it('delivers once what was decided while the database was away, also when it is killed before the database is back', async () => {
    const database = await withQueue('postgres')
    closers.push(() => database.close())
    const scene = await watching({ DATABASE_URL: database.databaseUrl })
    await eventually('an alert', async () => scene.receiver.delivered().length >= 1)
    await database.stop()
    const spilled = (): { id: string; text: string }[] =>
      readdirSync(join(scene.product.dataDir, 'spill'))
        .flatMap((name) => decodeRecords(readFileSync(join(scene.product.dataDir, 'spill', name))).commits)
        .flatMap(({ actions, events }) => (actions.length > 0 ? events.map(({ id, text }) => ({ id, text })) : []))
    await eventually('alerts are decided without a database', async () => spilled().length >= 2)
    const seen = scene.receiver.received.length
    await scene.product.kill()
    const decided = spilled()
    await database.start()
    const product = await scene.restart()
    expect(product.output()).toContain('What was decided while the database was away is in it now.')
    expect(spilled()).toEqual([])
    await eventually('they are delivered', async () => scene.receiver.received.length >= seen + decided.length)
    const events = await eventsOf(product, scene.flow, 'response.given')
    for (const { id, text } of decided)
      expect(events).toContainEqual(
        expect.objectContaining({ id, text, frame: { url: expect.stringContaining(id) as string } }),
      )
    const ticks = await ticksOf(product, scene.flow)
    await eventually('it watches again by itself', async () => (await ticksOf(product, scene.flow)) > ticks + 2)
    await expectEveryAlertOnce(scene)
  })

  it('keeps watching while its database is killed and comes back', async () => {
    const scene = await watching()
    await eventually('an alert', async () => scene.receiver.delivered().length >= 1)
    const postmaster = Number(
      readFileSync(join(scene.product.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    const seen = scene.model.calls.length
    process.kill(postmaster, 'SIGKILL')
    await eventually('the model is still asked', async () => scene.model.calls.length > seen + 3)
    const ticks = await eventually(
      'the API answers again',
      async () => (await ticksOf(scene.product, scene.flow)) || undefined,
    )
    await eventually('ticks go on', async () => (await ticksOf(scene.product, scene.flow)) > ticks + 2)
    expect(scene.product.process.exitCode).toBeNull()
    await expectEveryAlertOnce(scene)
  })

  it('says that the model is away, survives it, and gives the instruction again', async () => {
    const scene = await watching()
    await eventually('an alert', async () => scene.receiver.delivered().length >= 1)
    await scene.model.goAway()
    await eventually('the stream is degraded and says why', async () => {
      const [stream] = (await statusOf(scene.product, scene.flow)).streams
      return stream?.state === 'degraded' && stream.reason
    })
    scene.model.restart()
    await scene.model.comeBack()
    const delivered = scene.receiver.delivered().length
    await eventually('it runs and speaks again', async () => {
      return (
        (await statusOf(scene.product, scene.flow)).state === 'running' &&
        scene.receiver.delivered().length > delivered + 1
      )
    })
    const sessions = [...scene.model.sessions.values()]
    expect(sessions.map((session) => session.instruction.includes('Say something new.'))).toEqual([true])
    expect(scene.model.mostInFlight).toBe(1)
  })

  it('stops when asked, resets the model, and stays stopped over a restart', async () => {
    const scene = await watching()
    await eventually('an alert', async () => scene.receiver.delivered().length >= 1)
    await scene.product.request('POST', `/api/flows/${scene.flow}/stop`)
    await eventually('it is stopped', async () => (await statusOf(scene.product, scene.flow)).state === 'stopped')
    await eventually('the session is reset', async () => scene.model.calls.some((call) => call.path.endsWith('/reset')))
    expect(await scene.product.stop()).toBe(0)
    const calls = scene.model.calls.length
    const product = await scene.restart()
    await eventually(
      'the restarted product is healthy',
      async () => (await product.request<{ status: string }>('GET', '/api/health')).body.status === 'ok',
    )
    expect((await statusOf(product, scene.flow)).state).toBe('stopped')
    expect(scene.model.calls.filter((call) => call.path.includes('chat')).length).toBeLessThanOrEqual(calls)
  })
})
