// A memory card in the real editor on the real product: a fact is told, corrected and forgotten, and the model is given it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { memoryWarnings } from '../../nodes/contract/memory.ts'
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
  format: 'heed.flow/1',
  name: 'Remembering',
  nodes: [
    { id: 'cam', type: 'camera-source', version: 1, position: at, config: { kind: 'file', path, loop: true } },
    { id: 'mind', type: 'memory', version: 1, position: { x: 0, y: 320 }, config: { keepFacts: 1 } },
    {
      id: 'model',
      type: 'interaction-model',
      version: 1,
      position: { x: 420, y: 0 },
      config: { connection: 'plain', instruction: 'Watch the hall.' },
    },
  ],
  wires: [
    { from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' } },
    { from: { node: 'mind', port: 'memory' }, to: { node: 'model', port: 'memory' } },
  ],
})

beforeAll(async () => {
  server = await model.listen()
  product = await startProduct()
  await product.request('POST', '/api/connections', {
    name: 'plain',
    kind: 'openai',
    config: { url: server.url, model: 'qwen-vl' },
  })
  mkdirSync(join(product.dataDir, 'made'))
  flow = await deployFlow(
    product,
    drawn(await uploadClip(product, await makeClip(join(product.dataDir, 'made', 'hall.mp4'), { seconds: 8 }))),
  )
  browser = await openBrowser()
  open = await openPage(browser)
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), server.stop()])
  removeFolder(product.dataDir)
})

const shows = (text: string): Promise<unknown> =>
  eventually(`the model is told "${text}"`, async () => model.requests.at(-1)?.system.includes(text))

it('is told, corrected and made to forget, in the inspector', async () => {
  const { page } = open
  await becomeOwner(page, product.signInLink() ?? '')
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('node-mind').click()
  await page.getByTestId('inspector-live').click()
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
})

it('warns on the card and in the inspector: of facts that were dropped, and of a summary that is missing or old', async () => {
  const { page, complaints } = open
  // Summaries grow old in minutes that a test has not; their words are the product's own, put into its real answer.
  const old = memoryWarnings({
    facts: [],
    dropped: 0,
    tick: 700,
    models: {
      model: { longTerm: '', midTerm: [], newestTick: 0 },
      other: { longTerm: 'A quiet day.', midTerm: [], newestTick: 100 },
    },
  })
  expect(old).toHaveLength(2)
  await page.route('**/api/streams/*/memory', async (route) => {
    const answer = await route.fetch()
    const body = (await answer.json()) as { memories: { warnings: string[] }[] }
    body.memories[0]?.warnings.push(...old)
    await route.fulfill({ response: answer, json: body })
  })
  for (const fact of ['The key hangs by the door.', 'The cat is called Tom.']) {
    await page.getByTestId('memory-fact').fill(fact)
    await page.getByTestId('inspector').getByRole('button', { name: 'Remember' }).click()
    await shows(fact)
  }
  const dropped = '1 older fact was dropped: there was no more room.'
  await page.getByTestId('node-mind').getByText(dropped).waitFor()
  for (const words of [dropped, ...old])
    await page.getByTestId('inspector').locator('.notice').filter({ hasText: words }).waitFor()
  await page.unroute('**/api/streams/*/memory')
  expect(complaints).toEqual([])
})
