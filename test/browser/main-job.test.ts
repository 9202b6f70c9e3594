// A stranger's first hour in a real browser against the real product: sign in, draw, deploy, be warned.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

let product: Product
let browser: Browser
let open: OpenPage
let page: Page
let receiver: WebhookReceiver
let model: FakeOrchestrator
let clip: string

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  model = await startFakeOrchestrator({
    model: ({ index }) => (index === 3 ? '</response> A person has fallen.' : '</silence>'),
  })
  product = await startProduct()
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  mkdirSync(join(product.dataDir, 'made'))
  clip = await makeClip(join(product.dataDir, 'made', 'hall.mp4'), { seconds: 8 })
  browser = await openBrowser()
  open = await openPage(browser)
  page = open.page
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), receiver.stop(), model.stop()])
  removeFolder(product.dataDir)
})

async function place(type: string, x: number, y: number): Promise<string> {
  const before = await page.locator('[data-node-type]').count()
  await page.getByTestId(`palette-${type}`).dragTo(page.getByTestId('canvas'), { targetPosition: { x, y } })
  await page.locator('[data-node-type]').nth(before).waitFor()
  const id = await page.locator(`[data-node-type="${type}"]`).last().getAttribute('data-testid')
  return (id ?? '').replace(/^node-/, '')
}

async function wire(from: string, to: string): Promise<void> {
  const start = await page.getByTestId(`port-${from}`).boundingBox()
  const end = await page.getByTestId(`port-${to}`).boundingBox()
  if (!start || !end) throw new Error(`no port ${from} or ${to}`)
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 5 })
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 5 })
  await page.mouse.up()
}

describe('the main job, in a browser', () => {
  const ids: Record<string, string> = {}

  it('signs a stranger in with the printed link, once', async () => {
    const link = product.signInLink() ?? ''
    expect(link).toContain('/sign-in?token=')
    await becomeOwner(page, link)
    const other = await openPage(browser)
    await other.page.goto(link)
    await other.page.getByTestId('sign-in-password').waitFor()
    expect(await other.page.getByTestId('nav-flows').count()).toBe(0)
    await other.page.context().close()
  })

  it('lets four nodes be dragged onto the canvas and wired, and refuses a wire that does not fit', async () => {
    await page.getByTestId('nav-flows').click()
    await page.getByTestId('new-flow').click()
    await page.getByTestId('empty-canvas').click()
    await page.getByTestId('canvas').waitFor()
    for (const [type, x, y] of [
      ['camera-source', 30, 60],
      ['adacodec', 300, 60],
      ['interaction-model', 570, 60],
      ['notification', 770, 260],
    ] as const)
      ids[type] = await place(type, x, y)
    const [cam, codec, watcher, tell] = ['camera-source', 'adacodec', 'interaction-model', 'notification'].map(
      (type) => ids[type],
    )
    await page.getByTestId('command-fit-view').click()
    await wire(`${cam}-out-frames`, `${tell}-in-message`)
    expect(await page.getByTestId('wire-refused').innerText()).toMatch(/pictures.*message/i)
    expect(await page.locator('.react-flow__edge').count()).toBe(0)
    await wire(`${cam}-out-frames`, `${codec}-in-frames`)
    await wire(`${codec}-out-frames`, `${watcher}-in-frames`)
    await wire(`${watcher}-out-response`, `${tell}-in-message`)
    await eventually('three wires', async () => (await page.locator('.react-flow__edge').count()) === 3)
  })

  it('uploads a clip, fills in the forms, and says on the card what is still missing', async () => {
    const problem = page.getByTestId(`node-${ids['interaction-model']}`)
    await eventually('a sentence on the card', async () =>
      /what to watch for|choose the model/i.test(await problem.innerText()),
    )
    await page.getByTestId(`node-${ids['camera-source']}`).click()
    await page.getByTestId('media-upload').setInputFiles(clip)
    await eventually('the clip is chosen', async () =>
      (await page.getByTestId(`node-${ids['camera-source']}`).innerText()).includes('hall.mp4'),
    )
    // By its left edge: beside the open inspector no more than that may be seen of it.
    await page.getByTestId(`node-${ids['interaction-model']}`).click({ position: { x: 24, y: 16 } })
    await page.getByTestId('field-connection').selectOption('vllm')
    await page.getByTestId('field-instruction').fill('Warn the moment a person falls.')
    await page.getByTestId('command-fit-view').click()
    await page.getByTestId(`node-${ids['notification']}`).click()
    await page.getByTestId('field-channel').selectOption('webhook')
    await page.getByTestId('field-url').fill(receiver.url)
    await page.getByTestId('field-title').fill('Fall')
    await eventually('everything is saved', async () =>
      /all changes saved/i.test(await page.getByTestId('save-state').innerText()),
    )
  })

  it('deploys, and the cards speak', async () => {
    await page.getByTestId('deploy-button').click()
    const card = page.getByTestId(`node-${ids['interaction-model']}`)
    await eventually('the model card speaks', async () => (await card.innerText()).includes('A person has fallen.'))
    await eventually('the codec card tells what it saves', async () =>
      /saved/.test(await page.getByTestId(`node-${ids['adacodec']}`).innerText()),
    )
    await eventually(
      'the camera card shows a picture',
      async () => (await page.getByTestId(`node-${ids['camera-source']}`).locator('img, canvas').count()) > 0,
    )
  })

  it('shows the event with its picture, and the webhook has it', async () => {
    const row = page.getByTestId('event-row').filter({ hasText: 'A person has fallen.' }).first()
    await row.waitFor()
    const picture = row.locator('img').first()
    await eventually(
      'the picture is loaded',
      async () => await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    )
    await eventually('the webhook arrives', async () => receiver.received.length > 0)
    const [hook] = receiver.received
    expect(hook?.body).toMatchObject({
      text: 'A person has fallen.',
      title: 'Fall',
      source: { node: ids['interaction-model'] },
    })
    expect(String(hook?.body.acknowledgeUrl)).toMatch(/^http/)
    await eventually('the row says it was delivered', async () => /delivered/i.test(await row.innerText()))
  })

  it('undoes, redoes, copies, pastes, selects all and deletes by keyboard', async () => {
    const count = async (): Promise<number> => await page.locator('[data-node-type]').count()
    await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } })
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+c')
    await page.keyboard.press('Control+v')
    await eventually('eight nodes', async () => (await count()) === 8)
    await page.keyboard.press('Control+z')
    await eventually('four again', async () => (await count()) === 4)
    await page.keyboard.press('Control+Shift+z')
    await eventually('eight again', async () => (await count()) === 8)
    await page.keyboard.press('Control+z')
    await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } })
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await eventually('none', async () => (await count()) === 0)
    await page.keyboard.press('Control+z')
    await eventually('four back', async () => (await count()) === 4)
  })

  it('left no complaint in the console', () => {
    // The refused sign-in of the second visitor is the browser's to log.
    expect(open.complaints).toEqual([])
  })
})
