// The story in Chinese: from the sign-in link over the drawn example to an acknowledged alarm, and no page that speaks English.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage } from '../support/browser.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'

let product: Product
let browser: Browser
let page: Page

/** What stays as it is: names, addresses, examples to type, what the model says and what flows hold. */
const asItIs =
  /^(A person|Warn the moment|rtsp:|https?:|Heed |Mon-Fri|Europe\/|Example|heed-example)|HEED_|\.mp4|\.json|[a-z]+@|\{\{/

/** Lines on the page with three English words in a row. */
async function englishLines(): Promise<string[]> {
  const text = await page.locator('body').innerText()
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/.test(line) && !asItIs.test(line))
}

beforeAll(async () => {
  product = await startProduct()
  browser = await openBrowser()
  page = (await openPage(browser, { locale: 'zh-CN' })).page
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

describe('in Chinese', () => {
  it('goes from the sign-in link to an acknowledged alarm', async () => {
    await becomeOwner(page, product.signInLink() ?? '')
    await page.getByText('欢迎使用 Heed').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByTestId('watch-example').click()
    await page.getByTestId('canvas').waitFor()
    await page.getByTestId('nav-inbox').click()
    const row = page.getByText('A person has fallen').first()
    await row.waitFor({ timeout: 120_000 })
    await page.getByRole('button', { name: '我已看到', exact: true }).first().click()
    await eventually('it is seen', async () => {
      const { body } = await product.request<{ unseen: number }>('GET', '/api/events?limit=1')
      return body.unseen === 0
    })
  })

  it('speaks Chinese on every page, in every card and in every setting', async () => {
    const { body } = await product.request<{ flows: { id: string }[] }>('GET', '/api/flows')
    const id = body.flows[0]?.id ?? ''
    const english: string[] = []
    const look = async (where: string): Promise<void> => {
      english.push(...(await englishLines()).map((line) => `${where}: ${line}`))
    }
    for (const path of ['/', '/templates', '/flows', '/inbox', '/connections', '/system', `/watch/${id}`]) {
      await page.goto(`${product.url}${path}`)
      await page.locator('h1').first().waitFor()
      await look(path)
    }
    await page.goto(`${product.url}/flows/${id}`)
    await page.getByTestId('canvas').waitFor()
    await look('canvas')
    for (const card of await page.locator('.react-flow__node').all()) {
      // By key: a card may lie behind the inspector of the one before.
      await card.focus()
      await page.keyboard.press('Enter')
      await page.getByTestId('inspector').waitFor()
      await look(`card ${(await card.getAttribute('data-id')) ?? ''}`)
    }
    expect(english).toEqual([])
  })

  it('goes back to English where a person wants it', async () => {
    await page.goto(`${product.url}/system`)
    await page.getByTestId('language').getByText('English').click()
    await page.getByRole('heading', { name: 'System' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })
})
