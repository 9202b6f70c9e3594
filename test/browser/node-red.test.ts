// The proof of Node-RED inside, as an owner lives it: switched on, a node installed from a file, a bell wired to a fall; it rings in
// the debug sidebar, Node-RED is killed, comes back by itself, and the next fall rings once.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage } from '../support/browser.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { deployThere, pidOf, running } from '../support/node-red.ts'
import { eventually, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'

let product: Product
let model: FakeOrchestrator
let browser: Browser
let page: Page
let says = ''

/** A package as somebody writes one for a bell, packed by npm. */
function packBell(folder: string): string {
  const home = join(folder, 'bell')
  mkdirSync(home)
  const manifest = { name: 'node-red-contrib-bell', version: '1.0.0', 'node-red': { nodes: { bell: 'bell.js' } } }
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest))
  writeFileSync(
    join(home, 'bell.js'),
    `module.exports = (RED) => {
      RED.nodes.registerType('bell', function (config) {
        RED.nodes.createNode(this, config)
        this.on('input', (msg, send, done) => { send({ ...msg, payload: 'Ding! ' + msg.payload }); done() })
      })
    }`,
  )
  writeFileSync(
    join(home, 'bell.html'),
    `<script type="text/javascript">RED.nodes.registerType('bell', { category: 'function', defaults: { name: { value: '' } }, inputs: 1, outputs: 1, label: 'bell' })</script>
     <script type="text/html" data-template-name="bell"></script>`,
  )
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: home, stdio: 'ignore' })
  return join(folder, 'node-red-contrib-bell-1.0.0.tgz')
}

beforeAll(async () => {
  model = await startFakeOrchestrator({
    model: () => {
      const now = says
      says = ''
      return now === '' ? '</silence>' : `</response> ${now}`
    },
  })
  ;[browser, product] = await Promise.all([openBrowser(), startProduct()])
  ;({ page } = await openPage(browser))
  await becomeOwner(page, product.signInLink() ?? '')
}, 90_000)
afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), model.stop()])
  removeFolder(product.dataDir)
})

const frame = (): FrameLocator => page.frameLocator('[data-testid=node-red-frame]')
const rung = async (): Promise<string[]> =>
  (await frame().locator('.red-ui-debug-msg-payload').allInnerTexts()).filter((text) => text.includes('Ding!'))

it('rings a bell of the palette for a fall, and again after Node-RED was killed', { timeout: 180_000 }, async () => {
  await page.getByTestId('nav-system').click()
  await page.getByTestId('node-red-switch').click()
  await page.getByTestId('node-red-open').waitFor({ timeout: 60_000 })

  const form = new FormData()
  form.append('tarball', new Blob([new Uint8Array(readFileSync(packBell(product.dataDir)))]), 'bell.tgz')
  const installed = await fetch(`${product.url}/node-red/nodes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${testToken}` },
    body: form,
  })
  expect([installed.status, await installed.text()]).toEqual([200, expect.stringContaining('node-red-contrib-bell')])
  const place = { z: 'house', x: 100, y: 100 }
  await deployThere(product, [
    { id: 'house', type: 'tab', label: 'House' },
    { id: 'in', type: 'heed-in', name: 'bell', ...place, wires: [['bell']] },
    { id: 'bell', type: 'bell', ...place, x: 250, wires: [['show']] },
    {
      id: 'show',
      type: 'debug',
      active: true,
      tosidebar: true,
      complete: 'payload',
      targetType: 'msg',
      ...place,
      x: 400,
    },
  ])

  await page.getByTestId('node-red-open').click()
  await frame().locator('.red-ui-palette-node[data-palette-type=bell]').waitFor({ state: 'attached', timeout: 60_000 })
  const connection = { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } }
  await product.request('POST', '/api/connections', connection)
  const path = await uploadClip(
    product,
    await makeClip(join(product.dataDir, 'watch.mp4'), { seconds: 10, size: '320x240' }),
  )
  const drawn = alertFlow({
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'vllm', instruction: 'Warn of falls.' },
    notification: { channel: 'inbox' },
  })
  drawn.nodes = drawn.nodes.map((node) =>
    node.id === 'tell' ? { ...node, type: 'ask-node-red', config: { entry: 'bell' } } : node,
  )
  const flow = await deployFlow(product, drawn)
  says = 'A person has fallen.'
  await eventually('it rings', async () => (await rung()).length > 0)
  expect(await rung()).toEqual(['"Ding! A person has fallen."'])

  process.kill(pidOf(product) ?? 0, 'SIGKILL')
  says = 'A second fall.'
  await running(product)
  await eventually('the second fall is delivered', async () =>
    (await eventsOf(product, flow, 'response.given')).some(
      ({ text, deliveries }) => text === 'A second fall.' && deliveries.some(({ state }) => state === 'delivered'),
    ),
  )
  // The editor has come back in its frame by itself; Node-RED sends what was shown lately once more.
  await frame().locator('.red-ui-palette-node').first().waitFor({ state: 'attached', timeout: 60_000 })
  // Its sidebar shows only what is sent while it is connected: a new fall each time, until one is shown. Each rings once.
  let falls = 0
  const later = async (): Promise<string[]> => (await rung()).filter((text) => text.includes('Later fall'))
  await eventually('it rings again', async () => {
    says = `Later fall ${++falls}.`
    return (await later()).length > 0
  })
  const texts = await later()
  expect(texts).toEqual([...new Set(texts)])
})

it(
  'lets by one press stay there what only Node-RED can do, after a word on every part',
  { timeout: 120_000 },
  async () => {
    const at = (x: number) => ({ z: 'garden', x, y: 100 })
    const came = [
      { id: 'garden', type: 'tab', label: 'Garden' },
      {
        id: 'go',
        type: 'inject',
        ...at(100),
        props: [{ p: 'payload' }],
        payload: 'on',
        payloadType: 'str',
        repeat: '60',
        wires: [['sum']],
      },
      {
        id: 'sum',
        type: 'function',
        ...at(300),
        name: 'sum',
        func: 'return msg',
        outputs: 1,
        libs: [],
        wires: [['water']],
      },
      { id: 'water', type: 'bell', ...at(500), name: 'gong', wires: [['show']] },
      { id: 'show', type: 'debug', ...at(700), active: true, complete: 'payload', targetType: 'msg', wires: [] },
    ]
    await page.goto(`${product.url}/flows`)
    await page.getByTestId('import-flow').click()
    const file = { name: 'garden.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(came)) }
    await page.getByTestId('take-file').setInputFiles(file)
    const rows = page.getByTestId('take-report').locator('li')
    await page.getByTestId('take-report').locator('summary').click()
    expect(await rows.count()).toBe(came.length)
    expect(await rows.allTextContents()).toEqual([
      expect.stringMatching(/^Garden \(tab\): /),
      expect.stringMatching(/^inject: /),
      expect.stringMatching(/^sum \(function\): kept, does nothing here\. It runs JavaScript\./),
      expect.stringMatching(/^gong \(bell\): kept, does nothing here\. Heed has no node for/),
      expect.stringMatching(/^debug: /),
    ])
    await page.getByTestId('import-confirm').click()
    await page.waitForURL(/\/flows\/[^/]+$/)
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await page.getByTestId('need-stay').getByTestId('problem-stay').click()
    const typesOf = async (): Promise<string[]> =>
      (
        await product.request<{ document: { nodes: { type: string }[] } }>('GET', `/api/flows/${id}`)
      ).body.document.nodes.map(({ type }) => type)
    await eventually('both parts have stayed', async () => (await typesOf()).includes('ask-node-red'))
    expect((await typesOf()).sort()).toEqual(['ask-node-red', 'debug', 'from-node-red', 'timer'])
    await eventually(
      'nothing of them is left on the canvas',
      async () => (await page.getByTestId('problem-stay').count()) === 0,
    )
    const there = await product.request<{ type: string; label?: string; z?: string; id: string }[]>(
      'GET',
      '/node-red/flows',
    )
    const tab = there.body.find(({ label }) => label === 'Garden')?.id
    expect(
      there.body
        .filter(({ z }) => z === tab)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['bell', 'function', 'heed-in', 'heed-out'])
  },
)
