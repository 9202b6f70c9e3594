// Voices as actions see them: the built-in one or a server's, chosen by the connection's kind. Says one thing after the
// other: never two sounds of one queue at a time, never a sound that comes too late.
import type { Clock, ConnectionPort, HttpPort, Log, Sound, SpeechPort, SpeechRequest } from '../../../nodes/contract/capabilities.ts'
import type { Connection } from '../../../nodes/contract/connections.ts'
import { FatalError } from '../../../nodes/contract/errors.ts'
import { createFlite, fliteVoices, type Flite } from './flite.ts'
import { listVoices, speakAtServer } from './vllm-speech.ts'

export { transcribe } from './transcribe.ts'

/** Between two sentences. */
const breathMs = 200
const mostQueues = 10_000

export interface SpeechOptions { http: HttpPort; connections: Pick<ConnectionPort, 'get'>; clock: Clock; log: Log }

export interface Speech extends SpeechPort {
  /** Makes the built-in voice ready. */
  warm(): void
  /** Whether a voice answers, with those it has. */
  test(connection: Connection, signal: AbortSignal): Promise<{ ok: boolean; message: string; details: { voices: string[] } }>
  stop(): Promise<void>
}

/** Every kind of voice behind one port. */
export function createSpeech({ http, connections, clock, log }: SpeechOptions): Speech {
  const flite = createFlite({ log })
  const makes = new Map<string, Promise<unknown>>()
  const endsMs = new Map<string, number>()

  const make = async (name: string, request: SpeechRequest, signal: AbortSignal): Promise<Sound> => {
    const connection = await connections.get(name)
    if (connection.kind === 'flite') return await flite.speak(request, signal)
    if (connection.kind === 'speech') return await speakAtServer(http, connection, request, signal)
    throw new FatalError('SPEECH_KIND_UNFIT', `The connection "${name}" is of the kind ${connection.kind}, which cannot speak. Choose one of the kind speech, or flite.`)
  }

  /** Takes the next free place on the queue's time line; one that would come too late takes none. */
  const place = (queue: string, sound: Sound, latestStartMs = Infinity): Sound => {
    const nowMs = clock.nowMs()
    for (const [other, endMs] of endsMs) if (endMs < nowMs || endsMs.size > mostQueues) endsMs.delete(other)
    const startsAtMs = Math.max(nowMs, endsMs.get(queue) ?? 0)
    if (startsAtMs > latestStartMs) throw new FatalError('SPEECH_STALE', 'By the time it could be said it would have been too late.')
    endsMs.set(queue, startsAtMs + sound.durationS * 1000 + breathMs)
    return { ...sound, startsAtMs }
  }

  return {
    speak: async (name, request, signal) => {
      const { queue } = request
      if (queue === undefined) return { ...await make(name, request, signal), startsAtMs: clock.nowMs() }
      const before = makes.get(queue)
      const mine = (async () => {
        await before?.catch(() => undefined)
        return place(queue, await make(name, request, signal), request.latestStartMs)
      })()
      makes.set(queue, mine)
      try {
        return await mine
      } finally {
        if (makes.get(queue) === mine) makes.delete(queue)
      }
    },
    warm: () => flite.warm(),
    test: (connection, signal) => testVoice(connection, flite, http, signal),
    stop: () => flite.stop(),
  }
}

async function testVoice(connection: Connection, flite: Flite, http: HttpPort, signal: AbortSignal): Promise<{ ok: boolean; message: string; details: { voices: string[] } }> {
  if (connection.kind === 'flite') {
    const { durationS } = await flite.speak({ text: 'This is the built-in voice.', voice: '' }, signal)
    return { ok: true, message: `The built-in voice speaks (${durationS.toFixed(1)} s of sound). English only.`, details: { voices: [...fliteVoices] } }
  }
  const voices = await listVoices(http, connection, signal)
  const wanted = connection.config.voice
  if (typeof wanted === 'string' && wanted !== '' && voices.length > 0 && !voices.includes(wanted)) {
    return { ok: false, message: `The server answers but has no voice "${wanted}". It offers: ${voices.slice(0, 8).join(', ')}.`, details: { voices } }
  }
  return { ok: true, message: voices.length === 0 ? 'The speech server answers and lists no voices.' : `The speech server answers and offers ${voices.slice(0, 8).join(', ')}.`, details: { voices } }
}
