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

/** Where the canvas and its cards are. */
async function drawnAt(page: Page): Promise<string> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.react-flow__viewport, .react-flow__node')]
      .map((each) => each.style.transform)
      .join(),
  )
}

/** A place of the canvas with nothing on it, or one with a card that can be taken. */
async function placeOf(page: Page, what: 'nothing' | 'a card'): Promise<{ x: number; y: number }> {
  const pane = await page.getByTestId('canvas').boundingBox()
  const found = await page.evaluate(
    ([{ x, y, width, height }, isCard]) => {
      for (let py = y + 150; py < y + height - 150; py += 5)
        for (let px = x + 200; px < x + width - 250; px += 5) {
          const at = document.elementFromPoint(px, py)
          if (isCard && at?.closest('.react-flow__node') && !at.closest('.port, button, input, .nodrag'))
            return { x: px, y: py }
          if (!isCard && at?.matches('.react-flow__pane')) return { x: px, y: py }
        }
      return null
    },
    [pane ?? { x: 0, y: 0, width: 0, height: 0 }, what === 'a card'] as const,
  )
  if (!found) throw new Error(`There is no place with ${what}.`)
  return found
}

interface Drawn {
  /** Frames a second. */
  fps: number
  /** Processor time that the page took for each frame: what holds on a machine that has other things to do. */
  cpuMs: number
}

/** Held and moved about for `ms`. */
async function framesWhile(page: Page, at: { x: number; y: number }, ms: number): Promise<Drawn> {
  await page.mouse.move(at.x, at.y)
  const before = await drawnAt(page)
  await page.mouse.down()
  const line = await page.context().newCDPSession(page)
  await line.send('Performance.enable', { timeDomain: 'threadTicks' })
  const work = async (): Promise<number> => {
    const { metrics } = await line.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
  }
  const worked = await work()
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
  const spent = (await work()) - worked
  await line.detach()
  const after = await drawnAt(page)
  await page.mouse.up()
  if (after === before) throw new Error('Nothing was moved, so nothing was measured.')
  return { fps: ((seen.length - 1) * 1000) / ((seen.at(-1) ?? 0) - (seen[0] ?? 0)), cpuMs: spent / seen.length }
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
    const row = (what: string, value: number, unit: string, target: string): Row => ({
      area: 'canvas',
      what: `500 cards, 700 wires: ${what}`,
      value,
      unit,
      target,
    })
    const rows = [row('the first card', percentile(firsts, 0.5), 'ms', 'under 1000 ms')]
    const measure = async (what: string, place: 'nothing' | 'a card'): Promise<void> => {
      const { fps, cpuMs } = await framesWhile(page, await placeOf(page, place), 3000)
      rows.push(row(what, fps, 'frames/s', 'above 50'))
      rows.push(row(`${what}, work of a frame`, cpuMs, 'ms', 'under 16 ms'))
      await page.waitForTimeout(300)
    }
    await measure('moving all of it', 'nothing')
    await measure('dragging a card, all in view', 'a card')
    for (const [outs, view] of [
      [3, 'a part in view'],
      [0, 'near'],
    ] as const) {
      await page.keyboard.press('f')
      for (let out = 0; out < outs; out++) await page.getByTestId('command-zoom-out').click()
      await page.waitForTimeout(800)
      await measure(`moving, ${view}`, 'nothing')
      await measure(`dragging a card, ${view}`, 'a card')
    }
    return rows
  } finally {
    await browser.close()
    await product.stop()
    removeFolder(product.dataDir)
  }
}
