// Chromium as the tests drive it: the system's, or the one the setup downloaded. Keeps what the page complained about.
import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A moving test picture and a tone instead of this machine's camera and microphone; nobody is there to press "allow".
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
]

export interface OpenPage {
  page: Page
  /** Errors and warnings of the page: exceptions, failed requests it logged, headers the browser does not know. */
  complaints: string[]
}

export async function openBrowser(extra: string[] = []): Promise<Browser> {
  const executablePath = [process.env.HEED_TEST_BROWSER ?? '', ...system].find(
    (path) => path !== '' && existsSync(path),
  )
  return await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: [...flags, ...extra] })
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  // Only to end what hangs.
  context.setDefaultTimeout(90_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`)
  })
  return { page, complaints }
}

export const ownerPassword = 'three words together'

/** As a stranger with the printed link: chooses a password and arrives at home. */
export async function becomeOwner(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-password-again').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-flows').waitFor()
}
