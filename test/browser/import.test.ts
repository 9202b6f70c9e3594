// A flow from somebody else in the real editor on the real product: it reaches nobody before the owner's yes, then it does. And one
// that is given away carries no secret.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, ownerPassword, type OpenPage } from '../support/browser.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { alertFlow, uploadClip } from '../support/product-flows.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Finding {
  id: string
  impact: string
  nodes: { html: string }[]
}

let product: Product
let browser: Browser
let open: OpenPage
let receiver: WebhookReceiver
let model: FakeOrchestrator
let file: string

beforeAll(async () => {
  ;[product, receiver, model] = await Promise.all([
    startProduct(),
    startWebhookReceiver(),
    startFakeOrchestrator({
      model: ({ index }) => (index % 4 === 2 ? '</response> Somebody has fallen.' : '</silence>'),
    }),
  ])
  mkdirSync(join(product.dataDir, 'made'))
  const path = await uploadClip(product, await makeClip(join(product.dataDir, 'made', 'hall.mp4'), { seconds: 8 }))
  const drawn = alertFlow({
    name: 'From a friend',
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'gpu', instruction: 'Warn of falls.' },
    notification: { channel: 'webhook', url: receiver.url },
  })
  file = join(product.dataDir, 'made', 'friend.heed.json')
  writeFileSync(file, JSON.stringify({ ...drawn, 'x-mine': { kept: true } }))
  browser = await openBrowser()
  open = await openPage(browser)
  await becomeOwner(open.page, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), receiver.stop(), model.stop()])
  removeFolder(product.dataDir)
})

async function seriousFindings(page: Page): Promise<string[]> {
  await page.waitForTimeout(300)
  await page.evaluate(axe)
  const { violations } = await page.evaluate(
    async () => await (globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } }).axe.run(),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

describe('a flow from somebody else', () => {
  it('is refused in words when it is none', async () => {
    const { page } = open
    await page.goto(`${product.url}/flows`)
    const choose = (text: string): Promise<void> =>
      page
        .getByTestId('take-file')
        .setInputFiles({ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from(text) })
    await page.getByTestId('import-flow').click()
    await choose('hello')
    await page.getByTestId('import-failure').getByText('This is no flow.').waitFor()
    await choose('{"format":"heed.flow/9"}')
    await page.getByTestId('take-read-only').getByText('written by a newer version of Heed (heed.flow/9)').waitFor()
    expect(await page.getByTestId('import-confirm').count()).toBe(0)
    const dropped = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['[]'], 'dropped.json', { type: 'application/json' }))
      return transfer
    })
    await page.getByTestId('nav-flows').dispatchEvent('dragover', { dataTransfer: dropped })
    await page.getByTestId('import-drop').waitFor()
    await page.getByTestId('nav-flows').dispatchEvent('drop', { dataTransfer: dropped })
    await page.getByTestId('import-failure').getByText('This is a list, not a flow').waitFor()
  })

  it('says what it needs, reaches nobody before the yes, and runs after it', async () => {
    const { page } = open
    await page.goto(`${product.url}/flows`)
    await page.getByTestId('import-flow').click()
    await page.getByTestId('take-file').setInputFiles(file)
    await page.getByTestId('wants-hosts').getByText(new URL(receiver.url).host).waitFor()
    const before = (await product.request<{ flows: unknown[] }>('GET', '/api/flows')).body.flows.length
    expect(before).toBe(0)
    await page.getByTestId('import-confirm').click()
    const panel = page.getByTestId('needs-panel')
    await panel.getByText('This flow came from somebody else').waitFor()
    expect(await page.getByTestId('needs-summary').textContent()).toBe(
      'It waits for 2 decisions of yours before it can run.',
    )
    expect(await page.getByTestId('need-host').textContent()).toContain(
      `It wants to reach ${new URL(receiver.url).host}, in your own network.`,
    )
    expect(await seriousFindings(page)).toEqual([])
    const flow = new URL(page.url()).pathname.split('/').at(-1) ?? ''

    // Neither a deploy nor a test message goes around the question.
    await page.getByTestId('deploy-button').click()
    await page.getByTestId('deploy-error').waitFor()
    const { body } = await product.request<{ ok: boolean; message: string }>(
      'POST',
      `/api/flows/${flow}/nodes/tell/test`,
    )
    expect(body).toEqual({
      ok: false,
      message: `This flow came from somebody else and wants to send to ${new URL(receiver.url).host}. Allow it, or take it out.`,
    })
    expect((await product.request('POST', `/api/flows/${flow}/deploy`)).status).toBe(422)

    // Closed it stays in reach; by keyboard too.
    await panel.press('Escape')
    await page.getByTestId('needs-notice').getByText('It waits for 2 decisions').waitFor()
    await page.reload()
    await page.getByTestId('needs-show').press('Enter')
    await panel.waitFor()
    await page.locator('.react-flow__node[data-id="model"]').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('inspector').getByText('There is no connection “gpu”').waitFor()
    expect(await panel.count()).toBe(0)
    await page.getByTestId('needs-show').press('Enter')
    await page.getByTestId('need-add-connection').press('Enter')
    await panel.getByLabel('Address').fill(model.url)
    expect(await page.getByTestId('connection-name').inputValue()).toBe('gpu')
    await page.getByTestId('connection-save').click()
    await page.getByText('It waits for 1 decision of yours').waitFor()
    expect(receiver.received).toEqual([])
    await page.getByTestId('node-tell').getByTestId('problem-allow').click()
    await page.getByText('Everything it needs is here.').waitFor()
    await page.getByTestId('needs-done').click()
    await page.getByTestId('deploy-button').click()
    await eventually('the receiver is told', async () => receiver.received.length > 0)
    expect(receiver.received[0]?.body.text).toBe('Somebody has fallen.')
    await page.reload()
    await page.getByTestId('canvas').waitFor()
    expect(await page.getByTestId('needs-notice').count()).toBe(0)
  })
})

it('a flow is given away without its secrets, as a file that comes back the same', async () => {
  const { page } = open
  await product.request('POST', '/api/flows', {
    ...alertFlow({
      name: 'Mine / ours',
      camera: { kind: 'rtsp', url: 'rtsp://admin:hunter2@10.0.0.7/stream' },
      model: { connection: 'edge', watchFor: ['fall'] },
      notification: { channel: 'inbox' },
    }),
    'x-mine': { kept: true },
  })
  await page.goto(`${product.url}/flows`)
  await page.getByRole('button', { name: 'Export Mine / ours' }).click()
  await page.getByTestId('removed').getByText('The user name and password in “url” of “Camera”').waitFor()
  expect(await seriousFindings(page)).toEqual([])
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share-file').click()])
  expect(download.suggestedFilename()).toBe('Mine ours.heed.json')
  const text = readFileSync(await download.path(), 'utf8')
  expect(text).not.toMatch(/hunter2|admin|\*\*\*/)
  const { body } = await product.request<{ flow: { id: string } }>('POST', '/api/flows/import', JSON.parse(text))
  const again = await product.request('GET', `/api/flows/${body.flow.id}/export`)
  expect(again.body).toEqual(JSON.parse(text))
  expect(JSON.parse(text)).toMatchObject({ name: 'Mine / ours', 'x-mine': { kept: true } })
})

it('a program on this machine waits for a yes too, on the card and in the panel, also where its connection is made only later', async () => {
  const { page } = open
  const drawn = alertFlow({
    name: 'Asks',
    camera: { kind: 'browser' },
    model: { connection: 'edge', watchFor: ['fall'] },
    notification: { channel: 'inbox' },
  })
  const ask = {
    id: 'ask',
    type: 'delegate-to-agent',
    version: 1,
    position: { x: 780, y: 200 },
    config: { connection: 'helper' },
  }
  const asks = {
    ...drawn,
    nodes: [...drawn.nodes, ask],
    wires: [...drawn.wires, { from: { node: 'model', port: 'delegation' }, to: { node: 'ask', port: 'delegation' } }],
  }
  const { body } = await product.request<{ flow: { id: string; unapprovedHosts: string[] } }>(
    'POST',
    '/api/flows/import',
    asks,
  )
  expect(body.flow.unapprovedHosts).toEqual([])
  expect(
    (
      await product.request('POST', '/api/connections', {
        name: 'helper',
        kind: 'command',
        config: { command: 'slow' },
      })
    ).status,
  ).toBe(201)
  const refused = await product.request<{ error: { message: string } }>('POST', `/api/flows/${body.flow.id}/deploy`)
  expect([refused.status, refused.body.error.message]).toEqual([
    422,
    expect.stringContaining('wants to run "slow" on this machine. Allow it, or take it out.'),
  ])
  await page.goto(`${product.url}/flows/${body.flow.id}`)
  await page.getByTestId('needs-show').click()
  expect(await page.getByTestId('need-host').textContent()).toContain(
    'It wants to run a program on this machine, through the connection “helper”. Ask an agent',
  )
  await page.getByTestId('node-ask').getByTestId('problem-allow').waitFor()
  await page.getByTestId('need-allow').click()
  await page.getByText('Everything it needs is here.').waitFor()
  await page.getByTestId('node-ask').getByTestId('problem-allow').waitFor({ state: 'detached' })
})

it('hosts of the own network are allowed and taken back under Connections', async () => {
  const { page } = open
  await page.goto(`${product.url}/connections`)
  await page
    .getByTestId('host-named')
    .filter({ hasText: new URL(receiver.url).host })
    .waitFor()
  await page.getByTestId('host-name').fill('no host at all')
  await page.getByTestId('host-add').click()
  await page.getByText('This is not a host.').waitFor()
  await page.getByTestId('host-name').fill('NAS.local:8080')
  await page.getByTestId('host-name').press('Enter')
  const row = page.getByTestId('host-by-hand').filter({ hasText: 'nas.local:8080' })
  await row.waitFor()
  await row.getByRole('button').click()
  await row.getByRole('button').click()
  await row.waitFor({ state: 'detached' })
})

it('on a phone the panel can be read and pressed, in the dark as well', async () => {
  const { page } = await openPage(browser, { colorScheme: 'dark', viewport: { width: 390, height: 844 } })
  await page.goto(`${product.url}/flows`)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('import-flow').click()
  await page.getByTestId('take-file').setInputFiles({
    name: 'more.json',
    mimeType: 'application/json',
    buffer: Buffer.from(readFileSync(file, 'utf8').replace(new URL(receiver.url).origin, 'https://stranger.example')),
  })
  await page.getByTestId('take-both').click()
  await page.getByTestId('import-confirm').click()
  await page.getByTestId('need-allow').waitFor()
  expect(await seriousFindings(page)).toEqual([])
  const box = await page.getByTestId('need-allow').boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(44)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.getByTestId('need-allow').click()
  await page.getByText('Everything it needs is here.').waitFor()
  await page.context().close()
})
