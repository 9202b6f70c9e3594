// Areas of the picture are drawn on a snapshot with the mouse, or typed, and end up in the flow as parts of the picture.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { uploadClip } from '../support/product-flows.ts'

interface Corner {
  x: number
  y: number
}
let product: Product
let browser: Browser
let open: OpenPage
let page: Page
let flow = ''

beforeAll(async () => {
  const dataDir = makeDataDir()
  product = await startProduct({ dataDir })
  const path = await uploadClip(product, await makeClip(join(dataDir, 'room.mp4'), { seconds: 3 }))
  const node = (id: string, type: string, x: number, config: Record<string, unknown> = {}) => ({
    id,
    type,
    version: 1,
    position: { x, y: 0 },
    config,
  })
  const wire = (from: string, to: string) => ({
    from: { node: from, port: 'frames' },
    to: { node: to, port: 'frames' },
  })
  const created = await product.request<{ id: string }>('POST', '/api/flows', {
    format: 'heed.flow/1',
    name: 'Drawn',
    nodes: [
      node('cam', 'camera-source', 0, { kind: 'file', path }),
      node('mask', 'privacy-mask', 280),
      node('part', 'crop', 560),
    ],
    wires: [wire('cam', 'mask'), wire('mask', 'part')],
  })
  flow = created.body.id
  browser = await openBrowser()
  open = await openPage(browser)
  page = open.page
  await becomeOwner(page, product.signInLink() ?? '')
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('node-mask').waitFor()
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

async function configOf(id: string): Promise<Record<string, unknown>> {
  const { body } = await product.request<{ document: { nodes: { id: string; config: Record<string, unknown> }[] } }>(
    'GET',
    `/api/flows/${flow}`,
  )
  return body.document.nodes.find((node) => node.id === id)?.config ?? {}
}

/** A place of the snapshot on screen, from its parts. */
async function onSnapshot(x: number, y: number): Promise<[number, number]> {
  const box = await page.getByTestId('snapshot').boundingBox()
  if (!box) throw new Error('no snapshot')
  return [box.x + box.width * x, box.y + box.height * y]
}

async function takeSnapshot(): Promise<void> {
  await page.getByTestId('take-snapshot').click()
  await page.getByTestId('snapshot').waitFor()
  await eventually(
    'the picture is loaded',
    async () =>
      await page
        .getByTestId('snapshot')
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
  )
}

describe('drawing on a snapshot', () => {
  it('hides an area corner by corner, and takes one by numbers', async () => {
    await page.getByTestId('node-mask').click()
    await takeSnapshot()
    for (const [x, y] of [
      [0.1, 0.1],
      [0.5, 0.1],
      [0.5, 0.6],
      [0.11, 0.11],
    ] as const)
      await page.mouse.click(...(await onSnapshot(x, y)))
    const [area] = await eventually('the area is saved', async () => {
      const { polygons } = (await configOf('mask')) as { polygons?: Corner[][] }
      return polygons?.length === 1 && polygons
    })
    expect(area).toHaveLength(3)
    for (const [index, [x, y]] of (
      [
        [0.1, 0.1],
        [0.5, 0.1],
        [0.5, 0.6],
      ] as const
    ).entries()) {
      expect(area?.[index]?.x).toBeCloseTo(x, 1)
      expect(area?.[index]?.y).toBeCloseTo(y, 1)
    }
    await page.getByTestId('area-add').press('Enter')
    await page.getByTestId('area-1').locator('summary').press('Enter')
    const left = page.getByLabel('Area 2, corner 1, from the left')
    await left.fill('10')
    await left.press('Tab')
    await eventually(
      'the second area is saved',
      async () => ((await configOf('mask')).polygons as Corner[][])[1]?.[0]?.x === 0.1,
    )
  })

  it('cuts out a part with one stroke, and takes numbers that stay inside', async () => {
    await page.getByTestId('node-part').click({ position: { x: 20, y: 20 } })
    await page.getByTestId('field-rectangle').waitFor()
    await takeSnapshot()
    await page.mouse.move(...(await onSnapshot(0.2, 0.3)))
    await page.mouse.down()
    await page.mouse.move(...(await onSnapshot(0.5, 0.5)), { steps: 4 })
    await page.mouse.move(...(await onSnapshot(0.7, 0.8)), { steps: 4 })
    await page.mouse.up()
    const drawn = await eventually('the part is saved', async () => {
      const { rectangle } = (await configOf('part')) as { rectangle?: Record<string, number> }
      return rectangle && Math.abs((rectangle.width ?? 0) - 0.5) < 0.02 && rectangle
    })
    expect(drawn.x).toBeCloseTo(0.2, 1)
    expect(drawn.height).toBeCloseTo(0.5, 1)
    await page.getByTestId('field-rectangle-x').fill('90')
    await page.getByTestId('field-rectangle-x').press('Tab')
    const typed = await eventually('the number is saved', async () => {
      const { rectangle } = (await configOf('part')) as { rectangle?: Record<string, number> }
      return rectangle?.x === 0.9 && rectangle
    })
    expect((typed.x ?? 0) + (typed.width ?? 0)).toBeLessThanOrEqual(1.0001)
    expect(open.complaints).toEqual([])
  })
})

describe('drawing for a camera that is a browser', () => {
  /** How dark the middle of what is left is, 0 to 255. */
  const middleOf = async (): Promise<number> =>
    await page
      .getByTestId('snapshot-left')
      .locator('img')
      .evaluate(async (image: HTMLImageElement) => {
        await image.decode()
        const canvas = Object.assign(document.createElement('canvas'), {
          width: image.naturalWidth,
          height: image.naturalHeight,
        })
        const pen = canvas.getContext('2d')
        pen?.drawImage(image, 0, 0)
        const [red = 255, green = 255, blue = 255] =
          pen?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? []
        return Math.max(red, green, blue)
      })

  beforeAll(async () => {
    const node = (id: string, type: string, x: number, config: Record<string, unknown> = {}) => ({
      id,
      type,
      version: 1,
      position: { x, y: 0 },
      config,
    })
    const wire = (from: string, to: string) => ({
      from: { node: from, port: 'frames' },
      to: { node: to, port: 'frames' },
    })
    const { body } = await product.request<{ id: string }>('POST', '/api/flows', {
      format: 'heed.flow/1',
      name: 'Webcam',
      nodes: [
        node('cam', 'camera-source', 0, { kind: 'browser' }),
        node('mask', 'privacy-mask', 280),
        node('codec', 'adacodec', 560),
      ],
      wires: [wire('cam', 'mask'), wire('mask', 'codec')],
    })
    flow = body.id
    await page.goto(`${product.url}/flows/${flow}`)
    await page.getByTestId('node-mask').click()
  })

  it('offers an empty picture where the browser may not look', async () => {
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    await page.getByTestId('take-snapshot').click()
    await page.getByText('This browser was not allowed to share.').waitFor()
    await page.getByTestId('draw-on-empty').click()
    await page.getByTestId('snapshot-words').getByText('This grid stands for it').waitFor()
    for (const [x, y] of [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.8, 0.8],
      [0.2, 0.8],
      [0.2, 0.2],
    ] as const)
      await page.mouse.click(...(await onSnapshot(x, y)))
    const [area] = await eventually('the area is saved', async () => {
      const { polygons } = (await configOf('mask')) as { polygons?: Corner[][] }
      return polygons?.length === 1 && polygons
    })
    expect(area?.map(({ x, y }) => [Math.round(x * 10), Math.round(y * 10)])).toEqual([
      [2, 2],
      [8, 2],
      [8, 8],
      [2, 8],
    ])
  })

  it('takes a still of this browser, says so, and shows what is left of it', async () => {
    await page.reload()
    await page.getByTestId('node-mask').click()
    await takeSnapshot()
    await page.getByTestId('snapshot-words').getByText('This is the camera of this browser').waitFor()
    await page.getByTestId('look-through').click()
    expect(await middleOf()).toBeLessThan(8)
    await page.getByTestId('draw-on').click()
    await page.getByTestId('snapshot').waitFor()
  })

  it('takes the shared picture once the flow runs, and Heed burns the areas in', async () => {
    await page.getByTestId('deploy-button').click()
    await page.getByTestId('node-cam').getByTestId('share-camera').click()
    await eventually('the masked picture runs', async () => {
      const card = page.getByTestId('node-cam')
      if ((await card.locator('.picture img').count()) > 0) return true
      throw new Error(await card.innerText())
    })
    await page.getByTestId('node-mask').click({ position: { x: 20, y: 20 } })
    await page.getByTestId('take-snapshot').click()
    await eventually(
      'it is the shared one',
      async () =>
        (await page.getByTestId('take-snapshot').isEnabled()) &&
        (await page.getByTestId('snapshot-words').count()) === 0,
    )
    await page.getByTestId('look-through').click()
    expect(await middleOf()).toBeLessThan(20)
    expect(open.complaints).toEqual([])
  })
})

describe('drawing without a mouse', () => {
  /** Presses Tab until something is reached, as somebody without a mouse does. */
  async function tabTo(testId: string): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      if (
        await page.evaluate(
          (wanted) =>
            document.activeElement?.getAttribute('data-testid') === wanted ||
            Boolean(document.activeElement?.querySelector(`:scope > [data-testid="${wanted}"]`)),
          testId,
        )
      )
        return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${testId} is not reached with Tab.`)
  }

  it('places a mask, opens it, wires it and leaves it again', async () => {
    const { body } = await product.request<{ id: string }>('POST', '/api/flows', {
      format: 'heed.flow/1',
      name: 'Keys',
      nodes: [{ id: 'cam', type: 'camera-source', version: 1, position: { x: 0, y: 0 }, config: { kind: 'browser' } }],
      wires: [],
    })
    await page.goto(`${product.url}/flows/${body.id}`)
    await page.getByTestId('node-cam').waitFor()
    await tabTo('palette-search')
    await page.keyboard.type('privacy mask')
    await tabTo('palette-privacy-mask')
    await page.keyboard.press('Enter')
    const id = await page.locator('[data-node-type="privacy-mask"]').getAttribute('data-node-id')
    await tabTo(`node-${id}`)
    await page.keyboard.press('Enter')
    await eventually(
      'the panel has the focus',
      async () => (await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))) === 'node-name',
    )
    await tabTo('inspector-settings')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await tabTo(`join-${id}-in-frames`)
    await page.keyboard.press('ArrowDown')
    await eventually('the wire is drawn', async () => (await page.locator('.react-flow__edge').count()) === 1)
    await page.keyboard.press('Escape')
    await page.getByTestId('inspector').waitFor({ state: 'detached' })
    await tabTo(`node-${id}`)
  })
})
