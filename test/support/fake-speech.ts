// A speech server that does what a test says: it speaks (a real tone as WAV or bare samples), lists voices, and listens.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wavOf } from '../../runtime/capabilities/speech/wav.ts'

/** `streamed` sends a WAV whose header was written before its length was known. */
export type SpeechManner = 'answer' | 'streamed' | 'hang' | 'close' | 'nonsense' | 'silent' | number

export interface FakeSpeech {
  url: string
  said: Record<string, unknown>[]
  /** What was sent to be listened to. */
  heard: { form: FormData; bytes: Uint8Array }[]
  manner: SpeechManner
  delayMs: number
  /** What every recording says. */
  words: string
  stop(): Promise<void>
}

const rate = 24_000

/** A tone of so many seconds, as 16-bit samples. */
export function tone(seconds: number): Uint8Array {
  const samples = new Int16Array(Math.round(seconds * rate))
  for (let at = 0; at < samples.length; at++) samples[at] = Math.round(8000 * Math.sin((at * 440 * 2 * Math.PI) / rate))
  return new Uint8Array(samples.buffer)
}

/** Starts the double on a free port; it speaks for half a second, whatever it is given. */
export async function startFakeSpeech(): Promise<FakeSpeech> {
  const server = createServer((request, response) => { void serve(request, response) })
  const fake: FakeSpeech = {
    url: '', said: [], heard: [], manner: 'answer', delayMs: 0, words: 'How many people are there?',
    stop: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const reply = (status: number, value: unknown): void => { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)) }
    if (request.url === '/v1/audio/voices') return reply(200, { voices: ['vivian', 'ryan'] })
    if (fake.delayMs > 0) await new Promise((resolve) => { setTimeout(resolve, fake.delayMs) })
    if (fake.manner === 'hang') return
    if (fake.manner === 'close') return void response.destroy()
    if (fake.manner === 'nonsense') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>It works!</html>')
    if (typeof fake.manner === 'number') return reply(fake.manner, { error: { message: 'not today', type: 'invalid_request_error', param: null, code: fake.manner } })
    if (request.url === '/v1/audio/speech') return speak(JSON.parse(bytes.toString('utf8')) as Record<string, unknown>, response)
    if (request.url === '/v1/audio/transcriptions') {
      const form = await new Response(bytes, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData()
      const file = form.get('file')
      fake.heard.push({ form, bytes: file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array() })
      return reply(200, { text: fake.words })
    }
    reply(404, { error: { message: 'not found' } })
  }

  function speak(body: Record<string, unknown>, response: ServerResponse): void {
    fake.said.push(body)
    const samples = fake.manner === 'silent' ? new Uint8Array() : tone(0.5)
    if (body.response_format === 'pcm') {
      response.writeHead(200, { 'content-type': `audio/pcm;rate=${rate}` })
      for (let at = 0; at < samples.length; at += 4096) response.write(samples.subarray(at, at + 4096))
      response.end()
      return
    }
    const wav = wavOf(samples, rate)
    if (fake.manner === 'streamed') {
      new DataView(wav.buffer).setUint32(4, 0xffffffff, true)
      new DataView(wav.buffer).setUint32(40, 0xffffffff, true)
    }
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}
