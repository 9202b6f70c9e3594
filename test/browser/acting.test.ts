// What a person does to a flow that runs: ask it, see what passes, cancel an agent, disarm it, and end the reminders. In real
// browsers, two at once, on the real product; doubled are only the model, the agent and the receiver of messages.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword, type OpenPage } from '../support/browser.ts'
import { startFakeAgent, type FakeAgent } from '../support/fake-agents.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { describeHistory, describeSeveralCameras, describeSystem, describeWires, type Stage } from './looking-back.ts'

let product: Product
let browser: Browser
let desk: OpenPage
let phone: OpenPage
let model: FakeOrchestrator
let agent: FakeAgent
let receiver: WebhookReceiver
let flow = ''
/** What the model says at its next tick, once. */
let next = ''

const phoneLook = { viewport: { width: 390, height: 844 }, hasTouch: true }
const card = (id: string) => desk.page.getByTestId(`node-${id}`)
const type = (id: string, kind: string, at: number, config: Record<string, unknown> = {}) => ({
  id,
  type: kind,
  version: 1,
  position: { x: (at % 4) * 300, y: Math.floor(at / 4) * 420 },
  config,
})
const wire = (from: string, to: string) => ({
  from: { node: from.split('.')[0], port: from.split('.')[1] },
  to: { node: to.split('.')[0], port: to.split('.')[1] },
})

const drawn = (path: string) => ({
  format: 'heed.flow/1',
  name: 'Acting',
  nodes: [
    type('cam', 'camera-source', 0, { kind: 'file', path, loop: true }),
    type('model', 'interaction-model', 1, { connection: 'vllm', instruction: 'Warn of falls.', questionS: 5 }),
    type('arm', 'arm', 2),
    type('look', 'debug', 3),
    type('ask', 'delegate-to-agent', 5, { connection: 'doctor' }),
    type('why', 'debug', 6),
    type('tell', 'notification', 7, { channel: 'webhook', url: receiver.url, title: 'Fall', repeatEveryM: 0.02 }),
  ],
  wires: [
    wire('cam.frames', 'model.frames'),
    wire('model.response', 'arm.message'),
    wire('arm.message', 'look.message'),
    wire('look.message', 'tell.message'),
    wire('model.delegation', 'ask.delegation'),
    wire('ask.failed', 'why.message'),
    wire('ask.answer', 'model.answer'),
  ],
})

async function signedIn(look: Parameters<typeof openPage>[1]): Promise<OpenPage> {
  const open = await openPage(browser, look)
  await open.page.goto(product.url)
  await open.page.getByTestId('sign-in-password').fill(ownerPassword)
  await open.page.getByTestId('sign-in-submit').click()
  await open.page.getByTestId('nav-inbox').waitFor()
  return open
}

beforeAll(async () => {
  const dataDir = makeDataDir()
  receiver = await startWebhookReceiver()
  agent = await startFakeAgent()
  agent.manner = 'hang'
  model = await startFakeOrchestrator({
    model: () => {
      const said = next
      next = ''
      return said || '</silence>'
    },
  })
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  await product.request('POST', '/api/connections', {
    name: 'doctor',
    kind: 'background-agent',
    config: { url: agent.url },
  })
  flow = await deployFlow(
    product,
    drawn(await uploadClip(product, await makeClip(join(dataDir, 'room.mp4'), { seconds: 8 }))),
  )
  browser = await openBrowser()
  desk = await openPage(browser)
  await becomeOwner(desk.page, product.signInLink() ?? '')
  phone = await signedIn(phoneLook)
  await desk.page.goto(`${product.url}/flows/${flow}`)
  await card('model').waitFor()
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), model.stop(), agent.stop(), receiver.stop()])
  removeFolder(product.dataDir)
})

async function dataOf(node: string): Promise<Record<string, unknown>> {
  const { body } = await product.request<{ streams: { nodes: Record<string, { data?: Record<string, unknown> }> }[] }>(
    'GET',
    `/api/flows/${flow}/status`,
  )
  return body.streams[0]?.nodes[node]?.data ?? {}
}

const about = (text: string) => receiver.received.filter(({ body }) => body.text === text)

describe('a question on the card', () => {
  it('reaches the model, and the card says that it was asked, and that nobody has answered', async () => {
    await card('model').getByTestId('card-ask-text').fill('Is the door open?')
    await card('model').getByTestId('card-ask-text').press('Enter')
    await card('model').getByTestId('card-asked').getByText('Is the door open?').waitFor()
    await eventually('the model was asked', async () =>
      model.calls.some(({ texts }) => texts.join('\n').includes('Is the door open?')),
    )
    await card('model').getByTestId('card-asked').getByText('Nobody answered in time: Is the door open?').waitFor()
    expect((await eventsOf(product, flow, 'question.expired')).map(({ text }) => text)).toEqual([
      'Not answered within 5 s: Is the door open?',
    ])
  })
})

describe('an agent that takes too long', () => {
  const delegate = async (question: string): Promise<void> => {
    next = `</response> One moment. </delegation> ${question}`
    await eventually('the agent is asked', async () => agent.waiting === 1)
  }
  const isLetGo = (reasons: number) =>
    eventually(
      'the agent is let go of, and the reason goes on',
      async () => agent.waiting === 0 && (await dataOf('why'))['count'] === reasons,
    )

  it('is cancelled on its card, which says so; the port "Failed" carries the reason', async () => {
    await delegate('Is she hurt?')
    await card('ask').getByText('The agent is at work').waitFor()
    await desk.page.getByTestId('command-fit-view').click()
    await card('ask').getByTestId('cancel-delivery').click()
    await isLetGo(1)
    await card('ask')
      .locator('[data-testid="delivery"][data-state="cancelled"]')
      .getByText('Cancelled', { exact: true })
      .waitFor()
    await card('why').getByText('Cancelled by a person.').waitFor()
    expect((await eventsOf(product, flow, 'delegation.failed')).map(({ text }) => text)).toEqual([
      'Cancelled by a person.',
    ])
  })

  it('is cancelled in the list below too', async () => {
    await delegate('Is anybody with her?')
    const row = desk.page.getByTestId('event-row').filter({ hasText: 'Is anybody with her?' })
    await row.getByTestId('cancel-delivery').click()
    await isLetGo(2)
    await row.locator('[data-testid="delivery"][data-state="cancelled"]').waitFor()
    expect(await card('ask').getByTestId('cancel-delivery').count()).toBe(0)
  })
})

describe('the debug card', () => {
  it('shows the newest first, keeps twenty, and shows hostile words letter by letter', async () => {
    const hostile = '<img src=x onerror="window.harmed=1"><b>Now</b> {{text}}'
    const words = [...Array.from({ length: 21 }, (_, index) => `Message ${index + 1}.`), hostile]
    for (const text of words)
      await product.request('POST', `/api/flows/${flow}/nodes/why/input`, { port: 'message', text })
    const passed = card('why').getByTestId('debug-passed')
    await eventually('the newest is on top', async () => (await passed.first().innerText()).startsWith(hostile))
    expect((await passed.allInnerTexts()).map((text) => text.slice(0, 11))).toEqual([
      hostile.slice(0, 11),
      'Message 21.',
      'Message 20.',
    ])
    expect(await card('why').innerText()).toContain('24 passed')
    expect(await passed.locator('img, b').count()).toBe(0)
    expect(await desk.page.evaluate(() => 'harmed' in globalThis)).toBe(false)
    const last = await eventually('the API knows the last one', async () => {
      const found = (await dataOf('why'))['last'] as { text: string }[]
      return found.at(-1)?.text === hostile && found
    })
    expect([last.length, last.at(0)?.text, last.at(-1)?.text]).toEqual([20, 'Message 3.', hostile])
  })
})

describe('the arm switch', () => {
  const isArmed = (page: Page, wanted: boolean) =>
    eventually(`it says ${wanted ? 'armed' : 'disarmed'}`, async () => {
      const found = page.getByTestId('arm-arm')
      return (await found.isEnabled()) && (await found.isChecked()) === wanted
    })

  it('disarms on the canvas: nobody is told, and the phone and the API know it, also after a reload', async () => {
    await isArmed(desk.page, true)
    await desk.page.getByTestId('arm-arm').click({ force: true })
    await isArmed(desk.page, false)
    await phone.page.goto(`${product.url}/watch/${flow}`)
    await isArmed(phone.page, false)
    const { count } = await dataOf('look')
    next = '</response> A cat has fallen.'
    await eventually('it is held back', async () => (await dataOf('arm'))['held'] === 1)
    await eventually('the API knows it', async () => (await dataOf('arm'))['armed'] === false)
    await desk.page.reload()
    await isArmed(desk.page, false)
    expect([(await dataOf('look'))['count'], about('A cat has fallen.')]).toEqual([count, []])
  })

  it('arms with a thumb on the phone, and the other window follows', async () => {
    const label = phone.page.locator('label', { hasText: 'Armed' })
    const place = await label.boundingBox()
    expect(place?.height).toBeGreaterThanOrEqual(44)
    await label.tap()
    await Promise.all([isArmed(phone.page, true), isArmed(desk.page, true)])
    await eventually('the API knows it', async () => (await dataOf('arm'))['armed'] === true)
  })
})

describe('reminders', () => {
  /** The reminder that comes due after somebody has seen it sends nothing, and none follows it. */
  const haveEnded = async (text: string): Promise<void> => {
    await eventually('the next reminder finds it seen', async () =>
      (await eventsOf(product, flow, 'response.given'))
        .find((event) => event.text === text)
        ?.deliveries.some(({ detail }) => detail.startsWith('Somebody has acknowledged')),
    )
    const event = (await eventsOf(product, flow, 'response.given')).find((found) => found.text === text)
    expect(event?.deliveries.filter(({ state }) => state !== 'delivered')).toEqual([])
    expect(about(text)).toHaveLength((event?.deliveries.length ?? 0) - 1)
  }

  it('end with the button in the inbox', async () => {
    next = '</response> Ana has fallen.'
    await eventually('it was said and said again', async () => about('Ana has fallen.').length >= 2)
    await desk.page.goto(`${product.url}/inbox`)
    const row = desk.page
      .getByTestId('event-row')
      .filter({ hasText: 'Ana has fallen.' })
      .filter({ hasText: 'The model spoke' })
    await row.getByTestId('acknowledge').click()
    await row.waitFor({ state: 'detached' })
    await haveEnded('Ana has fallen.')
  })

  it('end with the button behind the link, without an account', async () => {
    next = '</response> Ben has fallen.'
    const [message] = await eventually(
      'it was said and said again',
      async () => about('Ben has fallen.').length >= 2 && about('Ben has fallen.'),
    )
    const stranger = await openPage(browser, phoneLook)
    await stranger.page.goto(String(message?.body.acknowledgeUrl))
    await stranger.page.getByTestId('acknowledge').tap()
    await stranger.page.getByTestId('acknowledged').waitFor()
    await haveEnded('Ben has fallen.')
    expect(stranger.complaints).toEqual([])
    await stranger.page.context().close()
  })

  it('left no complaint in a console', () => {
    expect([...desk.complaints, ...phone.complaints]).toEqual([])
  })
})

describe('the watch page', () => {
  it('fills the phone, goes back to what was said with the pictures around it, and shows the last one once stopped', async () => {
    const { page } = phone
    next = '</response> Dora has fallen.'
    await eventually('it was said', async () => about('Dora has fallen.').length >= 1)
    const said = (await eventsOf(product, flow, 'response.given')).find(({ text }) => text === 'Dora has fallen.')
    await product.request('POST', `/api/events/${said?.id}/acknowledge`)
    await page.goto(`${product.url}/watch/${flow}?span=600`)
    await page.getByTestId('watch-newest').filter({ hasText: 'Dora has fallen.' }).waitFor()
    const picture = page.locator('.stage .picture img')
    await picture.waitFor()
    const box = await picture.boundingBox()
    expect([box?.x, box?.width]).toEqual([0, 390])
    expect(box?.height).toBeGreaterThan(844 * 0.4)
    expect(await picture.evaluate((image) => getComputedStyle(image).objectFit)).toBe('cover')
    await page.getByTestId('mark-before').click()
    await page.getByTestId('stage-words').filter({ hasText: 'Dora has fallen.' }).waitFor()
    expect(new URL(page.url()).searchParams.get('at')).not.toBeNull()
    await eventually('the seconds around it', async () => (await page.getByTestId('film').locator('img').count()) >= 3)
    await page.getByTestId('band-lanes').press('ArrowLeft')
    await page.getByTestId('back-to-now').click()
    await page.getByTestId('watch-newest').waitFor()
    await product.request('POST', `/api/flows/${flow}/stop`)
    await page.getByTestId('watch-start').waitFor()
    await page.getByTestId('last-picture').waitFor()
    await page.getByTestId('watch-start').click()
    await page.getByTestId('watch-start').waitFor({ state: 'detached' })
    expect(phone.complaints).toEqual([])
  })
})

const stage = (): Stage => ({ product, desk, phone, flow, receiver, say: (text) => void (next = text) })
describeWires(stage)
describeHistory(stage)
describeSeveralCameras(stage)

describe('Heed goes away and comes back', () => {
  it('says so calmly in both windows, which then go on by themselves', async () => {
    await desk.page.goto(`${product.url}/flows/${flow}`)
    await card('model').waitFor()
    await phone.page.goto(`${product.url}/inbox`)
    await phone.page.getByTestId('inbox-filter').waitFor()
    const { dataDir, url } = product
    const pages = [desk.page, phone.page]
    await product.stop()
    await Promise.all(pages.map((page) => page.getByTestId('offline').waitFor()))
    product = await startProduct({ dataDir, port: Number(new URL(url).port) })
    await Promise.all(pages.map((page) => page.getByTestId('offline').waitFor({ state: 'detached', timeout: 120_000 })))
    next = '</response> Cara has fallen.'
    await phone.page
      .getByTestId('event-row')
      .filter({ hasText: 'Cara has fallen.' })
      .first()
      .waitFor({ timeout: 120_000 })
    await desk.page.getByTestId('event-row').filter({ hasText: 'Cara has fallen.' }).first().waitFor()
    // The inbox shows it itself; every other page has it above until somebody has taken it.
    expect(await phone.page.getByTestId('toast').count()).toBe(0)
  })
})

describeSystem(stage)
