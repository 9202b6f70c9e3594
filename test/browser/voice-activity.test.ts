// A real browser's microphone hears two sentences with loud noise between them: only the sentences are sent. All of it comes
// from the product, under its content policy, and only for somebody who wants to speak.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFlite } from '../../runtime/voices/flite.ts'
import { readWav, wavOf } from '../../runtime/voices/wav.ts'
import { becomeOwner, openBrowser, openPage, type OpenPage } from '../support/browser.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { startFakeSpeech, type FakeSpeech } from '../support/fake-speech.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { deployFlow, uploadClip } from '../support/product-flows.ts'
import { quietLog } from '../support/session-bench.ts'

const rate = 16_000
const sentences = ['How many people are there?', 'Please tell me when somebody opens the front door.']
let product: Product
let browser: Browser
let open: OpenPage
let page: Page
let ears: FakeSpeech
let model: FakeOrchestrator
let flow = ''
let spokenS: number[] = []
const asked: string[] = []

/** What the microphone hears: `level` is the loudest it may be, 0 to 1, at a time in seconds. The same in every run. */
function noise(seconds: number, level: (atS: number) => number): Int16Array {
  let seed = 1
  return Int16Array.from({ length: seconds * rate }, (_, at) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
    return (seed / 2 ** 31 - 1) * level(at / rate) * 32_767
  })
}
const quiet = (seconds: number): Int16Array => noise(seconds, () => 0.0005)
const hiss = (seconds: number): Int16Array => noise(seconds, () => 0.5)
/** Two a second, each as loud as a recording can be and gone after a tenth of a second. */
const claps = (seconds: number): Int16Array => noise(seconds, (atS) => 0.95 * Math.exp(-(atS % 0.5) / 0.02))

async function record(path: string): Promise<number[]> {
  const flite = createFlite({ log: quietLog })
  const spoken: Int16Array[] = []
  for (const text of sentences) {
    const { bytes } = await flite.speak({ text, voice: '' }, new AbortController().signal)
    const info = readWav(bytes)
    if (info?.sampleRate !== rate) throw new Error('Flite gave no WAV of 16,000 samples a second')
    spoken.push(new Int16Array(bytes.slice(info.dataAt, info.dataAt + info.dataBytes).buffer))
  }
  await flite.stop()
  const [first = quiet(0), second = quiet(0)] = spoken
  const parts = [quiet(4), first, quiet(1.2), hiss(2.5), claps(2.5), quiet(1.2), second, quiet(2)]
  writeFileSync(path, wavOf(Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))), rate))
  return spoken.map(({ length }) => length / rate)
}

async function deployEars(path: string): Promise<string> {
  const node = (id: string, type: string, config: Record<string, unknown>) => ({
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
    name: 'Ears',
    nodes: [
      node('cam', 'camera-source', { kind: 'file', path, loop: true }),
      node('model', 'interaction-model', { connection: 'vllm', instruction: 'Answer.' }),
      node('ear', 'voice-input', { connection: 'ears' }),
    ],
    wires: [wire('cam.frames', 'model.frames'), wire('ear.message', 'model.query')],
  })
}

/** Runs in the page: gives it the microphone as it is, without the browser's own cleaning, and keeps what was opened. */
function watchMicrophone(): void {
  const opened = { tracks: [] as MediaStreamTrack[], audio: new Set<AudioContext>() }
  Object.assign(globalThis, { opened })
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async () => {
    const media = await ask({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
    opened.tracks.push(...media.getTracks())
    return media
  }
  globalThis.AudioContext = class extends AudioContext {
    // The page has one for its alert sounds too; only the microphone asks for this.
    override get audioWorklet(): AudioWorklet {
      opened.audio.add(this)
      return super.audioWorklet
    }
  }
}

/** The states of all tracks and audio contexts that were ever opened to listen. */
const states = async (): Promise<string[]> =>
  await page.evaluate(() => {
    const { opened } = globalThis as unknown as { opened: { tracks: MediaStreamTrack[]; audio: Set<AudioContext> } }
    return [...opened.tracks.map(({ readyState }) => readyState), ...[...opened.audio].map(({ state }) => state)]
  })

beforeAll(async () => {
  const dataDir = makeDataDir()
  const recording = join(dataDir, 'room.wav')
  spokenS = await record(recording)
  ears = await startFakeSpeech()
  model = await startFakeOrchestrator({ model: () => '</silence>' })
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  await product.request('POST', '/api/connections', { name: 'ears', kind: 'speech', config: { url: ears.url } })
  flow = await deployEars(await uploadClip(product, await makeClip(join(dataDir, 'room.mp4'), { seconds: 10 })))
  browser = await openBrowser([`--use-file-for-fake-audio-capture=${recording}%noloop`])
  open = await openPage(browser)
  page = open.page
  page.on('request', (request) => asked.push(request.url()))
  await page.addInitScript(watchMicrophone)
  await becomeOwner(page, product.signInLink() ?? '')
  await page.goto(`${product.url}/watch/${flow}`)
  await eventually('the flow runs', async () => await page.getByTestId('microphone').isEnabled())
})

afterAll(async () => {
  await browser.close()
  await Promise.all([product.stop(), ears.stop(), model.stop()])
  removeFolder(product.dataDir)
})

describe('a microphone in a noisy room', () => {
  it('loads what it needs for somebody who wants to speak, and closes everything, however often and fast it is opened', async () => {
    const isForVoice = (url: string): boolean => /voice-/.test(url)
    expect(asked.filter(isForVoice)).toEqual([])
    for (let times = 0; times < 3; times++) {
      await page.getByTestId('microphone').click()
      await page.getByTestId('microphone-stop').click()
    }
    await page.getByTestId('microphone').click()
    await page.getByTestId('on-air').waitFor()
    await eventually(
      'one of each is open',
      async () =>
        JSON.stringify((await states()).filter((state) => state === 'live' || state === 'running')) ===
        '["live","running"]',
    )
    await page.getByTestId('microphone-stop').click()
    await eventually('all is closed', async () =>
      (await states()).every((state) => state === 'ended' || state === 'closed'),
    )
    // The worklet's own file does not show up here: Chromium tells nobody of it.
    expect(
      [
        ...new Set(asked.filter(isForVoice).map((url) => url.replace(/.*\//, '').replace(/-[\w-]{8}\.js$/, '.js'))),
      ].sort(),
    ).toEqual(['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm', 'silero_vad_v6.onnx', 'voice-detector.js'])
    const code = await fetch(asked.find((url) => url.endsWith('.wasm')) ?? '')
    await code.body?.cancel()
    expect(['content-type', 'content-encoding', 'cache-control'].map((name) => code.headers.get(name))).toEqual([
      'application/wasm',
      'gzip',
      'public, max-age=31536000, immutable',
    ])
    expect(ears.heard).toEqual([])
  })

  it('sends both sentences whole, and none of the noise', async () => {
    await page.getByTestId('microphone').click()
    await page.getByTestId('on-air').waitFor()
    await eventually('both sentences were sent', () => Promise.resolve(ears.heard.length >= 2))
    await page.getByTestId('microphone-stop').click()
    const sent = ears.heard.map(({ bytes }) => ({
      info: readWav(bytes),
      samples: new Int16Array(bytes.slice(44).buffer),
    }))
    expect(sent.map(({ info }) => [info?.sampleRate, info?.channels, info?.bitsPerSample])).toEqual([
      [rate, 1, 16],
      [rate, 1, 16],
    ])
    for (const [at, { samples }] of sent.entries()) {
      const aroundS = samples.length / rate - (spokenS[at] ?? 0)
      expect(aroundS, 'half a second before it, 0.7 s after it').toBeGreaterThan(0.5)
      expect(aroundS).toBeLessThan(1.5)
      const begins = samples.findIndex((sample) => Math.abs(sample) > 300)
      expect(begins / rate, 'the first letter is there').toBeGreaterThan(0.1)
      expect(
        samples.slice(-rate / 4).every((sample) => Math.abs(sample) < 300),
        'it ends in silence',
      ).toBe(true)
    }
    expect(asked.filter((url) => new URL(url).origin !== product.url && !/^(data|blob):/.test(url))).toEqual([])
    expect(open.complaints).toEqual([])
  })

  it('says what to do when the detector cannot be loaded, and when the microphone is refused', async () => {
    await page.route('**/*.onnx', (route) => route.abort())
    await page.reload()
    await eventually('the flow runs', async () => await page.getByTestId('microphone').isEnabled())
    await page.getByTestId('microphone').click()
    await page
      .getByRole('alert')
      .getByText('could not be loaded. Check that Heed can be reached, reload this page')
      .waitFor()
    await eventually('all is closed', async () => (await states()).join() === 'ended,closed')
    await page.unroute('**/*.onnx')
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    })
    await page.getByTestId('microphone').click()
    await page.getByRole('alert').getByText('Allow the microphone for this page').waitFor()
  })
})
