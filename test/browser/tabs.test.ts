// One live feed for all tabs of a browser: it opens six connections to a server, and a feed in each would leave none.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage } from '../support/browser.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { uploadClip } from '../support/product-flows.ts'

let product: Product
let browser: Browser
let first: Page
let flow = ''

beforeAll(async () => {
  const dataDir = makeDataDir()
  product = await startProduct({ dataDir })
  const path = await uploadClip(product, await makeClip(join(dataDir, 'room.mp4'), { seconds: 3 }))
  const created = await product.request<{ id: string }>('POST', '/api/flows', {
    format: 'heed.flow/1',
    name: 'Many windows',
    nodes: [
      {
        id: 'cam',
        type: 'camera-source',
        version: 1,
        position: { x: 0, y: 0 },
        config: { kind: 'file', path, loop: true },
      },
      { id: 'codec', type: 'adacodec', version: 1, position: { x: 300, y: 0 }, config: {} },
    ],
    wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'codec', port: 'frames' } }],
  })
  flow = created.body.id
  browser = await openBrowser()
  first = (await openPage(browser)).page
  await becomeOwner(first, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

it('answers Deploy in the last of twenty tabs, after a hundred navigations', async () => {
  const tabs = [first]
  while (tabs.length < 20) tabs.push(await first.context().newPage())
  const places = [`/flows/${flow}`, '/inbox', '/', '/flows', `/flows/${flow}/watch`]
  for (const place of places) {
    await Promise.all(tabs.map((tab) => tab.goto(product.url + place, { waitUntil: 'domcontentloaded' })))
  }
  const last = tabs.at(-1) as Page
  await last.goto(`${product.url}/flows/${flow}`)
  await last.getByTestId('node-cam').waitFor()
  await last.getByTestId('deploy-button').click()
  // What a tab of its own would hang on for ever: the answer, then the news of it in all tabs.
  await last
    .locator('[data-testid="picture-' + flow + '-cam"] img, .picture img')
    .first()
    .waitFor()
  const { body } = await product.request<{ state: string }>('GET', `/api/flows/${flow}/status`)
  expect(['starting', 'running']).toContain(body.state)
})

it('tells every tab what the one feed says, and the others when the first has gone', async () => {
  const [one, two] = [await first.context().newPage(), await first.context().newPage()]
  await one.goto(`${product.url}/flows/${flow}`)
  await two.goto(`${product.url}/flows/${flow}`)
  await two.getByTestId('node-cam').waitFor()
  await one.close()
  await product.request('POST', `/api/flows/${flow}/stop`)
  await eventually(
    'the other tab hears of the stop',
    async () => (await two.getByTestId('node-cam').locator('.picture img').count()) === 0,
  )
})

it('shows in one window what another has changed and where it is, without a word about saving over it', async () => {
  const [one, two] = [await first.context().newPage(), await first.context().newPage()]
  for (const tab of [one, two]) {
    await tab.goto(`${product.url}/flows/${flow}`)
    await tab.getByTestId('node-codec').waitFor()
  }
  await one.getByTestId('others').waitFor()
  await one.getByTestId('node-codec').click()
  await two.getByTestId('others').getByText('at AdaCodec').waitFor()
  await one.getByTestId('flow-name').fill('Renamed over there')
  await eventually(
    'the other window has the new name',
    async () => (await two.getByTestId('flow-name').inputValue()) === 'Renamed over there',
  )
  await two.getByTestId('save-state').getByText('All changes saved').waitFor()
  await one.close()
  // Windows of the tests before are still here: only this one has gone.
  await eventually(
    'nobody is at that card any more',
    async () => (await two.getByTestId('others').getByText('AdaCodec').count()) === 0,
  )
  await two.close()
})

it('says of a flow that nobody knows how it is, once Heed has died', async () => {
  const page = await first.context().newPage()
  await product.request('POST', `/api/flows/${flow}/deploy`)
  await page.goto(`${product.url}/flows/${flow}`)
  await page.locator('[data-testid="node-cam"][data-state="running"]').waitFor()
  await product.kill()
  await page
    .getByTestId('node-cam')
    .getByText(/^Unknown since \d/)
    .waitFor()
  await page
    .getByTestId('flow-state')
    .getByText(/^Unknown since/)
    .waitFor()
  expect(await page.getByText('Running', { exact: true }).count()).toBe(0)
})
