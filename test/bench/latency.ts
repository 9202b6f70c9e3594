// From the model's decision to the webhook's arrival, through the whole product on its embedded Postgres.
import { join } from 'node:path'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import { alertFlow, deployFlow, uploadClip } from '../support/product-flows.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'
import { percentile, type Row } from './row.ts'

const flows = 8
const seconds = 25

/** Every flow speaks at every second tick. The decision's time is the event's `at`, by the same clock as the receiver's. */
export async function benchLatency(): Promise<Row[]> {
  const receiver = await startWebhookReceiver()
  const model = await startFakeOrchestrator({
    model: ({ index }) => (index % 2 === 0 ? `</response> Alert ${index}.` : '</silence>'),
  })
  const product = await startProduct()
  try {
    await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
    const path = await uploadClip(product, await makeClip(join(product.dataDir, 'bench.mp4'), { seconds: 10 }))
    for (let n = 0; n < flows; n++) {
      await deployFlow(
        product,
        alertFlow({
          name: `Bench ${n}`,
          camera: { kind: 'file', path, loop: true },
          model: { connection: 'vllm', instruction: 'Say something new.' },
          notification: { channel: 'webhook', url: receiver.url, title: 'Bench' },
        }),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const lateMs = receiver.received.map((hook) => hook.atMs - Date.parse(String(hook.body.at)))
    const row = (what: string, share: number, target?: string): Row => ({
      area: 'delivery',
      what,
      value: percentile(lateMs, share),
      unit: 'ms',
      beside: `${lateMs.length} alerts of ${flows} streams`,
      ...(target ? { target } : {}),
    })
    return [row('decision to webhook, p50', 0.5), row('decision to webhook, p95', 0.95, 'under 100 ms')]
  } finally {
    await product.stop()
    await Promise.all([receiver.stop(), model.stop()])
    removeFolder(product.dataDir)
  }
}
