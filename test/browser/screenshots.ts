// `node test/browser/screenshots.ts [folder]`: every screen of the running product, light and dark, on a desk and on a phone, for a
// person to look at; and the README's picture. Not a test.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { drawRoom } from '../support/drawn-room.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = process.argv[2] ?? join(root, 'test-results', 'screens')
const looks = [
  { name: 'desk-light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'desk-dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

async function shoot(page: Page, look: string, screen: string): Promise<void> {
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(folder, `${screen}.${look}.png`) })
}

async function signIn(page: Page, product: Product): Promise<void> {
  await page.goto(product.url)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-flows').waitFor()
}

async function walk(page: Page, product: Product, look: string, flow: string): Promise<void> {
  await shoot(page, look, 'home')
  for (const place of ['flows', 'inbox', 'connections', 'system']) {
    await page.getByTestId(`nav-${place}`).click()
    await shoot(page, look, place)
  }
  await page.goto(`${product.url}/watch/${flow}`)
  await page.getByTestId('ask-text').waitFor()
  await page.waitForTimeout(1500)
  await shoot(page, look, 'watch')
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('canvas').waitFor()
  await page.waitForTimeout(1500)
  await shoot(page, look, 'canvas')
  if (look.startsWith('desk')) {
    await page.getByTestId('node-model').click()
    await shoot(page, look, 'inspector')
    await page.getByTestId('tab-timeline').click()
    await shoot(page, look, 'timeline')
  }
}

mkdirSync(folder, { recursive: true })
const product = await startProduct()
const browser = await openBrowser()
const model = await startFakeOrchestrator({ model: ({ index }) => (index % 14 === 8 ? '</response> Somebody has fallen beside the armchair and is not getting up.' : '</silence>'), latencyMs: 38 })
try {
  const first = await openPage(browser)
  await first.page.goto(product.signInLink() ?? '')
  await shoot(first.page, 'desk-light', 'sign-in')
  await becomeOwner(first.page, product.signInLink() ?? '')
  await shoot(first.page, 'desk-light', 'empty')
  await product.request('POST', '/api/connections', { name: 'gpu', kind: 'vllm-omni', config: { url: model.url } })
  const path = await uploadClip(product, await drawRoom(browser, join(product.dataDir, "living-room.mp4")))
  const flow = await deployFlow(product, alertFlow({
    name: 'Fall alert', camera: { kind: 'file', path, loop: true }, model: { connection: 'gpu', instruction: 'Warn the moment a person falls.' },
    notification: { channel: 'inbox', title: 'Fall' },
  }))
  await eventually('an alert', async () => (await eventsOf(product, flow, 'response.given')).length > 0, 30_000)
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  await first.page.goto(`${product.url}/flows/${flow}`)
  await first.page.getByTestId('canvas').waitFor()
  await first.page.waitForTimeout(3000)
  await first.page.screenshot({ path: join(root, 'editor', 'screenshot.png') })
  await first.page.context().close()
  for (const { name, ...look } of looks) {
    const { page } = await openPage(browser, look)
    await signIn(page, product)
    await walk(page, product, name, flow)
    await page.context().close()
  }
  process.stdout.write(`Screens are in ${folder}; the README's picture is editor/screenshot.png\n`)
} finally {
  await browser.close()
  await Promise.all([product.stop(), model.stop()])
  removeFolder(product.dataDir)
}
