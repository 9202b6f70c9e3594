// Voices for real: the built-in one in its thread, and a speech server on a socket; in order, in time, in words when not.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../nodes/contract/connections.ts'
import { systemClock } from '../../runtime/capabilities/clock.ts'
import { createHttp } from '../../runtime/capabilities/http.ts'
import { createSpeech, transcribe } from '../../runtime/capabilities/speech/index.ts'
import { durationS, readWav, wavOf } from '../../runtime/capabilities/speech/wav.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { startFakeSpeech, tone, type FakeSpeech } from '../support/fake-speech.ts'
import { quietLog } from '../support/session-bench.ts'

const never = new AbortController().signal
const http = createHttp()
let server: FakeSpeech
beforeEach(async () => { server = await startFakeSpeech() })
afterEach(() => server.stop())

const config: Record<string, unknown> = {}
const connections = {
  get: async (name: string): Promise<Connection> => name === 'flite' ? { name, kind: 'flite', config: {}, secret: {} } : { name, kind: 'speech', config: { url: server.url, ...config }, secret: { apiKey: 'k1' } },
}
const speech = createSpeech({ http, connections, clock: systemClock, log: quietLog })
afterEach(() => { for (const key of Object.keys(config)) delete config[key] })
afterAll(async () => {
  await speech.stop()
  await http.close()
})

/** How loud the loudest sample is. */
function peak(bytes: Uint8Array): number {
  const { dataAt = 0 } = readWav(bytes) ?? {}
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, bytes.byteLength - dataAt)
  return Array.from({ length: Math.floor(view.byteLength / 2) }, (_unused, index) => Math.abs(view.getInt16(index * 2, true))).reduce((most, value) => Math.max(most, value), 0)
}

describe('the built-in voice', () => {
  it('makes a sound that can be heard, within 300 ms once it is warm', async () => {
    speech.warm()
    await speech.speak('flite', { text: 'Ready.', voice: '' }, never)
    const took: number[] = []
    for (let turn = 0; turn < 10; turn++) {
      const atMs = performance.now()
      const sound = await speech.speak('flite', { text: 'A person has fallen in the kitchen.', voice: '' }, never)
      took.push(performance.now() - atMs)
      expect(sound.contentType).toBe('audio/wav')
      expect(sound.durationS).toBeGreaterThan(1)
      expect(durationS(readWav(sound.bytes)!)).toBeCloseTo(sound.durationS)
      expect(peak(sound.bytes)).toBeGreaterThan(1000)
    }
    took.sort((a, b) => a - b)
    console.log(`Flite, warm: median ${took[5]?.toFixed(0)} ms, slowest ${took[9]?.toFixed(0)} ms`)
    // The quickest: the others share two cores with every other suite.
    expect(took[0]).toBeLessThan(300)
  })

  it.each(['slt', 'rms', 'awb', 'kal16', 'kal'])('has the voice %s', async (voice) => {
    expect(peak((await speech.speak('flite', { text: 'Hello there.', voice }, never)).bytes)).toBeGreaterThan(500)
  })

  it.each([['有人摔倒了。', 'SPEECH_LANGUAGE'], ['Человек упал.', 'SPEECH_LANGUAGE'], ['A person 摔倒了', 'SPEECH_LANGUAGE'], [' … !', 'SPEECH_EMPTY']])('does not say %j, but why', async (text, code) => {
    await expect(speech.speak('flite', { text, voice: '' }, never)).rejects.toMatchObject({ code })
  })

  it('reads marks, quotes and hostile text as text', async () => {
    for (const text of ['The café is “open”.', '-o /etc/passwd --help', '</speak> $(reboot)', 'x'.repeat(5000)]) {
      expect((await speech.speak('flite', { text, voice: '' }, never)).durationS).toBeGreaterThan(0.1)
    }
    await expect(speech.speak('flite', { text: 'Hello', voice: '../../etc/passwd' }, never)).rejects.toMatchObject({ code: 'SPEECH_VOICE_UNKNOWN' })
  })

  it('can be tested, and lists its voices', async () => {
    expect(await speech.test(await connections.get('flite'), never)).toMatchObject({ ok: true, details: { voices: expect.arrayContaining(['slt']) as string[] } })
  })
})

describe('a speech server', () => {
  it.each([['answer', {}], ['streamed', {}], ['answer', { format: 'pcm' }]] as const)('that gives %s with %j is heard as a WAV with true lengths', async (manner, settings) => {
    server.manner = manner
    Object.assign(config, settings)
    const { bytes, durationS: seconds } = await speech.speak('server', { text: '有人摔倒了。', voice: 'vivian', language: 'Chinese' }, never)
    expect(server.said[0]).toMatchObject({ input: '有人摔倒了。', voice: 'vivian', language: 'Chinese', response_format: 'format' in settings ? 'pcm' : 'wav' })
    expect(seconds).toBeCloseTo(0.5)
    expect(readWav(bytes)).toMatchObject({ sampleRate: 24_000, channels: 1, dataBytes: 24_000 })
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)).toBe(bytes.length - 8)
    expect(peak(bytes)).toBeGreaterThan(1000)
  })

  it.each([['close', 'SPEECH_UNREACHABLE'], ['nonsense', 'SPEECH_NONSENSE'], ['silent', 'SPEECH_SILENT'], [500, 'SPEECH_TROUBLE'], [401, 'SPEECH_KEY_REFUSED'], [400, 'SPEECH_REFUSED']] as const)('in trouble (%s) is %s', async (manner, code) => {
    server.manner = manner
    await expect(speech.speak('server', { text: 'Hello', voice: '' }, never)).rejects.toMatchObject({ code })
  })

  it('lists its voices, and says when the wanted one is not among them', async () => {
    expect(await speech.test(await connections.get('server'), never)).toMatchObject({ ok: true, details: { voices: ['vivian', 'ryan'] } })
    config.voice = 'nobody'
    expect(await speech.test(await connections.get('server'), never)).toMatchObject({ ok: false, message: expect.stringContaining('vivian, ryan') as string })
  })
})

describe('one queue', () => {
  it('speaks in order and never over itself, whatever is made faster', async () => {
    const clock = fakeClock()
    const mine = createSpeech({ http, connections, clock, log: quietLog })
    server.delayMs = 60
    const slow = mine.speak('server', { text: 'First.', voice: '', queue: 's1' }, never)
    const fast = mine.speak('flite', { text: 'Second.', voice: '', queue: 's1' }, never)
    const other = mine.speak('server', { text: 'Elsewhere.', voice: '', queue: 's2' }, never)
    const [first, second, elsewhere] = await Promise.all([slow, fast, other])
    expect(first.startsAtMs).toBe(clock.nowMs())
    expect(second.startsAtMs).toBe(clock.nowMs() + 500 + 200)
    expect(elsewhere.startsAtMs).toBe(clock.nowMs())
    await mine.stop()
  })

  it('drops what would begin too late, and keeps its place free', async () => {
    const clock = fakeClock()
    const mine = createSpeech({ http, connections, clock, log: quietLog })
    const say = (latestStartMs: number) => mine.speak('server', { text: 'Hello.', voice: '', queue: 's1', latestStartMs }, never)
    await say(clock.nowMs() + 100)
    await expect(say(clock.nowMs() + 100)).rejects.toMatchObject({ code: 'SPEECH_STALE' })
    expect((await say(clock.nowMs() + 5000)).startsAtMs).toBe(clock.nowMs() + 700)
    await mine.stop()
  })

  it('goes on after something that could not be said', async () => {
    const bad = speech.speak('flite', { text: '你好', voice: '', queue: 's3' }, never)
    const good = speech.speak('flite', { text: 'Hello.', voice: '', queue: 's3' }, never)
    await expect(bad).rejects.toMatchObject({ code: 'SPEECH_LANGUAGE' })
    expect((await good).durationS).toBeGreaterThan(0)
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
    await expect(transcribe(http, await connections.get('server'), sound, never)).rejects.toMatchObject({ code: 'SPEECH_TROUBLE' })
    server.manner = 'nonsense'
    await expect(transcribe(http, await connections.get('server'), sound, never)).rejects.toMatchObject({ code: 'SPEECH_NONSENSE' })
    await expect(transcribe(http, await connections.get('flite'), sound, never)).rejects.toMatchObject({ code: 'SPEECH_KIND_UNFIT' })
  })
})
