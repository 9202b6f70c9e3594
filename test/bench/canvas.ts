// The canvas with 500 cards and 700 wires, in Chromium with software drawing: how soon the first card is there, and how many frames
// a second it draws while a card is dragged, and while the canvas is moved.
import type { Page } from 'playwright-core'
import type { Flow } from '../../nodes/contract/flow.ts'
import { becomeOwner, openBrowser, openPage } from '../support/browser.ts'
import { makeDataDir, removeFolder, startProduct } from '../support/product.ts'
import { percentile, type Row } from './row.ts'

const chain = ['camera-source', 'adacodec', 'interaction-model', 'cooldown', 'notification', 'delegate-to-agent']

/** Chains of six, ten below each other, with a wire across to a neighbour. */
export function largeFlow(cards = 500, wires = 700): Flow {
  const nodes = Array.from({ length: cards }, (_, n) => {
    const [row, column] = [Math.floor(n / 6), n % 6]
    const type = chain[column] ?? 'cooldown'
    const position = { x: Math.floor(row / 10) * 2200 + column * 312, y: (row % 10) * 520 }
    return { id: `n${n}`, type, version: 1, position, config: {} }
  })
  const joins: [number, string, number, string][] = [
    [0, 'frames', 1, 'frames'],
    [1, 'frames', 2, 'frames'],
    [2, 'response', 3, 'message'],
    [3, 'message', 4, 'message'],
    [2, 'delegation', 5, 'delegation'],
    [5, 'answer', 2, 'answer'],
    [2, 'response', 4, 'message'],
    [2, 'response', 10, 'message'],
    [2, 'response', 16, 'message'],
  ]
  const drawn = joins.flatMap(([a, out, b, into]) =>
    Array.from({ length: Math.ceil(cards / 6) }, (_, row) => ({
      from: { node: `n${row * 6 + a}`, port: out },
      to: { node: `n${row * 6 + b}`, port: into },
    })),
  )
  const ids = new Set(nodes.map(({ id }) => id))
  const real = drawn.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node)).slice(0, wires)
  return { format: 'heed.flow/1', name: 'Large', nodes, wires: real }
}

/** Where the canvas and the first card are. */
async function drawnAt(page: Page): Promise<string> {
  return await page.evaluate(() =>
    ['.react-flow__viewport', '.react-flow__node-card']
      .map((each) => document.querySelector<HTMLElement>(each)?.style.transform ?? '')
      .join(),
  )
}

/** Frames a second while the pointer is held and moved about for `ms`. */
async function framesWhile(page: Page, at: { x: number; y: number }, ms: number): Promise<number> {
  await page.mouse.move(at.x, at.y)
  const before = await drawnAt(page)
  await page.mouse.down()
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    const look = (now: number): void => {
      seen.push(now)
      if (seen.length < 100_000) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  const end = Date.now() + ms
  for (let step = 0; Date.now() < end; step++)
    await page.mouse.move(at.x + 120 * Math.sin(step / 12), at.y + 60 * Math.cos(step / 9))
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
  const after = await drawnAt(page)
  await page.mouse.up()
  if (after === before) throw new Error('Nothing was moved, so nothing was measured.')
  return ((seen.length - 1) * 1000) / ((seen.at(-1) ?? 0) - (seen[0] ?? 0))
}

async function firstCard(page: Page, address: string): Promise<number> {
  await page.goto(address.replace(/\/flows\/.*/, '/flows'))
  await page.getByTestId('nav-flows').waitFor()
  return await page.evaluate(async (path) => {
    const start = performance.now()
    history.pushState(null, '', path)
    dispatchEvent(new PopStateEvent('popstate'))
    while (!document.querySelector('.card')) await new Promise(requestAnimationFrame)
    return performance.now() - start
  }, new URL(address).pathname)
}

/** Needs the built editor. */
export async function benchCanvas(): Promise<Row[]> {
  const product = await startProduct({ dataDir: makeDataDir() })
  const browser = await openBrowser()
  try {
    const { page } = await openPage(browser)
    await becomeOwner(page, product.signInLink() ?? '')
    const { body } = await product.request<{ id: string }>('POST', '/api/flows', largeFlow())
    const address = `${product.url}/flows/${body.id}`
    const firsts: number[] = []
    for (let round = 0; round < 3; round++) firsts.push(await firstCard(page, address))
    await page.waitForTimeout(1500)
    const whole = { pan: 0, drag: 0 }
    const near = { pan: 0, drag: 0 }
    for (const zoom of [whole, near]) {
      if (zoom === near) {
        await page.locator('.react-flow__node').first().focus()
        await page.keyboard.press('f')
        for (let out = 0; out < 3; out++) await page.getByTestId('command-zoom-out').click()
        await page.waitForTimeout(800)
      }
      const card = await page.locator('.react-flow__node-card').first().boundingBox()
      const pane = await page.getByTestId('canvas').boundingBox()
      zoom.pan = await framesWhile(page, { x: (pane?.x ?? 0) + 12, y: (pane?.y ?? 0) + 8 }, 3000)
      await page.waitForTimeout(300)
      const now = (await page.locator('.react-flow__node-card').first().boundingBox()) ?? card
      zoom.drag = await framesWhile(page, { x: (now?.x ?? 0) + (now?.width ?? 0) / 2, y: (now?.y ?? 0) + 4 }, 3000)
    }
    const row = (what: string, value: number, unit: string, target: string): Row => ({
      area: 'canvas',
      what: `500 cards, 700 wires: ${what}`,
      value,
      unit,
      target,
    })
    return [
      row('the first card', percentile(firsts, 0.5), 'ms', 'under 1000 ms'),
      row('moving all of it', whole.pan, 'frames/s', 'above 50'),
      row('dragging a card, all in view', whole.drag, 'frames/s', 'above 50'),
      row('moving a part', near.pan, 'frames/s', 'above 50'),
      row('dragging a card, a part in view', near.drag, 'frames/s', 'above 50'),
    ]
  } finally {
    await browser.close()
    await product.stop()
    removeFolder(product.dataDir)
  }
}
