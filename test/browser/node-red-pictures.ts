// `node test/browser/node-red-pictures.ts [folder]`: the pictures in the README of @heed/node-red, made of the running product: its
// examples in the Node-RED inside Heed while somebody falls, and one of its forms. Not a test.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FrameLocator, Page } from 'playwright-core'
import { becomeOwner, openBrowser, openPage } from '../support/browser.ts'
import { drawRoom } from '../support/drawn-room.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { deployThere, running } from '../support/node-red.ts'
import { eventually, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'

const home = fileURLToPath(new URL('../../nodes/node-red', import.meta.url))
const folder = process.argv[2] ?? home
const shown = ['heed-event', 'heed-ask', 'heed-arm', 'heed-acknowledge', 'heed-in-and-heed-out']
const server = 'server'
type Part = { id: string; type: string; y?: number; wires?: string[][] } & Record<string, unknown>

/** The examples below each other on one tab, all with one server. */
function examples(url: string): Part[] {
  const tab: Part = { id: 'tab', type: 'tab', label: 'House' }
  const parts = shown.flatMap((name, row) => {
    const flow = JSON.parse(readFileSync(join(home, 'examples', `${name}.json`), 'utf8')) as Part[]
    const drawn = flow.filter(({ type }) => type !== 'tab' && type !== 'heed-server')
    const top = Math.min(...drawn.map(({ y }) => y ?? 0))
    return drawn.map((part) => ({
      ...part,
      id: `${name}-${part.id}`,
      z: tab.id,
      y: (part.y ?? 0) - top + 60 + row * 80,
      wires: (part.wires ?? []).map((ids) => ids.map((id) => `${name}-${id}`)),
      ...(part['server'] === undefined ? {} : { server }),
    }))
  })
  return [tab, { id: server, type: 'heed-server', name: 'Heed at home', url }, ...parts]
}

const frame = (page: Page): FrameLocator => page.frameLocator('[data-testid=node-red-frame]')

async function shoot(page: Page, name: string, selector?: string): Promise<void> {
  await page.waitForTimeout(1_000)
  const what = selector === undefined ? page.getByTestId('node-red-frame') : frame(page).locator(selector)
  await what.screenshot({ path: join(folder, `${name}.png`) })
}

/** Opens the form of a node as a person does. */
async function openForm(page: Page, id: string): Promise<void> {
  await frame(page).locator(`[id="${id}"]`).dblclick()
  await frame(page).locator('.red-ui-tray-body').waitFor()
}

async function takePictures(page: Page, product: Product): Promise<void> {
  await page.goto(`${product.url}/system/node-red`)
  await frame(page).locator('.red-ui-palette-node').first().waitFor({ state: 'attached', timeout: 60_000 })
  // The same words again would be the same incident, and no event of their own.
  const places = ['beside the armchair', 'in the hall', 'near the window', 'at the door', 'by the stairs']
  let tries = 0
  await eventually('the fall is shown', async () => {
    says = `A person has fallen ${places[Math.floor(tries++ / 60) % places.length]}.`
    return (await frame(page).locator('.red-ui-debug-msg-payload').count()) > 0
  })
  await shoot(page, 'examples')
  await openForm(page, 'heed-event-events')
  await shoot(page, 'heed-event', '.red-ui-tray')
}

let says = ''
const [browser, product] = await Promise.all([openBrowser(), startProduct()])
const model = await startFakeOrchestrator({
  model: () => {
    const now = says
    says = ''
    return now === '' ? '</silence>' : `</response> ${now}`
  },
})
try {
  await product.request('PUT', '/api/node-red', { isOn: true })
  await running(product)
  await deployThere(product, examples(product.url), { [server]: { token: testToken } })
  await product.request('POST', '/api/connections', { name: 'gpu', kind: 'vllm-omni', config: { url: model.url } })
  const path = await uploadClip(product, await drawRoom(browser, join(product.dataDir, 'room.mp4')))
  const drawn = alertFlow({
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'gpu', instruction: 'Say when somebody has fallen.' },
    notification: { channel: 'inbox' },
  })
  drawn.name = 'Fall alert'
  const place = { version: 1, position: { x: 900, y: 260 } }
  drawn.nodes.push({ ...place, id: 'siren', type: 'ask-node-red', config: { entry: 'siren' } })
  drawn.wires.push({ from: { node: 'model', port: 'response' }, to: { node: 'siren', port: 'message' } })
  const flow = await deployFlow(product, drawn)
  says = 'A person has fallen in the kitchen.'
  await eventually('a fall', async () => (await eventsOf(product, flow, 'response.given')).length > 0)
  const { page } = await openPage(browser, { viewport: { width: 1400, height: 720 } })
  await becomeOwner(page, product.signInLink() ?? '')
  await takePictures(page, product)
  process.stdout.write(`The pictures are in ${folder}\n`)
} finally {
  await browser.close()
  await Promise.all([product.stop(), model.stop()])
  removeFolder(product.dataDir)
}
