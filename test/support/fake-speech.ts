// A speech server that does what a test says: it speaks (a real tone as WAV or bare samples), lists voices, and listens.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wavOf } from '../../runtime/voices/wav.ts'

/**
 * `streamed` sends a WAV whose header was written before its length was known; `wav` sends one whatever was asked for, `float`
 * one of fractions. After half of it: `break` closes the connection, `stall` says no more, `error` says in JSON what went wrong.
 */
export type SpeechManner =
  | 'answer'
  | 'streamed'
  | 'wav'
  | 'float'
  | 'hang'
  | 'close'
  | 'nonsense'
  | 'silent'
  | 'error-instead'
  | 'break'
  | 'stall'
  | 'error'
  | number

export interface FakeSpeech {
  url: string
  said: Record<string, unknown>[]
  /** What was sent to be listened to. */
  heard: { form: FormData; bytes: Uint8Array }[]
  manner: SpeechManner
  delayMs: number
  /** How long a sentence is, and how long it takes to make a second of it. */
  seconds: number
  msPerSecond: number
  /** Sentences that are being sent now, and those whose listener went away. */
  sending: number
  left: number
  voices: string[]
  /** What every recording says. */
  words: string
  stop(): Promise<void>
}

const rate = 24_000

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/** A tone of so many seconds, as 16-bit samples. */
export function tone(seconds: number, hertz = 440): Uint8Array {
  const samples = new Int16Array(Math.round(seconds * rate))
  for (let at = 0; at < samples.length; at++)
    samples[at] = Math.round(8000 * Math.sin((at * hertz * 2 * Math.PI) / rate))
  return new Uint8Array(samples.buffer)
}

/** Starts the double on a free port; it speaks for half a second, whatever it is given, as fast as it can. A voice that is a number is its pitch. */
export async function startFakeSpeech(): Promise<FakeSpeech> {
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  const fake: FakeSpeech = {
    url: '',
    said: [],
    heard: [],
    manner: 'answer',
    delayMs: 0,
    seconds: 0.5,
    msPerSecond: 0,
    sending: 0,
    left: 0,
    voices: ['vivian', 'ryan'],
    words: 'How many people are there?',
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const reply = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (request.url === '/v1/audio/voices') return reply(200, { voices: fake.voices })
    if (fake.delayMs > 0) await pause(fake.delayMs)
    if (fake.manner === 'hang') return
    if (fake.manner === 'close') return void response.destroy()
    if (fake.manner === 'nonsense')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>It works!</html>')
    if (typeof fake.manner === 'number')
      return reply(fake.manner, {
        error: { message: 'not today', type: 'invalid_request_error', param: null, code: fake.manner },
      })
    if (request.url === '/v1/audio/speech')
      return await speak(JSON.parse(bytes.toString('utf8')) as Record<string, unknown>, response)
    if (request.url === '/v1/audio/transcriptions') {
      const form = await new Response(bytes, {
        headers: { 'content-type': request.headers['content-type'] ?? '' },
      }).formData()
      const file = form.get('file')
      fake.heard.push({
        form,
        bytes: file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array(),
      })
      return reply(200, { text: fake.words })
    }
    reply(404, { error: { message: 'not found' } })
  }

  async function speak(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    fake.said.push(body)
    const { manner } = fake
    const samples = manner === 'silent' ? new Uint8Array() : tone(fake.seconds, Number(body.voice) || 440)
    if (manner === 'error-instead')
      return void response
        .writeHead(200, { 'content-type': 'audio/pcm' })
        .end('{"error":{"message":"no such speaker"}}')
    if (body.response_format === 'pcm' && manner !== 'wav' && manner !== 'float') {
      response.writeHead(200, { 'content-type': `audio/pcm;rate=${rate}` })
      return await send(samples, response)
    }
    const wav = manner === 'float' ? floatWav(samples) : wavOf(samples, rate)
    if (manner === 'streamed') new DataView(wav.buffer).setUint32(4, 0xffffffff, true)
    if (manner === 'streamed') new DataView(wav.buffer).setUint32(40, 0xffffffff, true)
    response.writeHead(200, { 'content-type': 'audio/wav' })
    await send(wav, response)
  }

  /** In pieces that fit no sample, at the wanted pace. */
  async function send(bytes: Uint8Array, response: ServerResponse): Promise<void> {
    fake.sending += 1
    const step = 4801
    for (let at = 0; at < bytes.length; at += step) {
      if (fake.msPerSecond > 0) await pause((fake.msPerSecond * step) / (rate * 2))
      if (response.destroyed) fake.left += 1
      if (response.destroyed) break
      response.write(bytes.subarray(at, at + step))
      if (at < bytes.length / 2) continue
      if (fake.manner === 'stall') return
      if (fake.manner === 'break') await pause(20)
      if (fake.manner === 'break') response.destroy()
      if (fake.manner === 'error') response.write('{"error":{"message":"out of memory","code":500}}')
      if (fake.manner === 'error') break
    }
    fake.sending -= 1
    response.end()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

/** The same samples as fractions, which cannot be passed on as they come. */
function floatWav(samples: Uint8Array): Uint8Array {
  const whole = new Int16Array(samples.buffer)
  const head = wavOf(new Uint8Array(), rate)
  const view = new DataView(head.buffer)
  view.setUint16(20, 3, true)
  view.setUint32(28, rate * 4, true)
  view.setUint16(32, 4, true)
  view.setUint16(34, 32, true)
  view.setUint32(4, 36 + whole.length * 4, true)
  view.setUint32(40, whole.length * 4, true)
  return Buffer.concat([head, Buffer.from(Float32Array.from(whole, (sample) => sample / 32768).buffer)])
}
