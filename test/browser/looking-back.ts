// What a person looks up: the history with its filters, the time below the picture, several cameras beside each other, and how Heed does.
// Run by the suite that has a product in which things have happened.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ownerPassword, type OpenPage } from '../support/browser.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, type Product } from '../support/product.ts'
import { deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'
import type { WebhookReceiver } from '../support/webhook-receiver.ts'

export interface Stage {
  product: Product
  desk: OpenPage
  phone: OpenPage
  flow: string
  receiver: WebhookReceiver
  /** What the model says next. */
  say(text: string): void
}

/** Nobody is reminded any more of what happened so far. */
async function seeAll({ product }: Stage): Promise<void> {
  await product.request('POST', '/api/events/acknowledge', { upTo: new Date().toISOString() })
}

/** Lets the model say it, waits until it is recorded, and takes it. */
async function seen(stage: Stage, text: string): Promise<string> {
  stage.say(`</response> ${text}`)
  const event = await eventually('it was said', async () =>
    (await eventsOf(stage.product, stage.flow, 'response.given')).find((each) => each.text === text),
  )
  await stage.product.request('POST', `/api/events/${event.id}/acknowledge`)
  return event.id
}

const queryOf = (page: Page): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams)

export function describeHistory(stage: () => Stage): void {
  describe('the history', () => {
    it('finds by words and by what happened, keeps both in its address, and gives what was found as a file', async () => {
      const { product } = stage()
      const { page } = stage().desk
      const id = await seen(stage(), 'Ada has fallen.')
      await page.goto(`${product.url}/history`)
      await page.getByTestId('history-list').waitFor()
      await page.getByTestId('history-find').fill('Ada')
      await page.getByTestId('history-kind').selectOption('response.given')
      await page.getByTestId('history-total').getByText('1 event', { exact: true }).waitFor()
      await page.getByTestId('history-list').getByText('Ada has fallen.').waitFor()
      expect(queryOf(page)).toEqual({ q: 'Ada', kind: 'response.given' })
      await page.reload()
      expect(await page.getByTestId('history-find').inputValue()).toBe('Ada')
      await page.getByTestId('history-total').getByText('1 event', { exact: true }).waitFor()
      const file = await page.request.get(
        product.url + String(await page.getByTestId('export-csv').getAttribute('href')),
      )
      const lines = (await file.text()).trim().split('\r\n')
      expect([lines.length, lines[1]?.includes('Ada has fallen.')]).toEqual([2, true])
      await product.request('PUT', `/api/events/${id}/verdict`, { verdict: 'wrong' })
      await page.goto(`${product.url}/history?which=wrong`)
      await page.getByTestId('history-total').getByText('1 event', { exact: true }).waitFor()
      await page.getByTestId('precisions').getByText('0 of 1 judged alerts were right').waitFor()
    })

    it('leads from a mark on its timeline to the moment, on the page where it can be seen', async () => {
      const { product, flow } = stage()
      const { page } = stage().desk
      await page.goto(`${product.url}/history?flow=${flow}&span=600`)
      // By key: a neighbour may lie over its middle.
      await page.locator('[data-testid="band-mark"][data-tone="seen"]').last().press('Enter')
      await page.getByTestId('stage-then').waitFor()
      expect(new URL(page.url()).pathname).toBe(`/watch/${flow}`)
      expect(queryOf(page)).toMatchObject({ camera: `${flow}-cam`, span: '600' })
      await eventually('the picture of that moment', async () =>
        page.locator('.stage-past').evaluate((image: HTMLImageElement) => image.naturalWidth > 0),
      )
    })
  })

  describe('the time below the picture', () => {
    it('shows a minute to a week, and is dragged through', async () => {
      const { product, flow } = stage()
      const { page } = stage().desk
      await page.goto(`${product.url}/watch/${flow}?span=60`)
      await page.locator('[data-lane="silence"]').waitFor()
      for (const [label, seconds] of [
        ['1 week', 604_800],
        ['1 min', 60],
        ['10 min', 600],
      ] as const) {
        await page.getByTestId('span').getByText(label, { exact: true }).click()
        expect(queryOf(page)['span']).toBe(String(seconds))
      }
      await page.locator('[data-lane="response"]').waitFor()
      const band = await page.getByTestId('band-lanes').boundingBox()
      if (!band) throw new Error('there is no timeline')
      await page.mouse.move(band.x + band.width * 0.99, band.y + 10)
      await page.mouse.down()
      await page.mouse.move(band.x + band.width * 0.95, band.y + 10, { steps: 4 })
      await page.mouse.up()
      const at = Date.parse(queryOf(page)['at'] ?? '')
      expect(Date.now() - at).toBeGreaterThan(15_000)
      expect(Date.now() - at).toBeLessThan(60_000)
      await page.getByTestId('stage-then').waitFor()
      await page.getByTestId('back-to-now').click()
      await page.locator('.stage .picture img').waitFor()
    })

    it('is a wall screen with sound, and takes a question', async () => {
      const { page } = stage().desk
      const isPressed = (id: string) => page.getByTestId(id).getAttribute('aria-pressed')
      const before = await isPressed('mute')
      await page.getByTestId('mute').click()
      expect(await isPressed('mute')).not.toBe(before)
      await page.getByTestId('mute').click()
      await page.getByTestId('fullscreen').click()
      await eventually('it fills the screen', async () => (await isPressed('fullscreen')) === 'true')
      // Whoever does not move sees the picture alone.
      await page.locator('[data-testid="watch"][data-idle]').waitFor()
      expect(await page.locator('.watch-dock').isVisible()).toBe(false)
      await page.mouse.move(300, 300)
      await page.locator('.watch-dock').waitFor()
      await page.evaluate(() => document.exitFullscreen())
      await page.getByTestId('ask-text').fill('Is the stove off?')
      await page.getByTestId('ask-send').click()
      await page.getByTestId('asked').waitFor()
    })

    it('says an alarm once, on the picture, where it can be taken', async () => {
      const { product, flow, say, phone } = stage()
      await phone.page.goto(`${product.url}/watch/${flow}`)
      say('</response> Eve has fallen.')
      const said = phone.page.getByTestId('watch-newest').filter({ hasText: 'Eve has fallen.' })
      await said.getByTestId('acknowledge').waitFor()
      await eventually(
        'nothing stands above the picture',
        async () => (await phone.page.getByTestId('toast').count()) === 0,
      )
      await phone.page.goto(`${product.url}/history`)
      await phone.page.getByTestId('toast').getByText('Eve has fallen.').waitFor()
      await phone.page.goto(`${product.url}/watch/${flow}`)
      await said.getByTestId('acknowledge').click()
      await said.getByTestId('acknowledge').waitFor({ state: 'detached' })
      await phone.page.getByTestId('toast').filter({ hasText: 'Eve has fallen.' }).waitFor({ state: 'detached' })
    })
  })
}

/** Two cameras, of which one is not there. */
export function describeSeveralCameras(stage: () => Stage): void {
  describe('several cameras', () => {
    it('stand beside each other, each a press from being alone; the dead one is named under System', async () => {
      const { product } = stage()
      const { page } = stage().desk
      const path = await uploadClip(product, await makeClip(join(product.dataDir, 'door.mp4'), { seconds: 4 }))
      const node = (id: string, type: string, config: Record<string, unknown>) => ({
        ...{ id, type, version: 1, position: { x: 0, y: 0 }, config },
      })
      const doors = await deployFlow(product, {
        format: 'heed.flow/1',
        name: 'Two doors',
        nodes: [
          { ...node('front', 'camera-source', { kind: 'file', path, loop: true }), name: 'Front door' },
          { ...node('back', 'camera-source', { kind: 'rtsp', url: 'rtsp://127.0.0.1:9/back' }), name: 'Back door' },
          ...['a', 'b'].map((id) => node(id, 'adacodec', {})),
        ],
        wires: [
          { from: { node: 'front', port: 'frames' }, to: { node: 'a', port: 'frames' } },
          { from: { node: 'back', port: 'frames' }, to: { node: 'b', port: 'frames' } },
        ],
      })
      await page.goto(`${product.url}/watch/${doors}`)
      const grid = page.getByTestId('watch-grid')
      await grid.getByLabel('Watch Front door').locator('img').waitFor()
      await grid
        .getByLabel('Watch Back door')
        .getByText(/does not answer|refuse|connect/i)
        .first()
        .waitFor()
      await grid.getByLabel('Watch Front door').click()
      await page.getByRole('heading', { name: 'Two doors · Front door' }).waitFor()
      await page.getByTestId('all-cameras').click()
      await grid.waitFor()
      // State flows down the wires: what hangs on the dead one waits for it, and is not called fine.
      await page.goto(`${product.url}/flows/${doors}`)
      await page.locator('[data-testid="node-a"][data-state="running"]').waitFor()
      await page.locator('[data-testid="node-b"][data-state="waiting"]').getByText('Back door').waitFor()
      await page.goto(`${product.url}/system`)
      await page.getByTestId('in-trouble').getByText('Two doors').waitFor()
      await page.getByTestId('in-trouble').getByText('Back door', { exact: true }).waitFor()
      await page
        .getByTestId('in-trouble')
        .getByText(/127\.0\.0\.1:9/)
        .first()
        .waitFor()
      await product.request('POST', `/api/flows/${doors}/stop`)
      await page.goto(`${product.url}/watch/${doors}`)
      await page.getByTestId('watch-start').waitFor()
      await grid.getByLabel('Watch Back door').waitFor()
      await product.request('DELETE', `/api/flows/${doors}`)
    })
  })
}

export function describeSystem(stage: () => Stage): void {
  describe('the page System', () => {
    it('sends what did not arrive once more, or leaves it', async () => {
      const { product, receiver, say } = stage()
      const { page } = stage().desk
      await seeAll(stage())
      receiver.scriptFor('Finn has fallen.', 400)
      say('</response> Finn has fallen.')
      await eventually('it was refused', async () =>
        receiver.received.some(({ body }) => body.text === 'Finn has fallen.'),
      )
      await page.goto(`${product.url}/system`)
      const row = page.getByTestId('failed').getByRole('listitem').filter({ hasText: 'Finn has fallen.' }).first()
      await row.waitFor()
      const before = receiver.delivered().length
      await row.getByTestId('failed-retry').click()
      await eventually('it arrived', async () => receiver.delivered().length > before)
      await row.waitFor({ state: 'detached' })
      // Anything by its name, from here as from any page.
      await page.keyboard.press('Control+k')
      await page.getByTestId('finder-input').fill('inbox')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/inbox$/)
      expect(await page.getByTestId('finder').count()).toBe(0)
    })

    it('makes a token that works until it is revoked, and says it once', async () => {
      const { product } = stage()
      const { page } = stage().desk
      await page.goto(`${product.url}/system`)
      await page.getByTestId('token-name').fill('Home Assistant')
      await page.getByTestId('token-make').click()
      const token = await page.getByTestId('token-made').innerText()
      const asks = async (): Promise<number> =>
        (await fetch(`${product.url}/api/flows`, { headers: { authorization: `Bearer ${token}` } })).status
      expect(await asks()).toBe(200)
      await page.reload()
      const row = page.getByTestId('tokens').getByRole('listitem').filter({ hasText: 'Home Assistant' })
      expect(await row.innerText()).not.toContain(token)
      await row.getByRole('button', { name: 'Revoke' }).click()
      await row.getByRole('button', { name: 'Revoke Home Assistant?' }).click()
      await row.waitFor({ state: 'detached' })
      expect(await asks()).toBe(401)
    })

    it('signs another browser out, and changes the password with the old one only', async () => {
      const { product } = stage()
      const [{ page }, phone] = [stage().desk, stage().phone.page]
      await page.goto(`${product.url}/system`)
      await page.getByTestId('sign-in-end').first().click()
      await page.getByTestId('sign-in-end').waitFor({ state: 'detached' })
      await phone.goto(`${product.url}/inbox`)
      await phone.getByTestId('sign-in-password').waitFor()
      await page.getByTestId('password-current').fill('not the one')
      await page.getByTestId('password-next').fill('four other words together')
      await page.getByTestId('password-change').click()
      await page
        .getByRole('alert')
        .filter({ hasText: /password/i })
        .waitFor()
      await page.getByTestId('password-current').fill(ownerPassword)
      await page.getByTestId('password-change').click()
      await page.getByText('The password is changed.').waitFor()
      await phone.getByTestId('sign-in-password').fill('four other words together')
      await phone.getByTestId('sign-in-submit').click()
      await phone.getByTestId('nav-inbox').waitFor()
    })
  })
}

export function describeWires(stage: () => Stage): void {
  describe('the wires', () => {
    it('show what passed on them, and light up the way of one message', async () => {
      const { product, flow } = stage()
      const { page } = stage().desk
      await page.goto(`${product.url}/flows/${flow}`)
      await page.getByTestId('node-model').waitFor()
      const id = await seen(stage(), 'Gus has fallen.')
      const wire = (from: string, to: string) => page.getByTestId(`wire-${from}--${to}`)
      const last = wire('look.message', 'tell.message').locator('title')
      await last.filter({ hasText: /^Gus has fallen\. \(\d/ }).waitFor({ state: 'attached' })
      expect(await page.getByTestId('pulse-look.message--tell.message').count()).toBe(1)
      await page.goto(`${product.url}/inbox/${id}`)
      await page.getByText('Seen by a script').waitFor()
      await page.getByTestId('trace-on-canvas').click()
      await page.getByTestId('trace-bar').getByTestId('trace-step').first().waitFor()
      const isTaken = (from: string, to: string) => wire(from, to).getAttribute('data-taken')
      await eventually('the way lights up', async () => (await isTaken('look.message', 'tell.message')) === 'true')
      expect([
        await isTaken('model.response', 'arm.message'),
        await isTaken('model.delegation', 'ask.delegation'),
      ]).toEqual(['true', null])
    })
  })
}
