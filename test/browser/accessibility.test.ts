// Every page passes axe without a serious finding, light and dark, on a desk and on a phone.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow } from '../support/product-flows.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Finding { id: string; impact: string; nodes: { html: string }[] }

let product: Product
let browser: Browser
let flow = ''

beforeAll(async () => {
  product = await startProduct()
  browser = await openBrowser()
  const { page } = await openPage(browser)
  await becomeOwner(page, product.signInLink() ?? '')
  await page.context().close()
  const created = await product.request<{ id: string }>('POST', '/api/flows', alertFlow({
    camera: { kind: 'rtsp', url: 'rtsp://127.0.0.1:9/none' }, model: { connection: 'edge', instruction: 'Warn of falls.', watchFor: ['fall'] }, notification: { channel: 'inbox', title: 'Fall' },
  }))
  flow = created.body.id
}, 60_000)

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

async function seriousFindings(page: Page): Promise<string[]> {
  await page.waitForTimeout(300)
  // Through the debugger: the page's own content policy lets no foreign script in.
  await page.evaluate(axe)
  const { violations } = await page.evaluate(async () => await (globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } }).axe.run())
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

const looks = [
  ['light, 1440', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['dark, 390', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
] as const

describe.each(looks)('every page, %s', (_name, look) => {
  it('has no serious finding', async () => {
    const { page } = await openPage(browser, look)
    await page.goto(product.url)
    await page.getByTestId('sign-in-password').waitFor()
    const found: Record<string, string[]> = { 'sign-in': await seriousFindings(page) }
    await page.getByTestId('sign-in-password').fill(ownerPassword)
    await page.getByTestId('sign-in-submit').click()
    await page.getByTestId('nav-flows').waitFor()
    for (const place of ['', 'flows', 'inbox', 'connections', 'system', `watch/${flow}`, `flows/${flow}`]) {
      await page.goto(`${product.url}/${place}`)
      await page.getByTestId('nav-flows').waitFor()
      if (place.startsWith('flows/')) await page.getByTestId('canvas').waitFor()
      found[place] = await seriousFindings(page)
    }
    await page.context().close()
    expect(Object.fromEntries(Object.entries(found).filter(([, findings]) => findings.length > 0))).toEqual({})
  }, 90_000)
})
