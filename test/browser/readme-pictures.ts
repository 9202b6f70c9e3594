// `node test/browser/readme-pictures.ts`: renews the pictures of the README from the running product: the built-in example,
// watched by the built-in model, drawn, watched, and on the home page; and a short moving picture of its fall. Not a test.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { becomeOwner, openBrowser, openPage, ownerPassword } from '../support/browser.ts'
import { removeFolder, startProduct, type Product } from '../support/product.ts'

const folder = fileURLToPath(new URL('../../editor/pictures/', import.meta.url))
const framesPerSecond = 4
const movingSeconds = 12

/** Presses *Watch the example* of an empty home and gives the flow's id. */
async function watchExample(browser: Browser, product: Product): Promise<string> {
  const { page } = await openPage(browser)
  await becomeOwner(page, product.signInLink() ?? '')
  await page.getByTestId('watch-example').click()
  await page.waitForURL(/\/(flows|watch)\//)
  const id = new URL(page.url()).pathname.split('/')[2] ?? ''
  await page.context().close()
  return id
}

async function signIn(browser: Browser, product: Product, viewport: { width: number; height: number }): Promise<Page> {
  const { page } = await openPage(browser, { viewport, colorScheme: 'light' })
  await page.goto(product.url)
  await page.getByTestId('sign-in-password').fill(ownerPassword)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('nav-inbox').waitFor()
  return page
}

/** A GIF of the watch page while the drawn person falls and Heed warns. */
async function movingPicture(page: Page, address: string): Promise<void> {
  const frames = join(folder, 'frames')
  mkdirSync(frames, { recursive: true })
  await page.goto(address)
  // Begins calm and with the next round of the clip, nine seconds after its fall: what was said is taken.
  await page.getByText('just now').first().waitFor()
  await page.getByRole('button', { name: 'I have seen it' }).first().click()
  await page.waitForTimeout(9_000)
  for (let frame = 0; frame < framesPerSecond * movingSeconds; frame++) {
    const next = page.waitForTimeout(1000 / framesPerSecond)
    await page.screenshot({ path: join(frames, `${String(frame).padStart(3, '0')}.png`) })
    await next
  }
  const filter = 'scale=720:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=160[p];[b][p]paletteuse=dither=none'
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-y', '-framerate', String(framesPerSecond), '-i', join(frames, '%03d.png')],
    ...['-filter_complex', filter, join(folder, 'watching.gif')],
  ])
  rmSync(frames, { recursive: true })
}

mkdirSync(folder, { recursive: true })
const product = await startProduct()
const browser = await openBrowser()
try {
  const flow = await watchExample(browser, product)
  const page = await signIn(browser, product, { width: 1440, height: 900 })
  const shoot = async (place: string, name: string): Promise<void> => {
    await page.goto(`${product.url}${place}`)
    await page.waitForTimeout(4_000)
    const whole = page.getByTestId('command-fit-view')
    if (await whole.isVisible()) await whole.click()
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  await page.waitForTimeout(30_000)
  await shoot(`/flows/${flow}`, 'canvas')
  await shoot('/', 'now')
  await shoot('/templates', 'gallery')
  await movingPicture(await signIn(browser, product, { width: 1200, height: 900 }), `${product.url}/watch/${flow}`)
} finally {
  await browser.close()
  await product.stop()
  removeFolder(product.dataDir)
}
