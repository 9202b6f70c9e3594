// A flow travels from one Heed into another: as a picture, as a link that anybody may look at, and out of Node-RED. On the API over a
// store in memory.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import camera from '../../nodes/video/camera-source.ts'
import notification from '../../nodes/action/notification.ts'
import { ownerPassword, startApi, type ApiBench } from '../support/api-bench.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { memoryApi, smallNodes, type MemoryApi } from '../support/memory-api.ts'
import { redDebug, redNode, redTab } from '../support/red-flow.ts'

const secret = 's3cr3t-Lamp'

interface Workspace {
  deps: MemoryApi
  bench: ApiBench
  page: Page
  complaints: string[]
}

async function openWorkspace(browser: Browser): Promise<Workspace> {
  const deps = memoryApi({
    editorDir: join(fileURLToPath(new URL('../..', import.meta.url)), 'editor', 'dist'),
    nodes: new Map([...smallNodes, [camera.type, camera], [notification.type, notification]]),
  })
  const bench = await startApi(deps)
  await bench.signIn()
  const { page, complaints } = await openPage(browser)
  await page.goto(`${bench.url}/`)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-inbox').waitFor()
  return { deps, bench, page, complaints }
}

let browser: Browser
let mine: Workspace
let theirs: Workspace
let id: string
beforeAll(async () => {
  browser = await openBrowser()
  mine = await openWorkspace(browser)
  theirs = await openWorkspace(browser)
  const at = (x: number) => ({ version: 1, position: { x, y: 0 } })
  ;({ id } = await mine.deps.flows.create({
    format: 'heed.flow/1',
    name: 'Front yard',
    description: `The camera's password is ${secret}; see rtsp://admin:${secret}@10.0.0.7/s.`,
    nodes: [
      {
        id: 'cam',
        type: 'camera-source',
        ...at(0),
        config: { kind: 'rtsp', url: `rtsp://admin:${secret}@10.0.0.7/s` },
      },
      {
        id: 'tell',
        type: 'notification',
        ...at(400),
        config: { channel: 'webhook', url: `https://example.org/x?token=${secret}` },
      },
    ],
    wires: [],
  }))
})
afterAll(async () => {
  await browser.close()
  await mine.bench.stop()
  await theirs.bench.stop()
})

/** The picture's bytes, and everything that is packed in it. */
function everyByte(png: Buffer): string {
  const packed: string[] = [png.toString('latin1')]
  for (let at = 8; at + 8 < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    for (let from = 0; from < Math.min(body.length, 200); from++) {
      if (body[from] !== 0x78) continue
      try {
        packed.push(inflateSync(body.subarray(from)).toString('latin1'))
      } catch {
        // Not where something packed begins.
      }
    }
  }
  return packed.join('\n')
}

it('as a picture, with nothing secret in any byte of it', async () => {
  await mine.page.goto(`${mine.bench.url}/flows/${id}`)
  await mine.page.getByTestId('share-button').click()
  await mine.page.getByTestId('removed').waitFor()
  await mine.page.getByTestId('share-limits').getByText('looks like any other word').waitFor()
  const [download] = await Promise.all([
    mine.page.waitForEvent('download'),
    mine.page.getByTestId('share-picture').click(),
  ])
  const file = await download.path()
  const bytes = everyByte(await readFile(file))
  expect(bytes).toContain('camera-source')
  expect(bytes).not.toContain(secret)

  await theirs.page.goto(`${theirs.bench.url}/flows`)
  await theirs.page.getByTestId('import-flow').first().click()
  await theirs.page
    .getByTestId('take-file')
    .setInputFiles({ name: 'yard.heed.png', mimeType: 'image/png', buffer: await readFile(file) })
  await theirs.page.getByTestId('import-confirm').click()
  await expect.poll(async () => (await theirs.deps.flows.list()).map(({ name }) => name)).toEqual(['Front yard'])
  expect(mine.complaints).toEqual([])
})

it('as a link that is looked at without an account and without asking the server', async () => {
  const link = await mine.page.getByTestId('share-link').getAttribute('data-link')
  const { page, complaints } = await openPage(browser, { viewport: { width: 390, height: 844 } })
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(`${theirs.bench.url}/s/${new URL(link ?? '').hash}`)
  await page.getByTestId('shared-page').waitFor()
  await page.getByRole('heading', { name: 'Front yard' }).waitFor()
  expect(await page.getByTestId('shared-summary').textContent()).not.toBe('')
  expect(asked.filter((path) => path.startsWith('/api'))).toEqual([])
  expect(await page.content()).not.toContain(secret)
  expect(complaints).toEqual([])
})

it('from the clipboard, over the one that is there: what changes is shown first, and the own login and connection stay', async () => {
  const { bench, deps, page } = theirs
  const yard = (url: string, told: Record<string, unknown>) => ({
    format: 'heed.flow/1' as const,
    name: 'Back yard',
    nodes: [
      { id: 'cam', type: 'camera-source', version: 1, position: { x: 0, y: 0 }, config: { kind: 'rtsp', url } },
      { id: 'tell', type: 'notification', version: 1, position: { x: 400, y: 0 }, config: told },
    ],
    wires: [],
  })
  const config = { host: 'mail.example', port: 587, from: 'heed@example.org' }
  const made = await bench.call('POST', '/api/connections', {
    body: { name: 'my-mail', kind: 'smtp', config, secret: {} },
  })
  expect(made.status).toBe(201)
  const own = await deps.flows.create(yard('rtsp://***@10.0.0.7/s', { channel: 'inbox' }))
  const email = { channel: 'email', connection: 'post', to: 'ana@example.org' }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: bench.url })
  await page.goto(`${bench.url}/flows`)
  await page.getByTestId('import-flow').first().click()
  await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(yard('rtsp://10.0.0.7/s', email)))
  await page.getByTestId('take-clipboard').click()
  await page.getByTestId('take-connection-post').selectOption('my-mail')
  await page.getByTestId('take-replace').check()
  const diff = page.getByTestId('take-diff')
  await diff.getByText('Changed settings: Notification').waitFor()
  expect(await diff.textContent()).not.toContain('Camera')
  await page.getByTestId('import-confirm').click()
  await expect.poll(async () => (await deps.flows.get(own.id)).revision).toBe(2)
  const [camera, told] = (await deps.flows.get(own.id)).document.nodes
  expect(camera?.config.url).toBe('rtsp://***@10.0.0.7/s')
  expect(told?.config).toEqual({ ...email, connection: 'my-mail' })
  await deps.flows.remove(own.id)
})

it('with the sender’s cameras and connections for one’s own, each asked for by name', async () => {
  const { bench, deps, page } = theirs
  await deps.cameras.create({
    name: 'Our hall',
    config: { kind: 'url', url: 'http://10.0.0.9/v' },
    tags: [],
    masks: [],
  })
  const porch = {
    format: 'heed.flow/1',
    name: 'Porch',
    nodes: [
      {
        id: 'cam',
        type: 'camera-source',
        version: 1,
        position: { x: 0, y: 0 },
        config: { kind: 'camera', cameras: ['Porch cam', 'Hall'] },
      },
    ],
    wires: [],
  }
  await page.goto(`${bench.url}/flows`)
  await page.getByTestId('import-flow').first().click()
  await page.getByTestId('take-text').fill(JSON.stringify(porch))
  await page.getByTestId('take-look').click()
  const asked = page.getByTestId('take-camera-Porch cam')
  await asked.getByText('which is not here yet').waitFor({ state: 'attached' })
  await asked.selectOption('Our hall')
  await page.getByTestId('import-confirm').click()
  await expect.poll(async () => (await deps.flows.list()).find(({ name }) => name === 'Porch')?.id).toBeDefined()
  const taken = (await deps.flows.list()).find(({ name }) => name === 'Porch')!
  expect((await deps.flows.get(taken.id)).document.nodes[0]?.config.cameras).toEqual(['Our hall', 'Hall'])
  await deps.flows.remove(taken.id)
})

it('of a later version, to be looked at and not taken in', async () => {
  const { bench, page } = theirs
  const later = {
    format: 'heed.flow/7',
    name: 'From the future',
    nodes: [{ id: 'tell', type: 'notification', version: 9, position: { x: 0, y: 0 }, config: { channel: 'inbox' } }],
    wires: [],
  }
  await page.goto(`${bench.url}/flows`)
  await page.getByTestId('import-flow').first().click()
  await page.getByTestId('take-text').fill(JSON.stringify(later))
  await page.getByTestId('take-look').click()
  await page.getByTestId('take-read-only').getByText('written by a newer version of Heed (heed.flow/7)').waitFor()
  await page.getByRole('heading', { name: 'From the future' }).waitFor()
  expect(await page.getByTestId('import-confirm').count()).toBe(0)
})

it('out of Node-RED, with a word on what became of each part', async () => {
  const { page } = theirs
  await page.goto(`${theirs.bench.url}/flows`)
  await page.getByTestId('import-flow').first().click()
  await page
    .getByTestId('take-text')
    .fill(JSON.stringify([redTab, redNode('f', 'function', { func: 'return msg' }, [['d']]), redDebug()]))
  await page.getByTestId('take-look').click()
  const report = page.getByTestId('take-report')
  await report.getByText('3 parts, 1 of them only kept').waitFor()
  await report.getByText('What became of each').click()
  await report.getByText('Heed runs no code out of a flow').waitFor()
  await page.getByTestId('import-confirm').click()
  await expect
    .poll(async () => (await theirs.deps.flows.list()).map(({ name }) => name).sort())
    .toEqual(['Door', 'Front yard'])
})
