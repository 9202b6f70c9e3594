// `node test/browser/screenshots.ts [folder] [look …]`: every screen of the running product, light and dark, on a desk and on a phone, for a
// person to look at. Not a test.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { drawRoom } from '../support/drawn-room.ts'
import { startFakeAgent } from '../support/fake-agents.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { startFakeSpeech } from '../support/fake-speech.ts'
import { eventually, removeFolder, startProduct, type Product } from '../support/product.ts'
import { deployFlow, uploadClip } from '../support/product-flows.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'
import { deployTrouble, everyForm, everything, fallAlert, saveFlow } from './screens-flows.ts'
import { shootConnections, shootForms } from './screens-forms.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = process.argv[2] ?? join(root, 'test-results', 'screens')
const wanted = process.argv.slice(3)
const looks = [
  { name: 'desk-light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'desk-dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

interface Made {
  alert: string
  living: string
  forms: string
  trouble: string
  link: string
}

/** A busy machine takes its time: a picture is worth waiting for. */
const patienceMs = 180_000

async function shoot(page: Page, look: string, screen: string): Promise<void> {
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(folder, `${screen}.${look}.png`) })
}

async function signIn(page: Page, product: Product, look: string): Promise<void> {
  await page.goto(product.url)
  await page.getByTestId('sign-in-password').fill('wrong')
  await page.getByTestId('sign-in-submit').click()
  await page.getByRole('alert').waitFor()
  await shoot(page, look, 'sign-in-refused')
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-inbox').waitFor()
}

async function open(page: Page, product: Product, place: string, testId: string): Promise<void> {
  await page.goto(`${product.url}/${place}`)
  await page.getByTestId(testId).first().waitFor()
  await page.waitForTimeout(1500)
}

/** A clip rehearsed, with what came of its tests and what a month would cost. */
async function walkRehearsal(page: Page, product: Product, look: string, made: Made): Promise<void> {
  await open(page, product, `rehearse/${made.alert}`, 'rehearse-run')
  await page.getByTestId('rehearse-run').click()
  await page.getByTestId('rehearse-month').waitFor()
  await shoot(page, look, 'rehearse')
  await page.getByTestId('rehearse-month').scrollIntoViewIfNeeded()
  await shoot(page, look, 'rehearse-month')
}

/** Places that show what runs, and the pages for a hand. */
async function walk(page: Page, product: Product, look: string, made: Made): Promise<void> {
  await shoot(page, look, 'home')
  for (const place of ['flows', 'inbox', 'history', 'cameras', 'connections', 'system', 'more', 'templates']) {
    await page.goto(`${product.url}/${place}`)
    await page.waitForTimeout(1500)
    await shoot(page, look, place)
  }
  await page.goto(`${product.url}/system/node-red`)
  await page.waitForTimeout(1500)
  await shoot(page, look, 'node-red')
  await open(page, product, `flows/${made.alert}/revisions`, 'canvas')
  await shoot(page, look, 'revisions')
  await open(page, product, 'inbox', 'event-row')
  await page.keyboard.press('Control+k')
  await page.getByTestId('finder').waitFor()
  await shoot(page, look, 'find-anything')
  await walkRehearsal(page, product, look, made)
  await open(page, product, 'inbox', 'event-row')
  await page.getByTestId('event-frame').first().click()
  await shoot(page, look, 'alert')
  await open(page, product, `watch/${made.living}`, 'ask-text')
  await page.getByTestId('microphone').click()
  await page.getByTestId('ask-text').fill('How many people are there?')
  await page.getByTestId('ask-send').click()
  await page.getByTestId('asked').waitFor()
  await page.waitForTimeout(1500)
  await shoot(page, look, 'watch-asking')
  await open(page, product, `watch/${made.trouble}`, 'ask-text')
  await shoot(page, look, 'watch-trouble')
  await page.goto(made.link)
  await shoot(page, look, 'acknowledge')
  await page.goto(`${made.link.slice(0, -4)}`)
  await shoot(page, look, 'acknowledge-incomplete')
  for (const [name, flow] of [
    ['canvas', made.living],
    ['canvas-trouble', made.trouble],
  ] as const) {
    await open(page, product, `flows/${flow}`, 'canvas')
    await shoot(page, look, name)
  }
}

/** What only a desk has: inspector, timeline, problems, forms. */
async function walkDesk(page: Page, product: Product, look: string, made: Made): Promise<void> {
  await open(page, product, `flows/${made.alert}`, 'canvas')
  await page.getByTestId('node-model').click({ position: { x: 20, y: 20 } })
  await shoot(page, look, 'inspector')
  await page.getByTestId('tab-timeline').click()
  await shoot(page, look, 'timeline')
  await open(page, product, `flows/${made.living}`, 'canvas')
  await page.locator('.react-flow__node[data-id="mind"]').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('inspector-live').click()
  await shoot(page, look, 'memory')
  await open(page, product, `flows/${made.forms}`, 'canvas')
  await page.getByTestId('deploy-button').click()
  await page.getByTestId('deploy-error').waitFor()
  await shoot(page, look, 'deploy-problems')
  await shootForms(page, product, folder, look, made.forms)
  await page.setViewportSize({ width: 1440, height: 900 })
}

async function beforeTheFirstFlow(browser: Browser, product: Product): Promise<void> {
  const first = await openPage(browser)
  first.page.setDefaultTimeout(patienceMs)
  await first.page.goto(product.signInLink() ?? '')
  await shoot(first.page, 'desk-light', 'sign-in')
  await becomeOwner(first.page, product.signInLink() ?? '')
  for (const place of ['', 'flows', 'templates', 'templates/fall-alert', 'inbox', 'connections']) {
    await first.page.goto(`${product.url}/${place}`)
    await first.page.getByTestId('nav-inbox').waitFor()
    for (const { name, viewport, colorScheme } of looks) {
      await first.page.setViewportSize(viewport)
      await first.page.emulateMedia({ colorScheme })
      await shoot(first.page, name, `empty-${place.replace('/', '-') || 'home'}`)
    }
  }
  await first.page.context().close()
}

/** Flows that run, and one that shows every form. */
async function fill(browser: Browser, product: Product): Promise<Made> {
  const connect = (name: string, kind: string, config: Record<string, unknown>): Promise<unknown> =>
    product.request('POST', '/api/connections', { name, kind, config })
  await Promise.all([
    connect('gpu', 'vllm-omni', { url: model.url }),
    connect('ears', 'speech', { url: ears.url }),
    connect('doctor', 'background-agent', { url: agent.url }),
    connect('mail', 'smtp', { host: 'smtp.example.org', port: 465, secure: true, from: 'Heed <heed@example.org>' }),
  ])
  const path = await uploadClip(product, await drawRoom(browser, join(product.dataDir, 'living-room.mp4')))
  const alert = await deployFlow(product, fallAlert(path))
  const living = await deployFlow(product, everything(path, hook.url))
  const trouble = await deployTrouble(product)
  const { body } = await product.request<{ nodes: { type: string }[] }>('GET', '/api/nodes')
  const forms = await saveFlow(
    product,
    everyForm(
      path,
      body.nodes.map(({ type }) => type),
    ),
  )
  const link = await eventually('a message with a link', async () => hook.received[0]?.body.acknowledgeUrl)
  await product.request('POST', `/api/streams/${living}-cam/memory/facts`, {
    node: 'mind',
    text: "The grandmother's room is on the left.",
  })
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  return { alert, living, forms, trouble, link: String(link) }
}

mkdirSync(join(folder, 'forms'), { recursive: true })
const product = await startProduct()
const browser = await openBrowser()
const ears = await startFakeSpeech()
const hook = await startWebhookReceiver()
const agent = await startFakeAgent()
agent.manner = 'hang'
const said = [
  '',
  '',
  '</response> Let me look into that. </delegation> Is she hurt?',
  '',
  '',
  '',
  '',
  '</response> Somebody has fallen beside the armchair and is not getting up.',
]
const model = await startFakeOrchestrator({ model: ({ index }) => said[index % 14] || '</silence>', latencyMs: 38 })
try {
  await beforeTheFirstFlow(browser, product)
  const made = await fill(browser, product)
  for (const { name, ...look } of looks.filter((each) => wanted.length === 0 || wanted.includes(each.name))) {
    const { page } = await openPage(browser, look)
    page.setDefaultTimeout(patienceMs)
    await signIn(page, product, name)
    await walk(page, product, name, made)
    if (name.startsWith('desk')) await walkDesk(page, product, name, made)
    await shootConnections(page, product, shoot, name)
    await page.getByTestId('nav-inbox').click()
    await page.context().setOffline(true)
    await page
      .getByTestId('offline')
      .waitFor({ timeout: 8000 })
      .catch(() => undefined)
    await shoot(page, name, 'offline')
    await page.context().close()
  }
  process.stdout.write(`Screens are in ${folder}\n`)
} finally {
  await browser.close()
  await Promise.all([product.stop(), model.stop(), ears.stop(), agent.stop(), hook.stop()])
  removeFolder(product.dataDir)
}
