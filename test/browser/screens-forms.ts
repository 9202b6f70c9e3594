// Pictures of every form: of each card in the inspector, and of each kind of connection. Not a test.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Product } from '../support/product.ts'

export type Shoot = (page: Page, look: string, screen: string) => Promise<void>

/** The inspector of every card of a flow, opened wide enough to show all of it. */
export async function shootForms(
  page: Page,
  product: Product,
  folder: string,
  look: string,
  flow: string,
): Promise<void> {
  mkdirSync(join(folder, 'forms'), { recursive: true })
  await page.setViewportSize({ width: 1440, height: 1700 })
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('canvas').waitFor()
  await page.waitForTimeout(800)
  for (const id of await page
    .locator('[data-node-id]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-node-id') ?? ''))) {
    await page.getByTestId(`node-${id}`).dispatchEvent('click')
    await page.locator(`.react-flow__node[data-id="${id}"]`).focus()
    await page.keyboard.press('Enter')
    const inspector = page.getByTestId('inspector')
    await inspector.waitFor()
    const more = inspector.getByRole('button', { name: 'More settings' })
    if ((await more.count()) > 0) await more.click()
    const snapshot = inspector.getByTestId('take-snapshot')
    if ((await snapshot.count()) > 0) {
      await snapshot.click()
      await page.waitForTimeout(2500)
    }
    await page.waitForTimeout(250)
    await inspector.screenshot({ path: join(folder, 'forms', `${id}.${look}.png`) })
  }
}

/** The side panel of every kind of connection that can be added. */
export async function shootConnections(page: Page, product: Product, shoot: Shoot, look: string): Promise<void> {
  await page.goto(`${product.url}/connections`)
  await page.getByTestId('connection-add').click()
  await shoot(page, look, 'connection-menu')
  const kinds = await page
    .locator('[data-testid^="connection-kind-"]')
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-testid') ?? ''))
  await page.keyboard.press('Escape')
  for (const kind of kinds) {
    await page.getByTestId('connection-add').click()
    await page.getByTestId(kind).click()
    await page.getByTestId('connection-panel').waitFor()
    await shoot(page, look, `forms/${kind}`)
  }
}
