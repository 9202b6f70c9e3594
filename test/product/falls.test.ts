// The labelled clips through the whole product on the built-in model: uploaded, deployed, watched in real time, told to a webhook.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clipsFolder, describeWithClips, readClips, type ClipLabel } from '../support/clips.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, statusOf, uploadClip } from '../support/product-flows.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

interface Seen {
  clip: ClipLabel
  /** Media times of what was said. */
  saidAtS: number[]
  hooks: number
}

const atOnce = 3

describeWithClips('falls through the whole product', () => {
  let product: Product
  let receiver: WebhookReceiver
  const seen: Seen[] = []

  async function watch(clip: ClipLabel): Promise<Seen> {
    const path = await uploadClip(product, join(clipsFolder, clip.file))
    const flow = await deployFlow(
      product,
      alertFlow({
        name: clip.file,
        camera: { kind: 'file', path, loop: false },
        model: {
          connection: 'edge',
          instruction: 'Warn the moment a person falls.',
          watchFor: ['fall'],
          mode: 'sensitive',
        },
        notification: { channel: 'webhook', url: receiver.url, title: 'Fall' },
      }),
    )
    await eventually(
      `${clip.file} finishes`,
      async () => (await statusOf(product, flow)).state === 'finished',
      clip.duration_s * 1000 + 40_000,
    )
    const events = await eventsOf(product, flow, 'response.given')
    if (events.length > 0) {
      await eventually(
        `${clip.file} is delivered`,
        async () =>
          receiver.received.filter((hook) => (hook.body.flow as { id: string }).id === flow).length >= events.length,
      )
    }
    const hooks = receiver.received.filter((hook) => (hook.body.flow as { id: string }).id === flow).length
    return { clip, saidAtS: events.map((event) => event.mediaTimeS).sort((a, b) => a - b), hooks }
  }

  beforeAll(async () => {
    product = await startProduct()
    receiver = await startWebhookReceiver()
    const waiting = readClips()
      .filter((clip) => clip.kind === 'fall' || clip.kind === 'nofall')
      .sort((a, b) => b.duration_s - a.duration_s)
    const lane = async (): Promise<void> => {
      for (let clip = waiting.shift(); clip; clip = waiting.shift()) seen.push(await watch(clip))
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  })

  afterAll(async () => {
    await receiver.stop()
    await product.stop()
    removeFolder(product.dataDir)
  })

  it('finds at least six of seven falls within two seconds of the body being down', () => {
    const falls = seen
      .filter(({ clip }) => clip.kind === 'fall')
      .map(({ clip, saidAtS }) => {
        const fall = clip.events.find((event) => event.type === 'fall')!
        return {
          file: clip.file,
          fall,
          saidAtS,
          found: saidAtS.some((at) => at >= fall.start_s && at <= fall.end_s + 2),
        }
      })
    for (const { file, fall, saidAtS, found } of falls)
      process.stdout.write(
        `${found ? 'found ' : 'MISSED'} ${file}: down at ${fall.end_s} s, said at ${saidAtS.join(', ') || '–'} s\n`,
      )
    expect(falls).toHaveLength(7)
    expect(falls.filter(({ found }) => found).length).toBeGreaterThanOrEqual(6)
    expect(falls.flatMap(({ fall, saidAtS }) => saidAtS.filter((at) => at < fall.start_s))).toEqual([])
  })

  it('stays silent on everyday activities', () => {
    const calm = seen.filter(({ clip }) => clip.kind === 'nofall')
    expect(calm.length).toBeGreaterThan(4)
    expect(calm.filter(({ saidAtS }) => saidAtS.length > 0).map(({ clip }) => clip.file)).toEqual([])
  })

  it('delivers each alert to the webhook exactly once', () => {
    expect(seen.map(({ clip, hooks }) => [clip.file, hooks])).toEqual(
      seen.map(({ clip, saidAtS }) => [clip.file, saidAtS.length]),
    )
    expect(new Set(receiver.received.map((hook) => hook.key)).size).toBe(receiver.received.length)
  })
})
