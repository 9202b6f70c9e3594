// A memory card in the real editor on the real product: a fact is told, corrected and forgotten, and the model is given it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { fakeOpenai } from '../support/fake-openai.ts'
import { makeClip } from '../support/make-clip.ts'
import { deployFlow, uploadClip } from '../support/product-flows.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'

const model = fakeOpenai()
let server: Awaited<ReturnType<typeof model.listen>>
let product: Product
let browser: Browser
let open: OpenPage
let flow: string

const at = { x: 0, y: 0 }
const drawn = (path: string) => ({
  format: 'heed.flow/1', name: 'Remembering', nodes: [
    { id: 'cam', type: 'camera-source', version: 1, position: at, config: { kind: 'file', path, loop: true } },
    { id: 'mind', type: 'memory', version: 1, position: { x: 0, y: 320 }, config: {} },
    { id: 'model', type: 'interaction-model', version: 1, position: { x: 420, y: 0 }, config: { connection: 'plain', instruction: 'Watch the hall.' } },
  ],
  wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' } }, { from: { node: 'mind', port: 'memory' }, to: { node: 'model', port: 'memory' } }],
})

beforeAll(async () => {
  server = await model.listen()
  product = await startProduct()
  await product.request('POST', '/api/connections', { name: 'plain', kind: 'openai', config: { url: server.url, model: 'qwen-vl' } })
  mkdirSync(join(product.dataDir, 'made'))
  flow = await deployFlow(product, drawn(await uploadClip(product, await makeClip(join(product.dataDir, 'made', 'hall.mp4'), { seconds: 8 }))))
  browser = await openBrowser()
  open = await openPage(browser)
}, 60_000)

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), server.stop()])
  removeFolder(product.dataDir)
})

const shows = (text: string): Promise<unknown> => eventually(`the model is told "${text}"`, async () => model.requests.at(-1)?.system.includes(text))

it('is told, corrected and made to forget, in the inspector', async () => {
  const { page } = open
  await becomeOwner(page, product.signInLink() ?? '')
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('node-mind').click()
  await page.getByTestId('memory-fact').fill("The grandmother's room is on the left.")
  await page.getByTestId('inspector').getByRole('button', { name: 'Remember' }).click()
  const entry = page.getByTestId('memory-entry')
  await entry.waitFor()
  await shows("- The grandmother's room is on the left.")
  await page.getByRole('button', { name: /^Correct:/ }).click()
  await page.getByTestId('memory-words').fill("The grandmother's room is on the right.")
  await page.getByRole('button', { name: 'Keep these words' }).click()
  await shows("- The grandmother's room is on the right.")
  await entry.filter({ hasText: 'on the right' }).waitFor()
  await page.getByRole('button', { name: /^Forget:/ }).click()
  await entry.waitFor({ state: 'detached' })
  await eventually('the model forgets', async () => model.requests.at(-1)?.system.includes('grandmother') === false)
  expect(model.refused).toBe(0)
}, 60_000)
