// Voices for real: the built-in one in its thread, and a speech server on a socket; in order, in time, in words when not.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sound, SpeechRequest, Spoken } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createSpeech, type Heard } from '../../runtime/voices/voices.ts'
import { transcribe } from '../../runtime/voices/transcribe.ts'
import { durationS, readWav, wavOf } from '../../runtime/voices/wav.ts'
import { startFakeSpeech, tone, type FakeSpeech } from '../support/fake-speech.ts'
import { memorySounds, memoryTurns } from '../support/memory-voice.ts'
import { quietLog } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

const never = new AbortController().signal
const http = createHttp()
let server: FakeSpeech
beforeEach(async () => {
  server = await startFakeSpeech()
})
afterEach(() => server.stop())

const config: Record<string, unknown> = {}
const connections = {
  get: async (name: string): Promise<Connection> =>
    name === 'flite'
      ? { name, ...ofKind('flite'), config: {}, secret: {} }
      : { name, ...ofKind('speech'), config: { url: server.url, ...config }, secret: { apiKey: 'k1' } },
}
const sounds = memorySounds()
const told: Heard[] = []
const parts = {
  http,
  connections,
  sounds,
  log: quietLog,
  tell: (heard: Heard) => {
    told.push(heard)
  },
}
const speech = createSpeech({ ...parts, turns: memoryTurns(), clock: systemClock })
afterEach(() => {
  for (const key of Object.keys(config)) delete config[key]
})
afterAll(async () => {
  await speech.stop()
  await http.close()
})

let count = 0
/** A sentence of an event of its own, in a queue of its own, as long as nothing else is said of it. */
function sentence(text: string, more: Partial<SpeechRequest> = {}): SpeechRequest {
  const eventId = `e${++count}`
  return {
    text,
    voice: '',
    queue: `q${count}`,
    saidAtMs: count,
    latestStartMs: Date.now() + 60_000,
    about: { flow: 'f', eventId, node: 'say' },
    ...more,
  }
}

async function say(connection: string, text: string, more: Partial<SpeechRequest> = {}): Promise<Spoken & Sound> {
  const request = sentence(text, more)
  const spoken = await speech.speak(connection, request, never)
  const sound = sounds.whole.get(`${request.about.eventId} say`)
  if (!sound) throw new Error('nothing was kept')
  return { ...sound, ...spoken }
}

/** How loud the loudest sample is. */
function peak(bytes: Uint8Array): number {
  const { dataAt = 0 } = readWav(bytes) ?? {}
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, bytes.byteLength - dataAt)
  return Array.from({ length: Math.floor(view.byteLength / 2) }, (_unused, index) =>
    Math.abs(view.getInt16(index * 2, true)),
  ).reduce((most, value) => Math.max(most, value), 0)
}

describe('the built-in voice', () => {
  it('makes a sound that can be heard, in less time than it takes to say', async () => {
    speech.warm()
    await say('flite', 'Ready.')
    const took: number[] = []
    for (let turn = 0; turn < 10; turn++) {
      const atMs = performance.now()
      const sound = await say('flite', 'A person has fallen in the kitchen.')
      took.push(performance.now() - atMs)
      expect(sound.contentType).toBe('audio/wav')
      expect(sound.durationS).toBeGreaterThan(1)
      expect(durationS(readWav(sound.bytes)!)).toBeCloseTo(sound.durationS)
      expect(peak(sound.bytes)).toBeGreaterThan(1000)
    }
    took.sort((a, b) => a - b)
    console.log(`Flite, warm: median ${took[5]?.toFixed(0)} ms, slowest ${took[9]?.toFixed(0)} ms`)
    // How soon is measured by `npm run bench`.
    expect(took[0]).toBeLessThan(1000)
  })

  it('begins to speak at once, and does not lose the end', async () => {
    const { bytes } = await say('flite', 'Fire in the kitchen.')
    const { sampleRate, dataAt, dataBytes } = readWav(bytes)!
    const part = (fromS: number, toS: number): Uint8Array =>
      wavOf(
        bytes.subarray(dataAt + Math.round(fromS * sampleRate) * 2, dataAt + Math.round(toS * sampleRate) * 2),
        sampleRate,
      )
    const seconds = dataBytes / 2 / sampleRate
    expect(peak(part(0, 0.02))).toBeLessThan(80)
    expect(peak(part(0.02, 0.1))).toBeGreaterThan(80)
    expect(peak(part(seconds - 0.1, seconds - 0.05))).toBeGreaterThan(80)
  })

  it.each(['slt', 'rms', 'awb', 'kal16', 'kal'])('has the voice %s', async (voice) => {
    expect(peak((await say('flite', 'Hello there.', { voice })).bytes)).toBeGreaterThan(500)
  })

  it.each([
    ['有人摔倒了。', 'SPEECH_LANGUAGE'],
    ['Человек упал.', 'SPEECH_LANGUAGE'],
    ['A person 摔倒了', 'SPEECH_LANGUAGE'],
    [' … !', 'SPEECH_EMPTY'],
  ])('does not say %j, but why', async (text, code) => {
    await expect(say('flite', text)).rejects.toMatchObject({ code })
  })

  it('reads marks, quotes and hostile text as text', async () => {
    for (const text of ['The café is “open”.', '-o /etc/passwd --help', '</speak> $(reboot)', 'x'.repeat(5000)]) {
      expect((await say('flite', text)).durationS).toBeGreaterThan(0.1)
    }
    await expect(say('flite', 'Hello', { voice: '../../etc/passwd' })).rejects.toMatchObject({
      code: 'SPEECH_VOICE_UNKNOWN',
    })
    // A minute of speech, on two cores that every other suite shares.
  })

  it('can be tested, and lists its voices', async () => {
    expect(await speech.test(await connections.get('flite'), never)).toMatchObject({
      ok: true,
      details: { voices: expect.arrayContaining(['slt']) as string[] },
    })
  })
})

describe('a speech server', () => {
  it.each([
    ['answer', {}],
    ['wav', {}],
    ['answer', { format: 'wav' }],
    ['streamed', { format: 'wav' }],
  ] as const)('that gives %s with %j is heard as a WAV with true lengths', async (manner, settings) => {
    server.manner = manner
    Object.assign(config, settings)
    const { bytes, durationS: seconds } = await say('server', '有人摔倒了。', { voice: 'vivian', language: 'Chinese' })
    expect(server.said[0]).toMatchObject({
      input: '有人摔倒了。',
      voice: 'vivian',
      language: 'Chinese',
      ...('format' in settings ? { response_format: 'wav' } : { response_format: 'pcm', stream_format: 'audio' }),
    })
    expect(seconds).toBeCloseTo(0.5)
    expect(readWav(bytes)).toMatchObject({ sampleRate: 24_000, channels: 1, dataBytes: 24_000 })
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)).toBe(bytes.length - 8)
    expect(peak(bytes)).toBeGreaterThan(1000)
  })

  it('that sends fractions is heard once it is whole', async () => {
    server.manner = 'float'
    expect((await say('server', 'Hello')).durationS).toBeCloseTo(0.5)
  })

  it('is heard from its first samples on, while it still speaks', async () => {
    Object.assign(server, { seconds: 2, msPerSecond: 400 })
    const request = sentence('A long sentence.')
    const key = `${request.about.eventId} say`
    told.length = 0
    const speaking = speech.speak('server', request, never)
    await expect.poll(() => told.length).toBe(1)
    expect(server.sending).toBe(1)
    const [first] = sounds.pieces.get(key) ?? []
    expect(readWav(first!)).toMatchObject({ sampleRate: 24_000, announcedBytes: 0xffffffff })
    expect(first!.length).toBeLessThan(20_000)
    expect(told[0]).toMatchObject({
      flow: 'f',
      stream: request.queue,
      text: 'A long sentence.',
      url: `/api/events/${request.about.eventId}/audio?node=say`,
    })
    await speaking
    expect(sounds.pieces.has(key)).toBe(false)
    expect(sounds.whole.get(key)?.durationS).toBeCloseTo(2)
    expect(told).toHaveLength(1)
  })

  it.each([
    ['break', 'SPEECH_UNREACHABLE'],
    ['error', 'SPEECH_TROUBLE'],
  ] as const)(
    'that breaks off in the middle (%s) leaves nothing that looks whole, and can be tried again',
    async (manner, code) => {
      Object.assign(server, { manner, seconds: 1 })
      const request = sentence('Half of it.')
      await expect(speech.speak('server', request, never)).rejects.toMatchObject({ code, name: 'RetryableError' })
      expect(
        [sounds.whole.size, sounds.pieces.size].map((size, index) =>
          index === 0 ? sounds.whole.has(`${request.about.eventId} say`) : size,
        ),
      ).toEqual([false, 0])
      server.manner = 'answer'
      expect((await speech.speak('server', request, never)).durationS).toBeCloseTo(1)
    },
  )

  it('is left when nobody wants it any more', async () => {
    Object.assign(server, { seconds: 4, msPerSecond: 400 })
    const control = new AbortController()
    told.length = 0
    const speaking = speech.speak('server', sentence('Never mind.'), control.signal)
    await expect.poll(() => told.length).toBe(1)
    control.abort()
    await expect(speaking).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    await expect.poll(() => server.left).toBe(1)
    expect(sounds.pieces.size).toBe(0)
  })

  it('that does not begin in time is let go of, and makes room for the next', async () => {
    server.manner = 'hang'
    const startMs = Date.now()
    const { queue } = sentence('')
    const slow = speech.speak('server', sentence('Slow.', { queue, latestStartMs: startMs + 400 }), never)
    const next = say('flite', 'Next.', { queue })
    await expect(slow).rejects.toMatchObject({ code: 'SPEECH_STALE' })
    expect((await next).durationS).toBeGreaterThan(0.2)
    expect(Date.now() - startMs).toBeLessThan(10_000)
  })

  it('is not asked a second time for what was said whole', async () => {
    const request = sentence('Once.')
    await speech.speak('server', request, never)
    await speech.speak('server', { ...request, latestStartMs: 0 }, never)
    expect(server.said).toHaveLength(1)
  })

  it.each([
    ['close', 'SPEECH_UNREACHABLE'],
    ['nonsense', 'SPEECH_NONSENSE'],
    ['silent', 'SPEECH_SILENT'],
    ['error-instead', 'SPEECH_TROUBLE'],
    [500, 'SPEECH_TROUBLE'],
    [401, 'SPEECH_KEY_REFUSED'],
    [400, 'SPEECH_REFUSED'],
  ] as const)('in trouble (%s) is %s', async (manner, code) => {
    server.manner = manner
    await expect(say('server', 'Hello')).rejects.toMatchObject({ code })
  })

  it('lists its voices, and says when the wanted one is not among them', async () => {
    expect(await speech.test(await connections.get('server'), never)).toMatchObject({
      ok: true,
      details: { voices: ['vivian', 'ryan'] },
    })
    config.voice = 'nobody'
    expect(await speech.test(await connections.get('server'), never)).toMatchObject({
      ok: false,
      message: expect.stringContaining('vivian, ryan') as string,
    })
  })
})

describe('listening', () => {
  const sound = { bytes: wavOf(tone(0.2), 24_000), contentType: 'audio/wav' }

  it('sends the recording as a form and gives back the words', async () => {
    config.transcriptionModel = 'Qwen/Qwen3-ASR'
    expect(await transcribe(http, await connections.get('server'), sound, never)).toBe('How many people are there?')
    expect(server.heard[0]?.form.get('model')).toBe('Qwen/Qwen3-ASR')
    expect(server.heard[0]?.bytes).toEqual(sound.bytes)
  })

  it('says what is wrong', async () => {
    server.manner = 500
    await expect(transcribe(http, await connections.get('server'), sound, never)).rejects.toMatchObject({
      code: 'SPEECH_TROUBLE',
    })
    server.manner = 'nonsense'
    await expect(transcribe(http, await connections.get('server'), sound, never)).rejects.toMatchObject({
      code: 'SPEECH_NONSENSE',
    })
    await expect(transcribe(http, await connections.get('flite'), sound, never)).rejects.toMatchObject({
      code: 'SPEECH_KIND_UNFIT',
    })
  })
})
