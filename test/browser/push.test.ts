// Web Push on this device: switched on, refused, switched off, and a message that arrives. A real service worker in a real browser;
// doubled is only the browser's own push service, which needs the network: PushManager subscribes to an address of this machine.
import { createECDH } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { saveFlow } from './screens-flows.ts'

let product: Product
let browser: Browser
let service: Server
let page: Page
let flow = ''
const arrived: { path: string; ttl: string }[] = []

beforeAll(async () => {
  service = createServer((request, response) => {
    request.resume()
    arrived.push({ path: request.url ?? '', ttl: String(request.headers['ttl']) })
    response.writeHead(201).end()
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  product = await startProduct()
  // A real push service stands in the public network; this one has to be allowed.
  await product.request('POST', '/api/approved-hosts', { host: `127.0.0.1:${(service.address() as AddressInfo).port}` })
  flow = await saveFlow(product, {
    format: 'heed.flow/1',
    name: 'Push',
    wires: [],
    nodes: [
      {
        id: 'tell',
        type: 'notification',
        version: 1,
        position: { x: 0, y: 0 },
        config: { channel: 'web-push', title: 'Fall' },
      },
    ],
  })
  browser = await openBrowser()
  page = (await openPage(browser)).page
  await doublePushService(page.context())
  await becomeOwner(page, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  await new Promise((resolve) => service.close(resolve))
  removeFolder(product.dataDir)
})

async function doublePushService(context: BrowserContext): Promise<void> {
  const keys = {
    p256dh: createECDH('prime256v1').generateKeys('base64url'),
    auth: Buffer.alloc(16, 7).toString('base64url'),
  }
  const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/device`
  await context.addInitScript(
    ({ endpoint: address, keys: made }) => {
      const held = globalThis as unknown as { pushed: object | null; asked: unknown }
      held.pushed = null
      PushManager.prototype.getSubscription = () => Promise.resolve(held.pushed as PushSubscription | null)
      PushManager.prototype.subscribe = (options) => {
        held.asked = options
        held.pushed = {
          endpoint: address,
          toJSON: () => ({ endpoint: address, expirationTime: null, keys: made }),
          unsubscribe: () => {
            held.pushed = null
            return Promise.resolve(true)
          },
        }
        return Promise.resolve(held.pushed as PushSubscription)
      }
    },
    { endpoint, keys },
  )
}

async function openForm(on: Page): Promise<void> {
  await on.goto(`${product.url}/flows/${flow}`)
  await on.getByTestId('node-tell').click()
  await on.getByTestId('push-switch').waitFor({ state: 'attached' })
}

const turn = (on: Page): Promise<void> => on.getByTestId('push-switch').click({ force: true })
async function sendTest(): Promise<string> {
  await page.getByTestId('send-test').click()
  return await page.getByTestId('send-test-result').innerText()
}

describe('notifications on this device', () => {
  it('say in words that the browser refuses them', async () => {
    const other = await openPage(browser)
    await other.page.goto(product.url)
    await other.page.getByTestId('sign-in-password').fill(ownerPassword)
    await other.page.getByTestId('sign-in-submit').click()
    await other.page.getByTestId('nav-inbox').waitFor()
    await openForm(other.page)
    await other.page.evaluate(() => {
      Notification.requestPermission = () => Promise.resolve('denied')
    })
    await turn(other.page)
    await other.page
      .getByText(
        'This browser was told not to show notifications. Allow them in its settings for this page, then try again.',
      )
      .waitFor()
    expect(await other.page.getByTestId('push-switch').isChecked()).toBe(false)
    await other.page.context().close()
  })

  it('are switched on: the worker registers, and a test reaches this device', async () => {
    await page.context().grantPermissions(['notifications'], { origin: product.url })
    await openForm(page)
    expect(await sendTest()).toMatch(/^No browser has asked/)
    await turn(page)
    await eventually(
      'it is on',
      async () =>
        (await page.getByTestId('push-switch').isChecked()) && (await page.getByTestId('push-switch').isEnabled()),
    )
    const { body } = await product.request<{ publicKey: string }>('GET', '/api/push/key')
    expect(await page.evaluate(() => (globalThis as unknown as { asked: unknown }).asked)).toEqual({
      userVisibleOnly: true,
      applicationServerKey: body.publicKey,
    })
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.scriptURL)).toBe(
      `${product.url}/service-worker.js`,
    )
    expect(await sendTest()).toMatch(/1 (device|browser)/)
    expect(arrived).toMatchObject([{ path: '/device' }])
  })

  it('show what is pushed: title, words and the address of the alert', async () => {
    const session = await page.context().newCDPSession(page)
    const registration = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0].registrationId)
      })
    })
    await session.send('ServiceWorker.enable')
    const data = JSON.stringify({ title: 'Fall', text: '<b>Ana</b> has fallen.', url: '/inbox/e1', tag: 'e1' })
    await session.send('ServiceWorker.deliverPushMessage', {
      origin: product.url,
      registrationId: await registration,
      data,
    })
    const [shown] = await eventually('it is shown', async () => {
      const all = await page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, data: told }) => ({
          title,
          body,
          tag,
          told: told as unknown,
        })),
      )
      return all.length > 0 && all
    })
    expect(shown).toEqual({ title: 'Fall', body: '<b>Ana</b> has fallen.', tag: 'e1', told: { url: '/inbox/e1' } })
  })

  it('are switched off again, and the API forgets the device', async () => {
    await turn(page)
    await eventually(
      'it is off',
      async () =>
        !(await page.getByTestId('push-switch').isChecked()) && (await page.getByTestId('push-switch').isEnabled()),
    )
    expect(await sendTest()).toMatch(/^No browser has asked/)
    expect(arrived).toHaveLength(1)
  })
})

describe('Heed as an app on this device', () => {
  it('installs: the browser finds nothing that lacks', async () => {
    await page.goto(`${product.url}/inbox`)
    const session = await page.context().newCDPSession(page)
    const { errors, url } = await session.send('Page.getAppManifest')
    expect({ errors, url }).toEqual({ errors: [], url: `${product.url}/manifest.webmanifest` })
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    // A test's browser is a private window, where no page can be installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
  })

  it('is written in its own font, which comes from Heed itself', async () => {
    await page.goto(`${product.url}/inbox`)
    await page.waitForFunction(() => getComputedStyle(document.body).fontFamily.startsWith('"Inter Variable"'))
    await page.waitForFunction(() =>
      [...document.fonts].some(({ family, status }) => status === 'loaded' && family.includes('Inter Variable')),
    )
  })

  it('says so while Heed is out of reach, in the language chosen, and goes on where one was', async () => {
    await page.goto(`${product.url}/inbox?seen=yes`)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.context().setOffline(true)
    await page.reload()
    await page.getByRole('heading', { name: 'Heed cannot be reached from here' }).waitFor()
    expect(await page.getByRole('status').innerText()).toMatch(/^Out of reach since \d{1,2}:\d{2}/)
    await page.evaluate(() => localStorage.setItem('heed.language', 'zh'))
    await page.reload()
    await page.getByRole('heading', { name: '现在连不上 Heed' }).waitFor()
    await page.evaluate(() => localStorage.removeItem('heed.language'))
    await page.context().setOffline(false)
    await page.getByTestId('nav-inbox').waitFor()
    expect(new URL(page.url()).pathname).toBe('/inbox')
  })
})
