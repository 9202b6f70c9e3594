// The inbox and its badge say what the server counts, on every page and as it happens. On the API over a store in memory.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventView } from '../../runtime/history/records.ts'
import { ownerPassword, startApi, type ApiBench } from '../support/api-bench.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'

let deps: MemoryApi
let bench: ApiBench
let browser: Browser
let page: Page
let complaints: string[]

const alert = (nth: number, change: Partial<EventView> = {}): EventView => ({
  id: `e${nth}`,
  kind: 'response.given',
  flow: 'f1',
  revision: 1,
  stream: 'f1-cam',
  node: 'model',
  at: new Date(Date.now() - 3_600_000 + nth * 1000).toISOString(),
  mediaTimeS: nth,
  text: `Alert ${nth}`,
  fields: {},
  frame: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  alert: true,
  incident: `e${nth}`,
  verdict: null,
  deliveries: [],
  ...change,
})
const badge = () => page.getByTestId('waiting-count')
const saysEventually = (text: string) => page.getByTestId('waiting-count').getByText(text, { exact: true }).waitFor()

beforeAll(async () => {
  deps = memoryApi({
    editorDir: join(fileURLToPath(new URL('../..', import.meta.url)), 'editor', 'dist'),
  })
  // More than a page of the live feed's memory holds, and far more of what nobody must see on top of it.
  for (let nth = 0; nth < 128; nth++) deps.eventRows.set(`e${nth}`, alert(nth))
  for (let nth = 128; nth < 400; nth++)
    deps.eventRows.set(`e${nth}`, alert(nth, { alert: false, incident: null, text: `Nothing ${nth}` }))
  const { id } = await deps.flows.create({ format: 'heed.flow/1', name: 'Fall alert', nodes: [], wires: [] })
  expect(id).toBe('f1')
  bench = await startApi(deps)
  await bench.signIn()
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser))
  await page.goto(`${bench.url}/`)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-inbox').waitFor()
})
afterAll(async () => {
  await browser.close()
  await bench.stop()
})

it('shows the same number on every page, however little of it is loaded', async () => {
  for (const place of ['/', '/flows', '/inbox', '/connections', '/system']) {
    await page.goto(bench.url + place)
    await saysEventually('128')
  }
  await page.goto(`${bench.url}/inbox`)
  await page.getByTestId('inbox-total').getByText('128 alerts to see').waitFor()
})

it('brings every unseen one, page by page', async () => {
  while ((await page.getByTestId('event-row').count()) < 128) {
    const before = await page.getByTestId('event-row').count()
    await page.getByTestId('older').click()
    await page.getByTestId('event-row').nth(before).waitFor()
  }
  expect(await page.getByTestId('older').count()).toBe(0)
  await page.getByText('Alert 0', { exact: true }).waitFor()
})

it('moves as things are seen, here and elsewhere, and as new ones come', async () => {
  await page.getByTestId('event-row').first().getByTestId('acknowledge').click()
  await saysEventually('127')
  await bench.call('POST', '/api/events/e3/acknowledge')
  await saysEventually('126')
  const late = alert(500, { at: new Date().toISOString(), text: 'A person fell.' })
  deps.eventRows.set(late.id, late)
  const { id, stream, node, at, mediaTimeS, text } = late
  deps.bus.publish({
    type: 'event',
    flow: 'f1',
    event: { id, kind: 'response.given', stream, node, at, mediaTimeS, text, hasFrame: false, alert: true },
  })
  await saysEventually('127')
  await page.getByTestId('inbox-list').getByText('A person fell.').waitFor()
})

it('lets the server find and filter', async () => {
  await page.getByLabel('Find in the inbox').fill('Alert 77')
  await page.getByTestId('inbox-total').getByText('1 alert to see', { exact: true }).waitFor()
  await page.getByLabel('Find in the inbox').fill('')
  await page.getByTestId('inbox-filter').getByText('Seen').click()
  await page.getByTestId('inbox-total').getByText('2 incidents', { exact: true }).waitFor()
  await page.getByTestId('event-row').first().getByText('Seen by the owner').waitFor()
  await page.getByTestId('event-row').last().getByText('Seen by a script').waitFor()
  await page.getByTestId('inbox-filter').getByText('All').click()
  await page.getByTestId('inbox-total').getByText('129 incidents', { exact: true }).waitFor()
})

it('says on the page of an alert what became of it, and takes a verdict', async () => {
  await page.goto(`${bench.url}/inbox/e500`)
  await page.getByTestId('trace-step').first().waitFor()
  expect(await page.getByTestId('trace').innerText()).toMatch(/said it/)
  await page.getByTestId('verdict-wrong').click()
  await page.getByTestId('precision').getByText('0 of 1 judged alerts').waitFor()
  expect(deps.eventRows.get('e500')?.verdict).toBe('wrong')
  await page.getByTestId('verdict-wrong').click()
  await page.getByTestId('precision').waitFor({ state: 'detached' })
})

it('stands on every page until somebody has taken it, and can be taken there', async () => {
  await page.goto(`${bench.url}/connections`)
  await saysEventually('127')
  const { id, stream, node, at, mediaTimeS, text } = alert(501, { at: new Date().toISOString(), text: 'Smoke.' })
  deps.eventRows.set(id, alert(501, { at, text }))
  const event = { id, kind: 'response.given' as const, stream, node, at, mediaTimeS, text, hasFrame: false }
  deps.bus.publish({ type: 'event', flow: 'f1', event: { ...event, alert: true } })
  await page.getByTestId('toast').getByText('Smoke.').waitFor()
  await page.goto(`${bench.url}/system`)
  await page.getByTestId('toast').getByText('Smoke.').waitFor()
  // White on white passes axe, which does not judge what has no contrast at all.
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const [words, ground] = await page.getByTestId('toast-acknowledge').evaluate((button) => {
      const label = button.querySelector('.mantine-Button-label') ?? button
      return [getComputedStyle(label).color, getComputedStyle(button).backgroundColor]
    })
    expect(words).not.toBe(ground)
    expect([words, ground]).toContain('rgb(255, 255, 255)')
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByTestId('toast-acknowledge').click()
  await page.getByTestId('toast').getByText('Smoke.').waitFor({ state: 'detached' })
  expect(deps.eventRows.get('e501')?.acknowledgedBy).toBe('owner')
  await saysEventually('127')
  await page.goto(`${bench.url}/inbox`)
})

it('marks all as seen that were found, and only those', async () => {
  await page.getByTestId('acknowledge-all').click()
  await page.getByRole('button', { name: /^Mark all|^Yes|^Confirm/ }).click()
  await page.getByText('Nothing is waiting for you').waitFor()
  expect(await badge().count()).toBe(0)
  expect(complaints).toEqual([])
})
