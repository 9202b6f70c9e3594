// What the editor's pages cost a browser: the compressed script of the first load in both languages, and how long Now, with
// fifty cameras that are being watched, keeps a browser from answering; and how soon Deploy answers in the last of many tabs.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { alertFlow, deployFlow, uploadClip } from '../support/product-flows.ts'
import { makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import type { Row } from './row.ts'

const cameras = 50
const lookedAtMs = 20_000

/** Kilobytes of compressed script that a browser without a cache fetches to show the start page. */
async function scriptOf(browser: Browser, product: Product, locale: string): Promise<number> {
  const { page } = await openPage(browser, { locale })
  await page.goto(product.url)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-inbox').waitFor()
  await page.waitForTimeout(3000)
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  )
  await page.context().close()
  return bytes / 1000
}

/** The longest task of a page while it is left open. */
async function longestTask(page: Page, forMs: number): Promise<number> {
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  await page.waitForTimeout(forMs)
  return await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks))
}

async function watchMany(product: Product): Promise<void> {
  const clip = await uploadClip(product, await makeClip(join(product.dataDir, 'many.mp4'), { seconds: 30, fps: 2 }))
  for (let n = 0; n < cameras; n++)
    await deployFlow(
      product,
      alertFlow({
        name: `Camera ${n}`,
        camera: { kind: 'file', path: clip, loop: true },
        model: { connection: 'gpu', instruction: 'Warn the moment a person falls.' },
        notification: { channel: 'inbox', title: 'Fall' },
      }),
    )
}

/** Milliseconds from the press on Deploy to its answer, in the last of twenty tabs, after a hundred navigations. */
async function deployInTabs(product: Product, first: Page): Promise<number> {
  const clip = await uploadClip(product, await makeClip(join(product.dataDir, 'tabs.mp4'), { seconds: 3 }))
  const { body } = await product.request<{ id: string }>('POST', '/api/flows', {
    format: 'heed.flow/1',
    name: 'Many windows',
    nodes: [
      {
        id: 'cam',
        type: 'camera-source',
        version: 1,
        position: { x: 0, y: 0 },
        config: { kind: 'file', path: clip, loop: true },
      },
      { id: 'codec', type: 'adacodec', version: 1, position: { x: 300, y: 0 }, config: {} },
    ],
    wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'codec', port: 'frames' } }],
  })
  const tabs = [first]
  while (tabs.length < 20) tabs.push(await first.context().newPage())
  for (const place of [`/flows/${body.id}`, '/inbox', '/', '/flows', `/flows/${body.id}/watch`])
    await Promise.all(tabs.map((tab) => tab.goto(product.url + place, { waitUntil: 'domcontentloaded' })))
  const last = tabs.at(-1) as Page
  await last.goto(`${product.url}/flows/${body.id}`)
  await last.getByTestId('node-cam').waitFor()
  const answered = last.waitForResponse((response) => response.url().endsWith(`/flows/${body.id}/deploy`))
  const pressedMs = performance.now()
  await last.getByTestId('deploy-button').click()
  await answered
  const tookMs = performance.now() - pressedMs
  await product.request('POST', `/api/flows/${body.id}/stop`)
  await Promise.all(tabs.slice(1).map((tab) => tab.close()))
  return tookMs
}

/** Needs the built editor. The server and the browser share this machine. */
export async function benchPages(): Promise<Row[]> {
  const product = await startProduct({ dataDir: makeDataDir() })
  const browser = await openBrowser()
  const model = await startFakeOrchestrator({ model: () => '</silence>', latencyMs: 40 })
  try {
    const { page } = await openPage(browser)
    await becomeOwner(page, product.signInLink() ?? '')
    const english = await scriptOf(browser, product, 'en-GB')
    const chinese = await scriptOf(browser, product, 'zh-CN')
    await product.request('POST', '/api/connections', { name: 'gpu', kind: 'vllm-omni', config: { url: model.url } })
    const deploying = await deployInTabs(product, page)
    await watchMany(product)
    await page.goto(product.url)
    await page
      .getByTestId('watched-flow')
      .nth(cameras - 1)
      .waitFor()
    await page.waitForTimeout(10_000)
    const longest = await longestTask(page, lookedAtMs)
    const row = (what: string, value: number, unit: string, target: string): Row => ({
      area: 'pages',
      what,
      value,
      unit,
      target,
    })
    return [
      row('compressed script of the first load', english, 'kB', 'under 250 kB'),
      row('the same in Chinese, words included', chinese, 'kB', 'under 250 kB'),
      row('Deploy in the last of 20 tabs, after 100 navigations', deploying, 'ms', 'under 1 s'),
      row(`Now with ${cameras} live cameras: longest task`, longest, 'ms', 'under 100 ms (0: none above 50)'),
    ]
  } finally {
    await browser.close()
    await Promise.all([product.stop(), model.stop()])
    removeFolder(product.dataDir)
  }
}
