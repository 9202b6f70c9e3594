// What hands do on the canvas: wires dropped, led elsewhere and led through cards; cards found by other words.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'

interface Document {
  nodes: { id: string; type: string; name?: string; position: { x: number; y: number } }[]
  notes?: { id: string; text: string; position: { x: number; y: number } }[]
  groups?: { id: string; title: string; members: string[] }[]
  wires: { from: { node: string; port: string }; to: { node: string; port: string } }[]
}
let product: Product
let browser: Browser
let open: OpenPage
let page: Page
let flow = ''

const node = (id: string, type: string, x: number, y = 0) => ({ id, type, version: 1, position: { x, y }, config: {} })
const wire = (from: string, to: string) => {
  const [a, b] = [from.split('.'), to.split('.')]
  return { from: { node: a[0], port: a[1] }, to: { node: b[0], port: b[1] } }
}

beforeAll(async () => {
  product = await startProduct({ dataDir: makeDataDir() })
  browser = await openBrowser()
  open = await openPage(browser)
  page = open.page
  await becomeOwner(page, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
})

/** Camera → model → notification, with a second notification below. */
beforeEach(async () => {
  const { body } = await product.request<{ id: string }>('POST', '/api/flows', {
    format: 'heed.flow/1',
    name: 'Hands',
    nodes: [
      node('cam', 'camera-source', 0),
      node('model', 'interaction-model', 320),
      node('tell', 'notification', 760),
      node('other', 'notification', 760, 320),
    ],
    wires: [wire('cam.frames', 'model.frames'), wire('model.response', 'tell.message')],
  })
  flow = body.id
  await page.goto(`${product.url}/flows/${flow}`)
  await page.getByTestId('node-other').waitFor()
})

async function stored(): Promise<Document> {
  return (await product.request<{ document: Document }>('GET', `/api/flows/${flow}`)).body.document
}

async function wiresAre(wanted: string[]): Promise<void> {
  await eventually(`the wires are ${wanted.join(', ')}`, async () => {
    const now = (await stored()).wires.map(({ from, to }) => `${from.node}.${from.port}>${to.node}.${to.port}`)
    if (JSON.stringify(now.sort()) === JSON.stringify([...wanted].sort())) return true
    throw new Error(now.join(', '))
  })
}

async function middleOf(testId: string): Promise<{ x: number; y: number }> {
  const box = await page.getByTestId(testId).boundingBox()
  if (!box) throw new Error(`${testId} is not there`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 })
  await page.mouse.move(to.x, to.y, { steps: 4 })
  await page.mouse.up()
}

describe('wires', () => {
  it('asks what a wire let go over nothing leads to, best first, and joins it', async () => {
    const port = await middleOf('port-model-out-response')
    await drag(port, { x: port.x + 60, y: port.y + 260 })
    await page.getByTestId('finder').waitFor()
    expect(await page.getByRole('option').first().getAttribute('data-testid')).toBe('choice-notification')
    await page.keyboard.type('delay')
    await page.keyboard.press('Enter')
    await wiresAre(['cam.frames>model.frames', 'model.response>tell.message', 'model.response>cooldown.message'])
    expect(await page.getByTestId('finder').count()).toBe(0)
  })

  it('leads a wire elsewhere by its end, also where the port is full, and leaves it when let go over nothing', async () => {
    const end = await middleOf('port-tell-in-message')
    // Beside the port, where only this wire is.
    await drag({ x: end.x - 16, y: end.y }, await middleOf('port-other-in-message'))
    await wiresAre(['cam.frames>model.frames', 'model.response>other.message'])
    const full = await middleOf('port-model-in-frames')
    await drag(full, { x: full.x - 20, y: full.y + 300 })
    expect(await page.getByTestId('finder').count()).toBe(0)
    await wiresAre(['cam.frames>model.frames', 'model.response>other.message'])
  })

  it('leads a wire through a card that is laid on it, from the palette or from the canvas', async () => {
    const [a, b] = [await middleOf('port-model-out-response'), await middleOf('port-tell-in-message')]
    const between = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
    await page.getByTestId('palette-cooldown').dragTo(page.getByTestId('canvas'), {
      targetPosition: await page
        .getByTestId('canvas')
        .boundingBox()
        .then((box) => ({ x: between.x - (box?.x ?? 0), y: between.y - (box?.y ?? 0) })),
    })
    await wiresAre(['cam.frames>model.frames', 'model.response>cooldown.message', 'cooldown.message>tell.message'])
    await page.getByTestId('palette-search').fill('adacodec')
    await page.getByTestId('palette-search').press('Enter')
    await page.getByTestId('command-fit-view').click()
    const [c, d] = [await middleOf('port-cam-out-frames'), await middleOf('port-model-in-frames')]
    const card = await page.getByTestId('node-adacodec').boundingBox()
    const grip = { x: (card?.x ?? 0) + (card?.width ?? 0) / 2, y: (card?.y ?? 0) + 14 }
    await drag(grip, { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 })
    await wiresAre([
      'cam.frames>adacodec.frames',
      'adacodec.frames>model.frames',
      'model.response>cooldown.message',
      'cooldown.message>tell.message',
    ])
    expect(open.complaints).toEqual([])
  })
})

describe('commands', () => {
  it('renames on the card, switches it off, and says so', async () => {
    await page.getByTestId('node-model').locator('.card-title').dblclick()
    await page.getByTestId('card-rename').fill('Watches Ana')
    await page.keyboard.press('Enter')
    await page.getByTestId('node-model').getByText('Watches Ana').waitFor()
    await page.keyboard.press('F2')
    await page.getByTestId('card-rename').fill('Nobody')
    await page.keyboard.press('Escape')
    await page.getByTestId('node-cam').locator('.card-title').click({ button: 'right' })
    await page.getByTestId('menu-switch-off').click()
    await page.getByTestId('node-cam').getByText('Switched off').waitFor()
    // What hangs on it alone says so too.
    await page.getByTestId('node-tell').getByTestId('switched-off').waitFor()
    await eventually('it is saved', async () => {
      const { nodes } = (await stored()) as { nodes: { id: string; name?: string; disabled?: boolean }[] }
      const [cam, model] = nodes
      return cam?.disabled === true && model?.name === 'Watches Ana' && model.disabled === undefined
    })
    const { body } = await product.request<{ problems: { code: string }[] }>('POST', `/api/flows/${flow}/check`)
    expect(body.problems.map(({ code }) => code)).toContain('FLOW_NO_CAMERA')
  })

  it('runs any command by its name, and finds a card by what it is called', async () => {
    await page.keyboard.press('Control+f')
    await page.keyboard.type('interact')
    await page.keyboard.press('Enter')
    await page.locator('.card[data-selected][data-node-id=model]').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('align tops')
    await page.keyboard.press('Enter')
    await eventually(
      'all begin at one height',
      async () => new Set((await stored()).nodes.map(({ position }) => position.y)).size === 1,
    )
    await page.keyboard.press('Control+k')
    await page.keyboard.type('tidy')
    await page.keyboard.press('Enter')
    await eventually('the cards lie in columns, as the worker says', async () => {
      const [cam, model, tell, other] = (await stored()).nodes.map(({ position }) => position)
      return (cam?.x ?? 0) < (model?.x ?? 0) && (model?.x ?? 0) < (tell?.x ?? 0) && other?.y !== tell?.y
    })
    await page.keyboard.press('?')
    await page.getByText('Offers the cards that fit', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    expect(open.complaints).toEqual([])
  })

  it('writes a note, frames it with a card, and moves both by the title; undo takes it all back', async () => {
    await page.locator('.react-flow__pane').click({ position: { x: 40, y: 300 } })
    await page.keyboard.press('n')
    await page.getByTestId('note-words').fill('Ana sleeps next door.')
    await page.keyboard.press('Escape')
    await page.getByTestId('note-note').getByText('Ana sleeps next door.').waitFor()
    await page
      .getByTestId('node-cam')
      .locator('.card-icon')
      .click({ modifiers: ['Shift'] })
    await page.keyboard.press('Control+g')
    await page.getByTestId('group-title').fill('Night')
    await page.keyboard.press('Enter')
    const before = await eventually('the group is saved', async () => {
      const now = await stored()
      return now.groups?.[0]?.title === 'Night' && now
    })
    expect(before.groups?.[0]?.members).toEqual(['cam', 'note'])
    const title = await page.getByTestId('group-group').locator('.group-title-line').boundingBox()
    const grip = { x: (title?.x ?? 0) + 12, y: (title?.y ?? 0) + 8 }
    await drag(grip, { x: grip.x + 32, y: grip.y + 48 })
    const after = await eventually('both have moved', async () => {
      const now = await stored()
      return now.nodes[0]?.position.y !== before.nodes[0]?.position.y && now
    })
    const way = (a?: { x: number; y: number }, b?: { x: number; y: number }) => [
      (b?.x ?? 0) - (a?.x ?? 0),
      (b?.y ?? 0) - (a?.y ?? 0),
    ]
    const moved = way(before.nodes[0]?.position, after.nodes[0]?.position)
    expect(moved[1]).toBeGreaterThan(20)
    expect(way(before.notes?.[0]?.position, after.notes?.[0]?.position)).toEqual(moved)
    expect(after.nodes[1]?.position).toEqual(before.nodes[1]?.position)
    // Notes and groups are found as cards are.
    for (const [words, choice] of [
      ['sleeps', 'note'],
      ['night', 'group'],
    ] as const) {
      await page.keyboard.press('Control+f')
      await page.keyboard.type(words)
      await page.keyboard.press('Enter')
      await page.locator(`.react-flow__node.selected[data-id=${choice}]`).waitFor()
    }
    for (let step = 0; step < 5; step++) await page.keyboard.press('Control+z')
    await eventually('all of it is taken back', async () => {
      const now = await stored()
      return now.notes === undefined && now.groups === undefined && now.nodes[0]?.position.x === 0
    })
    expect(open.complaints).toEqual([])
  })

  it('keeps room for the canvas beside the inspector, never moves it, and is quiet about fresh cards until Deploy', async () => {
    // The view is a hand's: a smaller window does not show the flow whole again.
    await page.getByTestId('canvas').dispatchEvent('pointerdown')
    await page.setViewportSize({ width: 1280, height: 720 })
    const place = () => page.getByTestId('node-model').boundingBox()
    const before = await place()
    await page.getByTestId('node-model').locator('.card-icon').click()
    await page.getByTestId('inspector').waitFor()
    await eventually('the palette made room', async () => (await page.getByTestId('palette').count()) === 0)
    await eventually('nothing has moved', async () => {
      const now = await place()
      return Math.abs((now?.x ?? 0) - (before?.x ?? 0)) < 1 && Math.abs((now?.y ?? 0) - (before?.y ?? 0)) < 1
    })
    const canvas = await page.getByTestId('canvas').boundingBox()
    expect(((canvas?.width ?? 0) * (canvas?.height ?? 0)) / (1280 * 720)).toBeGreaterThan(0.6)
    for (const tab of ['live', 'wires', 'help', 'settings']) await page.getByTestId(`inspector-${tab}`).click()
    const problem = page.getByTestId('node-model').getByTestId('node-problem').first()
    expect(await problem.getAttribute('data-tone')).toBe('todo')
    expect(await problem.innerText()).toMatch(/^To do: /)
    expect(await page.locator('.card[data-tone=bad]').count()).toBe(0)
    await page.getByTestId('deploy-button').click()
    await page.getByTestId('deploy-error').waitFor()
    await eventually('it insists', async () => (await problem.getAttribute('data-tone')) === 'bad')
    await page.getByTestId('inspector-settings').focus()
    await page.keyboard.press('Escape')
    await page.getByTestId('inspector').waitFor({ state: 'detached' })
    await page.getByTestId('palette').waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
    // The refused deploy is the browser's own complaint, and no other.
    expect(open.complaints.filter((each) => !each.includes('422'))).toEqual([])
    open.complaints.length = 0
  })

  it('shows what has changed since a version, on the card and with its values, and goes back to it', async () => {
    await page.getByTestId('node-model').locator('.card-icon').click()
    await page.getByTestId('node-name').fill('Watches Ana')
    await page.getByTestId('add-connection-for-connection').click()
    await page.getByTestId('add-connection-openai').waitFor()
    await page.keyboard.press('Escape')
    const [a, b] = [await middleOf('port-cam-out-frames'), await middleOf('port-model-in-frames')]
    await page.mouse.click((a.x + b.x) / 2, (a.y + b.y) / 2)
    await page.getByTestId('inspector').getByText('From Camera to Watches Ana').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('versions')
    await page.keyboard.press('Enter')
    await page.getByTestId('version-1').click()
    await page.locator('.card[data-node-id=model][data-diff=changed]').waitFor()
    expect(await page.getByTestId('version-field').allInnerTexts()).toEqual(['Name: not set → Watches Ana'])
    await page.getByTestId('version-restore').click()
    await page.getByTestId('node-model').getByText('Interaction model').first().waitFor()
    await eventually('it is saved as it was', async () => (await stored()).nodes[1]?.name === undefined)
    await page.keyboard.press('Control+z')
    await page.getByTestId('node-model').getByText('Watches Ana').first().waitFor()
    expect(open.complaints).toEqual([])
  })

  it('keeps a sample at a card, and runs the card with it without telling anybody', async () => {
    await page.getByTestId('node-tell').locator('.card-icon').click()
    await page.getByTestId('inspector-live').click()
    await page.getByTestId('sample-text').fill('A person has fallen.')
    await page.getByTestId('sample-keep').click()
    await page.getByTestId('try-sample').click()
    const came = page.getByTestId('node-tell').getByTestId('card-tried')
    await came.getByTestId('tried-captured').getByText('A person has fallen.').waitFor()
    await came.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('Escape')
    // What is on the card now counts, saved or not; by key, on the card.
    await page.locator('.react-flow__node[data-id=tell]').focus()
    await page.keyboard.press('r')
    await came.getByTestId('tried-captured').waitFor()
    const { pins } = (await stored()) as { pins?: { node: string; port: string; text: string }[] }
    expect(pins?.map(({ node, port, text }) => [node, port, text])).toEqual([
      ['tell', 'message', 'A person has fallen.'],
    ])
    const { body } = await product.request<{ events: unknown[] }>('GET', `/api/events?flow=${flow}`)
    expect(body.events).toEqual([])
    expect(open.complaints).toEqual([])
  })

  it("lays what was copied elsewhere under the pointer, another program's flow too, and says what became of it", async () => {
    const paste = async (text: string): Promise<void> =>
      await page.evaluate((given) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text/plain', given)
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
      }, text)
    const canvas = await middleOf('canvas')
    const at = { x: canvas.x, y: canvas.y + 160 }
    await page.mouse.move(at.x, at.y)
    await paste(JSON.stringify({ format: 'heed.clip/1', nodes: [node('far', 'cooldown', 90_000, -7000)], wires: [] }))
    await page.getByTestId('node-far').waitFor()
    const card = await middleOf('node-far')
    expect(Math.hypot(card.x - at.x, card.y - at.y)).toBeLessThan(160)
    await paste(
      JSON.stringify([
        { id: 'w', z: 't', type: 'delay', pauseType: 'delay', timeout: '5', timeoutUnits: 'seconds', wires: [['f']] },
        { id: 'f', z: 't', type: 'function', name: 'By hand', func: 'return msg', wires: [[]] },
      ]),
    )
    await page.getByTestId('pasted-report').waitFor()
    await eventually('the cards of the other program are there', async () => (await stored()).nodes.length === 7)
    expect((await stored()).nodes.some(({ name }) => name === 'By hand')).toBe(true)
    expect(open.complaints).toEqual([])
  })

  it('leaves a person their habits: what is unlike elsewhere is switched off by one press', async () => {
    await page.keyboard.press('?')
    for (const habit of ['letters', 'offer']) await page.getByTestId(`habit-${habit}`).click({ force: true })
    await page.keyboard.press('Escape')
    await page.getByTestId('keys-page').waitFor({ state: 'detached' })
    const port = await middleOf('port-model-out-response')
    await drag(port, { x: port.x + 60, y: port.y + 260 })
    await page.keyboard.press('n')
    expect([await page.getByTestId('finder').count(), await page.locator('.note').count()]).toEqual([0, 0])
    await page.evaluate(() => ['letters', 'offer'].forEach((each) => localStorage.removeItem(`heed.${each}`)))
  })

  it('selects with a box of one finger, and snaps what is moved by mouse or key', async () => {
    await page.getByTestId('command-boxes').click()
    const client = await page.context().newCDPSession(page)
    const [a, b] = [
      await page.getByTestId('node-cam').boundingBox(),
      await page.getByTestId('node-model').boundingBox(),
    ]
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number, y: number) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
    await touch('touchStart', (a?.x ?? 0) - 20, (a?.y ?? 0) - 20)
    const end = { x: (b?.x ?? 0) + (b?.width ?? 0) + 10, y: (b?.y ?? 0) + (b?.height ?? 0) + 10 }
    for (const share of [0.3, 0.6, 1])
      await touch('touchMove', (a?.x ?? 0) + (end.x - (a?.x ?? 0)) * share, (a?.y ?? 0) + (end.y - (a?.y ?? 0)) * share)
    await touch('touchEnd', 0, 0)
    await eventually('both are selected', async () => (await page.locator('.card[data-selected]').count()) === 2)
    await page.getByTestId('command-boxes').click()
    await page.locator('.react-flow__node[data-id=other]').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowDown')
    await eventually('one step of the grid', async () => (await stored()).nodes[3]?.position.y === 328)
  })

  it('draws a large flow from far away as one picture, whose cards are taken as near, and has their ports again near by', async () => {
    const nodes = Array.from({ length: 90 }, (_, n) =>
      node(`n${n}`, 'cooldown', (n % 15) * 320, Math.floor(n / 15) * 320),
    )
    const wires = nodes.slice(1).map(({ id }, n) => wire(`n${n}.message`, `${id}.message`))
    const { body } = await product.request<{ id: string }>('POST', '/api/flows', {
      ...{ format: 'heed.flow/1', name: 'Many', nodes, wires },
    })
    flow = body.id
    await page.goto(`${product.url}/flows/${flow}`)
    await page.getByTestId('far-picture').waitFor()
    expect(await page.locator('.port, .react-flow__edge').count()).toBe(0)
    expect(await page.getByRole('group', { name: 'Cooldown' }).count()).toBe(90)
    const at = await middleOf('node-n47')
    await drag(at, { x: at.x + 40, y: at.y - 30 })
    await eventually('the card was moved', async () => {
      const moved = (await stored()).nodes.find(({ id }) => id === 'n47')?.position
      if (moved && moved.x > 2 * 320 + 40 && moved.y < 3 * 320 - 40) return true
      throw new Error(JSON.stringify(moved))
    })
    await page.keyboard.press('f')
    await page.getByTestId('port-n47-out-message').waitFor()
    expect(await page.getByTestId('far-picture').count()).toBe(0)
    expect(await page.getByTestId('wire-n47.message--n48.message').count()).toBe(1)
    expect(open.complaints).toEqual([])
  })
})
