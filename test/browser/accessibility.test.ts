// Every page and form passes axe without a serious finding, light and dark, on a desk and on a phone, and leaves the console clean.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow } from '../support/product-flows.ts'
import { everyForm, saveFlow } from './screens-flows.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Finding {
  id: string
  impact: string
  nodes: { html: string }[]
}

let product: Product
let browser: Browser
let flow = ''
let forms = ''
/** A form of each sort: drawn, chosen, typed, with a connection, with a problem, with what runs behind it. */
const cards = [
  'form-privacy-mask',
  'form-schedule',
  'form-filter',
  'form-delegate-to-agent',
  'form-memory',
  'tell-email',
  'tell-web-push',
]

beforeAll(async () => {
  product = await startProduct()
  browser = await openBrowser()
  const { page } = await openPage(browser)
  await becomeOwner(page, product.signInLink() ?? '')
  await page.context().close()
  flow = await deployFlow(
    product,
    alertFlow({
      camera: { kind: 'rtsp', url: 'rtsp://127.0.0.1:9/none' },
      model: { connection: 'edge', instruction: 'Warn of falls.', watchFor: ['fall'] },
      notification: { channel: 'inbox', title: 'Fall' },
    }),
  )
  const { body } = await product.request<{ nodes: { type: string }[] }>('GET', '/api/nodes')
  forms = await saveFlow(
    product,
    everyForm(
      'none.mp4',
      body.nodes.map(({ type }) => type),
    ),
  )
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

/** `rules`: all when there are none. */
async function seriousFindings(page: Page, rules: readonly string[], within = 'html'): Promise<string[]> {
  await page.waitForTimeout(200)
  // Through the debugger: the page's own content policy lets no foreign script in.
  await page.evaluate(axe)
  const { violations } = await page.evaluate(
    async ({ place, options }) =>
      await (
        globalThis as unknown as { axe: { run(place: string, options: object): Promise<{ violations: Finding[] }> } }
      ).axe.run(place, options),
    {
      place: within,
      options: { resultTypes: ['violations'], ...(rules.length > 0 ? { runOnly: [...rules] } : {}) },
    },
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

async function formFindings(page: Page, rules: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  await page.goto(`${product.url}/flows/${forms}`)
  await page.getByTestId('canvas').waitFor()
  for (const card of cards) {
    await page.locator(`.react-flow__node[data-id="${card}"]`).focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('inspector').waitFor()
    found[card] = await seriousFindings(page, rules, '.inspector')
  }
  return found
}

async function connectionFindings(page: Page, rules: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  await page.goto(`${product.url}/connections`)
  for (const kind of ['smtp', 'openai']) {
    await page.getByTestId('connection-add').click()
    await page.getByTestId(`connection-kind-${kind}`).click()
    found[`connection ${kind}`] = await seriousFindings(page, rules, '[data-testid="connection-panel"]')
  }
  return found
}

const places = [
  '',
  'flows',
  'templates',
  'templates/night-visitor',
  'inbox',
  'cameras',
  'history',
  'connections',
  'system',
]

const looks = [
  ['light, 1440', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }, []],
  // The same page in other colours.
  ['dark, 1440', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }, ['color-contrast']],
  ['dark, 390', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }, []],
] as const

describe.each(looks)('every page, %s', (_name, look, rules) => {
  it('has no serious finding', async () => {
    const { page, complaints } = await openPage(browser, look)
    await page.goto(product.url)
    await page.getByTestId('sign-in-password').waitFor()
    const found: Record<string, string[]> = { 'sign-in': await seriousFindings(page, rules) }
    await page.getByTestId('sign-in-password').fill(ownerPassword)
    await page.getByTestId('sign-in-submit').click()
    await page.getByTestId('nav-inbox').waitFor()
    for (const place of [...places, `watch/${flow}`, `flows/${flow}`]) {
      await page.goto(`${product.url}/${place}`)
      await page.getByTestId('nav-inbox').waitFor()
      if (place.startsWith('templates'))
        await page.getByTestId('capability-all').or(page.getByTestId('question-camera')).first().waitFor()
      if (place.startsWith('flows/')) await page.getByTestId('canvas').waitFor()
      found[place] = await seriousFindings(page, rules)
    }
    Object.assign(
      found,
      await connectionFindings(page, rules),
      look.viewport.width > 760 ? await formFindings(page, rules) : {},
    )
    await page.context().close()
    expect(complaints).toEqual([])
    expect(Object.fromEntries(Object.entries(found).filter(([, findings]) => findings.length > 0))).toEqual({})
  })
})
