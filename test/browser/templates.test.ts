// The first minute: from the gallery to a running flow, on this browser's camera and on a clip; and two people who save at once lose
// nothing.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword, type OpenPage } from '../support/browser.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { statusOf } from '../support/product-flows.ts'

let product: Product
let browser: Browser
let model: FakeOrchestrator
let page: Page
let flow = ''

interface StoredFlow {
  revision: number
  document: { name: string; nodes: { id: string; config: Record<string, unknown> }[] }
}

beforeAll(async () => {
  model = await startFakeOrchestrator({
    model: ({ index, instruction }) =>
      index !== 3
        ? '</silence>'
        : `</response> ${instruction.includes('falls') ? 'A person has fallen.' : 'The room is empty.'}`,
  })
  product = await startProduct()
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  browser = await openBrowser()
  page = (await openPage(browser)).page
  await becomeOwner(page, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), model.stop()])
  removeFolder(product.dataDir)
})

async function secondWindow(): Promise<OpenPage> {
  const open = await openPage(browser)
  const other = open.page
  await other.goto(product.url)
  await other.getByTestId('sign-in-password').fill(ownerPassword)
  await other.getByTestId('sign-in-submit').click()
  await other.getByTestId('nav-inbox').waitFor()
  return open
}

/** Presses like a person, and counts. */
function counted(): { click(testId: string): Promise<void>; clicks(): number } {
  let clicks = 0
  return {
    click: async (testId) => {
      clicks++
      await page.getByTestId(testId).first().click()
    },
    clicks: () => clicks,
  }
}

describe('the first minute', () => {
  it('shows the drawn example after one click: neither a camera nor a file is needed, and the fall is told', async () => {
    await page.getByTestId('watch-example').click()
    await page.getByTestId('canvas').waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await eventually('the fall is told', async () => {
      const { body } = await product.request<{ events: { text: string }[] }>(
        'GET',
        `/api/events?flow=${id}&kind=response.given`,
      )
      return body.events.some(({ text }) => text.includes('fallen'))
    })
    // The drawer has opened for it and the cards have grown: all of them are still above the bar of commands.
    await page.locator('[data-testid="events-panel"][data-open]').waitFor()
    await eventually('no card lies under the commands', async () => {
      const bar = await page.getByTestId('command-fit-view').boundingBox()
      const cards = await Promise.all((await page.locator('.react-flow__node').all()).map((card) => card.boundingBox()))
      return bar !== null && cards.length === 5 && cards.every((card) => card !== null && card.y + card.height < bar.y)
    })
  })

  it('is rehearsed on its clip: what would have been sent, and nothing is', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const eventsNow = async (): Promise<number> =>
      (await product.request<{ total: number }>('GET', `/api/events?flow=${id}&only=alerts&limit=1`)).body.total
    await product.request('POST', `/api/flows/${id}/stop`)
    await eventually('it is stopped', async () => (await statusOf(product, id)).state === 'stopped')
    const before = await eventsNow()
    await page.getByTestId('rehearse-button').click()
    await page.getByTestId('rehearse-clip-heed-example.mp4').check()
    await page.getByTestId('rehearse-run').click()
    await page.getByTestId('rehearse-summary').waitFor({ timeout: 120_000 })
    // A line leads to its second of the video, which says what is said there; and so does a place in the lanes.
    const line = page.getByTestId('rehearsed-message').first()
    await line.getByText('A person has fallen').waitFor()
    await line.getByRole('button').click()
    await page.getByTestId('rehearse-caption').getByText('A person has fallen').waitFor()
    const playedS = () => page.getByTestId('rehearse-video').evaluate((video: HTMLVideoElement) => video.currentTime)
    await expect.poll(playedS).toBeGreaterThan(1)
    await page.getByTestId('lanes-touch').press('Home')
    await expect.poll(playedS).toBe(0)
    await page.getByTestId('rehearse-caption').waitFor({ state: 'hidden' })
    expect(await eventsNow()).toBe(before)
  })

  it('is held against itself with another instruction in two presses, and keeps it', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await page.getByLabel('With which model?').selectOption('vllm')
    await page.getByTestId('rehearse-run').click()
    await page.getByTestId('rehearse-shown').getByText('model vllm').waitFor({ state: 'attached' })
    await page.getByTestId('try-change').click()
    await page.getByTestId('try-instruction').fill('Say when the room is empty.')
    await page.getByTestId('try-run').click()
    await page.getByTestId('rehearse-before').waitFor({ timeout: 120_000 })
    const differences = page.getByTestId('rehearse-differences')
    await differences.getByText('A person has fallen.”, now “The room is empty.”').first().waitFor()
    expect(await page.getByTestId('lane-group').count()).toBe(2)
    await page.getByTestId('try-keep').click()
    await page.getByTestId('try-keep').waitFor({ state: 'hidden' })
    const { body } = await product.request<StoredFlow>('GET', `/api/flows/${id}`)
    expect(body.document.nodes.map(({ config }) => config.instruction)).toContain('Say when the room is empty.')
    await product.request('DELETE', `/api/flows/${id}`)
  })

  it('goes from the gallery to a running flow in under 60 s and 8 clicks', async () => {
    const begun = Date.now()
    const { click, clicks } = counted()
    await click('nav-flows')
    await click('new-flow')
    await page.getByTestId('gallery-search').fill('fall')
    await click('template-fall-alert')
    await page.getByTestId('camera-way-browser').check({ force: true })
    await eventually(
      'the camera is seen before anything runs',
      async () =>
        await page
          .getByTestId('camera-live')
          .evaluate((video: HTMLVideoElement) => video.videoWidth > 0 && !video.paused),
    )
    await click('template-start')
    await page.getByTestId('canvas').waitFor()
    await eventually(
      'its words can be read',
      async () =>
        await page
          .locator('.react-flow__viewport')
          .evaluate((view) => new DOMMatrix(getComputedStyle(view).transform).a >= 0.85),
      5000,
    )
    flow = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const status = await eventually('it is watched', async () => {
      const now = await statusOf(product, flow)
      return now.state === 'running' && (now.streams[0]?.ticks ?? 0) > 3 ? now : undefined
    })
    // One more for the choice of the camera.
    expect(clicks() + 1).toBeLessThanOrEqual(8)
    expect(Date.now() - begun).toBeLessThan(60_000)
    expect(status.streams[0]?.visualTokens.sent).toBeGreaterThan(0)
    await page.getByTestId('on-air').first().waitFor()
    const { status: answer, headers } = await product.request('GET', `/api/streams/${status.streams[0]?.id}/frame`)
    expect([answer, headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  })

  it('says that the camera is gone when the window that shared it is closed', async () => {
    const { page: other, complaints } = await secondWindow()
    await page.context().close()
    page = other
    await eventually('it is degraded', async () => (await statusOf(product, flow)).state === 'degraded')
    await eventually('the loss is told, once', async () => {
      const { body } = await product.request<{ events: { kind: string }[] }>(
        'GET',
        `/api/events?flow=${flow}&kind=stream.lost`,
      )
      return body.events.length === 1
    })
    // A page that looks on asks each second, and nothing but an empty answer comes of it.
    const empty = page.waitForResponse((response) => response.url().includes('/frame?') && response.status() === 204)
    await page.goto(`${product.url}/watch/${flow}`)
    await empty
    expect(complaints).toEqual([])
  })
})

describe('two people who change the same flow', () => {
  it('are both offered their versions, and nothing is lost', async () => {
    await page.goto(`${product.url}/flows/${flow}`)
    await page.getByTestId('canvas').waitFor()
    const stored = await product.request<{ revision: number; document: { name: string } }>('GET', `/api/flows/${flow}`)
    // Somebody else is faster by a moment: their save is there before this page's.
    let isFirst = true
    await page.route(`**/api/flows/${flow}`, async (route) => {
      if (isFirst && route.request().method() === 'PUT') {
        isFirst = false
        await product.request(
          'PUT',
          `/api/flows/${flow}`,
          { ...stored.body.document, name: 'Theirs', description: 'Also theirs' },
          { 'if-match': `"${stored.body.revision}"` },
        )
      }
      await route.continue()
    })
    await page.getByTestId('flow-name').fill('Mine')
    await page.getByTestId('flow-name').press('Enter')
    await page.getByTestId('conflict').waitFor()
    expect(await page.getByTestId('conflict').innerText()).toMatch(/Theirs/)
    await page.getByTestId('conflict-mine').click()
    await eventually(
      'mine is saved',
      async () =>
        (await product.request<{ document: { name: string } }>('GET', `/api/flows/${flow}`)).body.document.name ===
        'Mine',
    )
    await page.unroute(`**/api/flows/${flow}`)
    // Keeping one's own name took nothing else of theirs back.
    const merged = await product.request<{ document: { description: string } }>('GET', `/api/flows/${flow}`)
    expect(merged.body.document.description).toBe('Also theirs')
    const { body } = await product.request<{ revisions: { revision: number }[] }>('GET', `/api/flows/${flow}/revisions`)
    const older = await product.request<{ document: { name: string } }>(
      'GET',
      `/api/flows/${flow}/revisions/${stored.body.revision + 1}`,
    )
    expect([body.revisions.length > 2, older.body.document.name]).toEqual([true, 'Theirs'])
  })
})

describe("a template of one's own", () => {
  it('is kept from a flow, made into another, and its newer version taken over with own settings kept', async () => {
    await page.goto(`${product.url}/flows/${flow}`)
    await page.getByTestId('canvas').waitFor()
    await page.getByRole('button', { name: 'About this flow' }).click()
    expect(await page.getByTestId('flow-template').innerText()).toMatch(/Made from Fall alert, version 1/)
    await page.getByTestId('keep-as-template').click()
    await page.getByTestId('keep-title').fill('Our hall')
    await page.getByTestId('keep-submit').click()
    await page.getByTestId('template-kept').getByRole('link').click()
    await page.getByTestId('template-draw').click()
    await page.getByTestId('canvas').waitFor()
    const made = new URL(page.url()).pathname.split('/').at(-1) ?? ''

    const { body: first } = await product.request<StoredFlow>('GET', `/api/flows/${flow}`)
    const calm = first.document.nodes.find(({ id }) => id === 'calm')
    if (calm) calm.config.quietMs = 90_000
    await product.request('PUT', `/api/flows/${flow}`, first.document, { 'if-match': `"${first.revision}"` })
    await product.request('POST', '/api/templates', { flow, title: 'Our hall' })
    await page.reload()
    await page.getByTestId('newer-show').click()
    expect(await page.getByTestId('newer-template').innerText()).toMatch(/Cooldown: .*\s+30 s\s+1.5 min/)
    await page.getByTestId('take-newer').click()
    await page.getByTestId('newer-template').waitFor({ state: 'detached' })
    const { body: taken } = await product.request<StoredFlow>('GET', `/api/flows/${made}`)
    expect(taken.document.nodes.find(({ id }) => id === 'calm')?.config.quietMs).toBe(90_000)
    expect(taken.document.name).toBe('Our hall')
    await product.request('DELETE', `/api/flows/${made}`)
  })
})

it('a page that was hidden for a while is up to date within a second when it is shown again', async () => {
  await page.goto(`${product.url}/inbox`)
  await page.getByTestId('inbox-list').or(page.getByText('Nothing is waiting')).waitFor()
  const begins = page.waitForRequest(/\/api\/events\?/, { timeout: 1000 })
  // A minute passes; the feed of a sleeping machine still looks open.
  await page.evaluate(() => {
    const turn = (to: string): void => {
      Object.defineProperty(document, 'visibilityState', { value: to, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }
    turn('hidden')
    const now = Date.now
    Date.now = () => now() + 60_000
    turn('visible')
  })
  await begins
})
