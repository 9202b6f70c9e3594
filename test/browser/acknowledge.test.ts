// The link of a message on a phone, by somebody without an account: picture, sentence, one big button, whom to call.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import { createAcknowledgeLinks } from '../../runtime/history/acknowledge-links.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { memoryApi, smallNodes, type MemoryApi } from '../support/memory-api.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A grey picture of one by one. */
const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

let deps: MemoryApi
let bench: ApiBench
let browser: Browser
let link: string

beforeAll(async () => {
  const nowMs = Date.now()
  deps = memoryApi({
    editorDir: join(fileURLToPath(new URL('../..', import.meta.url)), 'editor', 'dist'),
    nodes: new Map([...smallNodes, [notification.type, notification]]),
  })
  deps.eventRows.set('e1', {
    id: 'e1',
    kind: 'response.given',
    flow: 'f1',
    revision: 1,
    stream: 'f1-cam',
    node: 'model',
    at: new Date(nowMs - 12_000).toISOString(),
    mediaTimeS: 1,
    text: '<b>A person</b> has fallen.',
    fields: {},
    frame: { url: '' },
    acknowledgedAt: null,
    acknowledgedBy: null,
    alert: true,
    incident: null,
    verdict: null,
    deliveries: [],
  })
  deps.frames.set('e1', jpeg)
  await deps.flows.create({
    format: 'heed.flow/1',
    name: 'Grandma',
    wires: [],
    nodes: [
      {
        id: 'tell',
        type: 'notification',
        version: 1,
        position: { x: 0, y: 0 },
        config: { call: ['Ana +34 600 000 000'] },
      },
    ],
  })
  bench = await startApi(deps)
  link = createAcknowledgeLinks({ linkKey: deps.linkKey, publicUrl: bench.url }).urlFor('e1', nowMs, nowMs)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await bench.stop()
})

describe('the link of a message', () => {
  it('is understood and pressed with a thumb, without signing in', async () => {
    const { page, complaints } = await openPage(browser, { viewport: { width: 390, height: 760 } })
    await page.goto(link)
    await page.getByTestId('link-picture').waitFor()
    // What a model said is shown letter by letter.
    expect(await page.getByRole('heading').textContent()).toBe('<b>A person</b> has fallen.')
    expect(await page.getByTestId('call').getAttribute('href')).toBe('tel:+34600000000')
    const button = await page.getByTestId('acknowledge').boundingBox()
    expect(button?.height).toBeGreaterThanOrEqual(44)
    expect(button?.y).toBeGreaterThan(380)
    await page.evaluate(axe)
    const serious = await page.evaluate(async () =>
      (
        await (
          globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> } }
        ).axe.run()
      ).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id }) => id),
    )
    expect(serious).toEqual([])
    await page.getByTestId('acknowledge').click()
    await page.getByTestId('acknowledged').waitFor()
    expect(deps.eventRows.get('e1')?.acknowledgedBy).toBe('link')
    await page.reload()
    await page.getByTestId('acknowledged').waitFor()
    expect(await page.getByTestId('acknowledge').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('says in words that a link is not complete', async () => {
    const { page } = await openPage(browser, { viewport: { width: 390, height: 760 } })
    await page.goto(link.slice(0, -6))
    expect(await page.getByRole('alert').textContent()).toContain('Open it from the message itself')
    await page.context().close()
  })
})
