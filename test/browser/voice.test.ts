// Somebody asks aloud at a real browser's microphone, the model answers, and the answer is heard. Flite speaks for both.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFlite } from '../../runtime/voices/flite.ts'
import { readWav, wavOf } from '../../runtime/voices/wav.ts'
import { quietLog } from '../support/session-bench.ts'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { openEar } from '../support/ear.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { startFakeSpeech, type FakeSpeech } from '../support/fake-speech.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { deployFlow, eventsOf, uploadClip } from '../support/product-flows.ts'

const question = 'How many people are there?'
const answer = 'There are two people in the room.'
let product: Product
let browser: Browser
let open: OpenPage
let page: Page
let ears: FakeSpeech
let model: FakeOrchestrator
let flow = ''

/** The question, spoken, with a second and a half of silence on both sides. */
async function recordQuestion(path: string): Promise<void> {
  const flite = createFlite({ log: quietLog })
  const { bytes } = await flite.speak({ text: question, voice: '' }, new AbortController().signal)
  await flite.stop()
  const info = readWav(bytes)
  if (!info) throw new Error('Flite gave no WAV')
  const silence = Buffer.alloc(info.sampleRate * 3)
  writeFileSync(
    path,
    wavOf(
      Buffer.concat([silence, bytes.subarray(info.dataAt, info.dataAt + info.dataBytes), silence]),
      info.sampleRate,
    ),
  )
}

async function deployTalk(path: string): Promise<string> {
  const node = (id: string, type: string, config: Record<string, unknown> = {}) => ({
    id,
    type,
    version: 1,
    position: { x: 0, y: 0 },
    config,
  })
  const wire = (from: string, to: string) => ({
    from: { node: from.split('.')[0], port: from.split('.')[1] },
    to: { node: to.split('.')[0], port: to.split('.')[1] },
  })
  return await deployFlow(product, {
    format: 'heed.flow/1',
    name: 'Talk',
    nodes: [
      node('cam', 'camera-source', { kind: 'file', path, loop: true }),
      node('model', 'interaction-model', { connection: 'vllm', instruction: 'Answer questions.' }),
      node('arm', 'arm'),
      node('say', 'tts'),
      node('ear', 'voice-input', { connection: 'ears' }),
    ],
    wires: [
      wire('cam.frames', 'model.frames'),
      wire('model.response', 'arm.message'),
      wire('arm.message', 'say.message'),
      wire('ear.message', 'model.query'),
    ],
  })
}

beforeAll(async () => {
  const dataDir = makeDataDir()
  const recording = join(dataDir, 'question.wav')
  await recordQuestion(recording)
  ears = await startFakeSpeech()
  ears.words = question
  let asked = 0
  model = await startFakeOrchestrator({
    model: ({ instruction }) => {
      const times = instruction.includes(question) ? 1 : 0
      if (times > asked) {
        asked = times
        return `</response> ${answer}`
      }
      return '</silence>'
    },
  })
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  await product.request('POST', '/api/connections', { name: 'ears', kind: 'speech', config: { url: ears.url } })
  flow = await deployTalk(await uploadClip(product, await makeClip(join(dataDir, 'room.mp4'), { seconds: 10 })))
  browser = await openBrowser([`--use-file-for-fake-audio-capture=${recording}`])
  open = await openPage(browser)
  page = open.page
  await becomeOwner(page, product.signInLink() ?? '')
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), ears.stop(), model.stop()])
  removeFolder(product.dataDir)
})

describe('a watch page that is spoken to', () => {
  it('shows the live picture and answers to the switches', async () => {
    await page.goto(`${product.url}/watch/${flow}`)
    await eventually('a picture', async () => (await page.locator('.stage .picture img').count()) > 0)
    const arm = page.getByTestId('arm-arm')
    await eventually('it is armed', async () => await arm.isChecked())
    await arm.click({ force: true })
    await eventually('it says it is disarmed', async () => !(await arm.isChecked()) && (await arm.isEnabled()))
    await arm.click({ force: true })
    await eventually('it says it is armed', async () => await arm.isChecked())
    await eventually('both turns are kept', async () => (await eventsOf(product, flow, 'message.sent')).length === 2)
    // A switch is no sentence of the model.
    expect(await page.locator('.stage').innerText()).not.toMatch(/\b(on|off)\b/)
  })

  it('hears the question, and the answer is heard', async () => {
    const ear = await openEar(page)
    await page.getByTestId('microphone').click()
    await page.getByTestId('on-air').waitFor()
    await eventually('the words come back', async () =>
      (await page.getByTestId('heard').innerText()).includes(question),
    )
    await page.getByTestId('microphone-stop').click()
    await eventually('the microphone is closed', async () => (await page.getByTestId('on-air').count()) === 0)
    const sent = ears.heard[0]?.bytes ?? new Uint8Array()
    const info = readWav(sent)
    expect([info?.sampleRate, info?.channels]).toEqual([16_000, 1])
    const samples = new Int16Array(sent.slice(44).buffer)
    expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(1500)
    expect(samples.length / 16_000).toBeGreaterThan(1)
    expect(samples.length / 16_000).toBeLessThan(5)
    await eventually('the model was asked', async () =>
      model.calls.some((call) => call.texts.join('\n').includes(question)),
    )
    await eventually('the answer stands on the page', async () =>
      (await page.locator('.stage').innerText()).includes(answer),
    )
    await eventually('it is spoken', async () =>
      (await eventsOf(product, flow, 'speech.played')).some(({ text }) => text === answer),
    )
    await eventually('it is heard', async () => (await ear.heard()).length > 10)
  })

  it('takes a typed question, and says that it was asked', async () => {
    await page.getByTestId('ask-text').fill('Is the door open?')
    await page.getByTestId('ask-send').click()
    await page.getByTestId('asked').getByText('Is the door open?').waitFor()
    await eventually('the model was asked', async () =>
      model.calls.some((call) => call.texts.join('\n').includes('Is the door open?')),
    )
    expect(open.complaints).toEqual([])
  })
})
