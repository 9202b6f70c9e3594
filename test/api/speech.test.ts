// What is heard and said over HTTP: sounds for a player, utterances of a microphone, and cancelling a delivery.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { wavOf } from '../../runtime/voices/wav.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'
import { memoryRunning } from '../support/memory-running.ts'
import { ofKind } from '../support/connection-kinds.ts'
import voiceInput from '../../nodes/vision/voice-input.ts'

interface Refusal {
  error: { code: string; message: string }
}

const bytes = wavOf(new Uint8Array(100), 16_000)
const running = memoryRunning()
let deps: MemoryApi
let bench: ApiBench
let published: LiveMessage[]
beforeEach(async () => {
  running.inputs.length = 0
  running.rows = [
    {
      id: 'f1-cam',
      flow: 'f1',
      isRunning: true,
      plan: {
        id: 'cam',
        source: { id: 'cam', type: 'camera-source', version: 1, config: {} },
        taps: defaultTaps,
        actions: [],
        routes: {},
        ticks: [
          { id: 'ear', type: 'voice-input', version: 1, config: { connection: 'ears' } },
          { id: 'model', type: 'interaction-model', version: 1, config: {} },
        ],
      },
    },
  ]
  deps = memoryApi({ running, nodes: new Map([[voiceInput.type, voiceInput]]) })
  deps.connectionRows.set('ears', {
    name: 'ears',
    ...ofKind('speech'),
    config: { url: 'http://127.0.0.1:1' },
    secret: {},
  })
  published = []
  deps.bus.subscribe((message) => {
    published.push(message)
  })
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

describe('the sound of an event', () => {
  beforeEach(() => {
    deps.eventRows.set('e1', {
      id: 'e1',
      kind: 'response.given',
      flow: 'f1',
      revision: 1,
      stream: 'f1-cam',
      node: 'model',
      at: '2026-01-01T00:00:00.000Z',
      mediaTimeS: 0,
      text: 'Hello.',
      fields: {},
      frame: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      alert: true,
      incident: null,
      verdict: null,
      deliveries: [],
    })
    deps.sounds.set('e1', { bytes, contentType: 'audio/wav', durationS: 0.003 })
  })

  it('is served whole, and in the parts a player asks for', async () => {
    const whole = await bench.call('GET', '/api/events/e1/audio')
    expect([whole.status, whole.headers['content-type'], whole.headers['accept-ranges']]).toEqual([
      200,
      'audio/wav',
      'bytes',
    ])
    expect(whole.bytes).toEqual(Buffer.from(bytes))
    const part = await bench.call('GET', '/api/events/e1/audio', { headers: { range: 'bytes=40-49' } })
    expect([part.status, part.headers['content-range'], part.headers['content-length']]).toEqual([
      206,
      'bytes 40-49/144',
      '10',
    ])
    expect(part.bytes).toEqual(Buffer.from(bytes.subarray(40, 50)))
    const outside = await bench.call('GET', '/api/events/e1/audio', { headers: { range: 'bytes=500-' } })
    expect([outside.status, outside.headers['content-range']]).toEqual([416, 'bytes */144'])
  })

  it('is kept by browsers for ever only where its node is named: without, another one may come first', async () => {
    const keptHow = async (query: string): Promise<string | undefined> =>
      String((await bench.call('GET', `/api/events/e1/audio${query}`)).headers['cache-control'])
    expect(await keptHow('?node=say')).toBe('private, max-age=31536000, immutable')
    expect(await keptHow('')).toBe('private, no-cache')
  })

  it('is missing in words, and not for strangers', async () => {
    deps.sounds.clear()
    expect((await bench.call<Refusal>('GET', '/api/events/e1/audio')).body.error.code).toBe('EVENT_SOUND_MISSING')
    expect((await bench.call('GET', '/api/events/e1/audio', { as: 'none' })).status).toBe(401)
  })
})

describe('a sound that is still being spoken', () => {
  let pieces: Uint8Array[]
  let state: 'speaking' | 'whole' | 'gone'
  beforeEach(() => {
    pieces = [bytes.subarray(0, 60)]
    state = 'speaking'
    const kept = () => ({
      bytes: state === 'whole' ? bytes : new Uint8Array(),
      contentType: 'audio/wav',
      durationS: 0,
      node: 'say',
      isFinished: state === 'whole',
    })
    deps.events.sound = async (_id, node) => (state === 'gone' || (node ?? 'say') !== 'say' ? undefined : kept())
    deps.events.soundPart = async (_id, _node, from) =>
      state === 'gone'
        ? undefined
        : state === 'whole'
          ? { bytes: bytes.subarray(from.byte), position: from.position, isFinished: true }
          : { bytes: Buffer.concat(pieces.slice(from.position)), position: pieces.length, isFinished: false }
  })
  const url = '/api/events/e1/audio?node=say'
  const nextOf = async (answer: AsyncIterator<Buffer>): Promise<Buffer | undefined> =>
    (await answer.next()).value as Buffer | undefined

  it('is heard as it comes, to its end', async () => {
    const answer = await bench.open(url, { headers: { range: 'bytes=0-' } })
    expect([
      answer.statusCode,
      answer.headers['content-type'],
      answer.headers['content-length'],
      answer.headers['cache-control'],
    ]).toEqual([200, 'audio/wav', undefined, 'no-store'])
    const coming = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    expect(await nextOf(coming)).toEqual(Buffer.from(bytes.subarray(0, 60)))
    pieces.push(bytes.subarray(60, 80))
    expect(await nextOf(coming)).toEqual(Buffer.from(bytes.subarray(60, 80)))
    state = 'whole'
    expect(await nextOf(coming)).toEqual(Buffer.from(bytes.subarray(80)))
    expect((await coming.next()).done).toBe(true)
  })

  it('that breaks off is cut off, never ended as if it were whole', async () => {
    const answer = await bench.open(url)
    const coming = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    await nextOf(coming)
    state = 'gone'
    await expect(coming.next()).rejects.toThrow('aborted')
  })

  it('is not looked for any more when its listener has gone', async () => {
    const looked = vi.spyOn(deps.events, 'soundPart')
    const answer = await bench.open(url)
    await expect.poll(() => looked.mock.calls.length).toBeGreaterThan(1)
    answer.destroy()
    await expect
      .poll(async () => {
        const before = looked.mock.calls.length
        await new Promise((resolve) => {
          setTimeout(resolve, 150)
        })
        return looked.mock.calls.length - before
      })
      .toBe(0)
  })

  it('answers a player that wants to know its length once that is known', async () => {
    const asked = bench.call('GET', url, { headers: { range: 'bytes=0-1' } })
    pieces.push(bytes.subarray(60, 80))
    setTimeout(() => {
      state = 'whole'
    }, 50)
    const part = await asked
    expect([part.status, part.headers['content-range'], part.bytes.toString()]).toEqual([206, 'bytes 0-1/144', 'RI'])
    state = 'gone'
    expect((await bench.call('GET', url, { headers: { range: 'bytes=0-1' } })).status).toBe(404)
  })

  it('of another node is another one', async () => {
    expect((await bench.call<Refusal>('GET', '/api/events/e1/audio?node=other')).body.error.code).toBe(
      'EVENT_SOUND_MISSING',
    )
  })
})

describe('the voices of a connection', () => {
  it('are listed, and missing in words', async () => {
    expect((await bench.call('GET', '/api/connections/ears/voices')).body).toEqual({ voices: ['vivian', 'ryan'] })
    expect((await bench.call('GET', '/api/connections/nobody/voices')).status).toBe(404)
    deps.voices = async () => {
      throw new RetryableError('SPEECH_UNREACHABLE', 'The speech server does not answer.')
    }
    expect((await bench.call<Refusal>('GET', '/api/connections/ears/voices')).body.error.code).toBe(
      'SPEECH_UNREACHABLE',
    )
  })
})

describe('a sentence to choose a voice by', () => {
  it('is spoken by the connection in that voice, kept nowhere, and short', async () => {
    const say = (name: string, body: object) => bench.call('POST', `/api/connections/${name}/say`, { body })
    const said = await say('ears', { text: 'Good morning.', voice: 'ryan' })
    expect(said.status).toBe(200)
    expect(said.headers['content-type']).toContain('audio/wav')
    expect(said.headers['cache-control']).toBe('no-store')
    expect((await say('nobody', { text: 'Good morning.' })).status).toBe(404)
    expect((await say('ears', { text: '' })).status).toBe(400)
    expect((await say('ears', { text: 'x'.repeat(301) })).status).toBe(400)
  })
})

describe('an utterance', () => {
  const say = (body: Buffer = Buffer.from(bytes), type = 'audio/wav', node = 'ear') =>
    bench.call<Refusal & { text: string; sent: unknown[] }>('POST', `/api/flows/f1/nodes/${node}/voice`, {
      body,
      headers: { 'content-type': type },
    })

  it('becomes words before the node that listens', async () => {
    const heard: unknown[] = []
    deps.transcribe = async (connection, sound) => {
      heard.push([connection.name, sound.bytes.length])
      return ' How many people are there? '
    }
    const answer = await say()
    expect([answer.status, answer.body.text, heard]).toEqual([202, 'How many people are there?', [['ears', 144]]])
    expect(running.inputs).toMatchObject([
      { streamId: 'f1-cam', node: 'ear', port: 'heard', message: { text: 'How many people are there?' } },
    ])
    expect(published).toContainEqual({ type: 'input', flow: 'f1', stream: 'f1-cam' })
  })

  it('of nothing sends nothing', async () => {
    deps.transcribe = async () => '  '
    expect((await say()).body).toEqual({ text: '', sent: [] })
    expect(running.inputs).toEqual([])
  })

  it('is refused in words', async () => {
    expect((await say(Buffer.from('not a sound'))).body.error.code).toBe('VOICE_NOT_WAV')
    expect((await say(Buffer.from(bytes), 'text/plain')).body.error.code).toBe('VOICE_BODY_MISSING')
    expect((await say(Buffer.alloc(2 * 1024 * 1024 + 1))).status).toBe(413)
    expect((await say(undefined, undefined, 'model')).body.error.code).toBe('VOICE_NODE_MISSING')
    deps.transcribe = async () => {
      throw new RetryableError('SPEECH_UNREACHABLE', 'The speech server does not answer.')
    }
    const away = await say()
    expect([away.status, away.body.error.code]).toEqual([503, 'SPEECH_UNREACHABLE'])
    running.rows[0]!.isRunning = false
    expect((await say()).body.error.code).toBe('VOICE_NOT_RUNNING')
  })
})

describe('a delivery', () => {
  it('is cancelled in the store and wherever it runs', async () => {
    deps.deliveries.cancel = async (id) => ({
      id,
      eventId: 'e1',
      flow: 'f1',
      node: 'ask',
      attempts: 1,
      detail: 'Being cancelled.',
      code: 'ACTION_CANCELLED',
      at: '2026-01-01T00:00:00.000Z',
    })
    const answer = await bench.call('POST', '/api/deliveries/e1_ask/cancel')
    expect([answer.status, answer.body]).toMatchObject([
      202,
      { delivery: { id: 'e1_ask', state: 'running' }, eventId: 'e1', flow: 'f1' },
    ])
    expect(published).toContainEqual({ type: 'cancel', action: 'e1_ask' })
  })

  it('that is not there says so', async () => {
    expect((await bench.call<Refusal>('POST', '/api/deliveries/nope/cancel')).body.error.code).toBe(
      'DELIVERY_NOT_FOUND',
    )
  })
})
