// Voices as actions see them: the built-in one or a server's, as the connection speaks. Says one thing after the
// other: never two sounds of one queue at a time, never a sound that comes too late, never a thing twice.
import type {
  Clock,
  ConnectionPort,
  Log,
  Sound,
  SpeechPort,
  SpeechRequest,
  Spoken,
  StreamingHttpPort,
} from '../../nodes/contract/capabilities.ts'
import { abilityWords } from '../../nodes/contract/connections.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { createFlite, fliteVoices, type Flite } from './flite.ts'
import { record, type SoundKeeper, type Voice } from './recording.ts'
import { createTurns, tooLate, type Turn, type VoiceTurns } from './turns.ts'
import { listVoices, openAtServer } from './vllm-speech.ts'

export { transcribe } from './transcribe.ts'

/** Between two sentences. */
const breathMs = 200

/** What pages are told when something begins to be heard. */
export interface Heard {
  flow: string
  eventId: string
  node: string
  stream: string
  text: string
  url: string
  startsAtMs: number
  latestStartMs: number
}

export interface SpeechOptions {
  http: StreamingHttpPort
  connections: Pick<ConnectionPort, 'get'>
  sounds: SoundKeeper
  turns: VoiceTurns
  clock: Clock
  log: Log
  tell(heard: Heard): void
}

export interface Speech extends SpeechPort {
  /** Makes the built-in voice ready. */
  warm(): void
  /** Those that may be named in a request. */
  voices(connection: Connection, signal: AbortSignal): Promise<string[]>
  /** One sentence for whoever is choosing a voice: kept nowhere, in nobody's turn. */
  sample(connection: Connection, request: Sentence, signal: AbortSignal): Promise<Sound>
  /** Whether a voice answers, with those it has. */
  test(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ ok: boolean; message: string; details: { voices: string[] } }>
  stop(): Promise<void>
}

/** What is to be said, and in which voice. */
export type Sentence = Pick<SpeechRequest, 'text' | 'voice' | 'language'>

/** Every kind of voice behind one port. */
export function createSpeech({ http, connections, sounds, turns, clock, log, tell }: SpeechOptions): Speech {
  const flite = createFlite({ log })
  const inTurn = createTurns({ turns, clock, log })

  const open = async (connection: Connection, request: Sentence, signal: AbortSignal): Promise<Voice> => {
    if (connection.can.speak === 'built-in') return { whole: await flite.speak(request, signal) }
    if (connection.can.speak === 'server') return await openAtServer(http, connection, request, signal)
    throw unfit(connection)
  }

  const speakInTurn = async (connection: Connection, request: SpeechRequest, turn: Turn): Promise<Spoken> => {
    const { about, queue: stream, text, latestStartMs } = request
    const place = { eventId: about.eventId, node: about.node }
    const url = sounds.url(place)
    let startsAtMs = 0
    const decide = (): void => {
      startsAtMs = Math.max(clock.nowMs(), turn.freeAtMs)
      if (startsAtMs > latestStartMs) throw tooLate()
    }
    // No voice is asked for what cannot be said in time, and none is waited for: others want to speak, too.
    decide()
    const patience = createPatience(clock, latestStartMs, turn.signal)
    try {
      const durationS = await record(await open(connection, request, patience.signal), {
        sounds,
        place,
        log,
        starts: () => {
          decide()
          patience.end()
        },
        reaches: (seconds) => turn.occupyUntil(startsAtMs + seconds * 1000 + breathMs),
        heard: () => tell({ flow: about.flow, ...place, stream, text, url, startsAtMs, latestStartMs }),
      })
      return { url, durationS, startsAtMs }
    } catch (error) {
      throw patience.isOver() ? tooLate() : error
    } finally {
      patience.end()
    }
  }

  return {
    speak: async (name, request, signal) => {
      const { eventId, node } = request.about
      // Said by a try whose end nobody recorded.
      const [before, connection] = await Promise.all([sounds.finished({ eventId, node }), connections.get(name)])
      if (before) return { url: sounds.url({ eventId, node }), durationS: before.durationS, startsAtMs: clock.nowMs() }
      return await inTurn(request, signal, (turn) => speakInTurn(connection, request, turn))
    },
    warm: () => flite.warm(),
    voices: async (connection, signal) => {
      if (connection.can.speak === 'built-in') return [...fliteVoices]
      if (connection.can.speak === 'server') return await listVoices(http, connection, signal)
      throw unfit(connection)
    },
    sample: async (connection, request, signal) => await whole(await open(connection, request, signal), log),
    test: (connection, signal) => testVoice(connection, flite, http, signal),
    stop: () => flite.stop(),
  }
}

/** A voice to its end, as one sound that is kept nowhere. */
async function whole(voice: Voice, log: Log): Promise<Sound> {
  let sound: Sound | undefined
  const none = async (): Promise<void> => undefined
  const hand: SoundKeeper = {
    url: () => '',
    finished: async () => undefined,
    begin: none,
    append: none,
    drop: none,
    finish: async (_place, all) => void (sound = all),
  }
  const place = { eventId: 'sample', node: 'sample' }
  const nobody = (): void => undefined
  await record(voice, { sounds: hand, place, log, starts: nobody, heard: nobody, reaches: nobody })
  if (!sound) throw new RetryableError('SPEECH_SILENT', 'The voice said nothing.')
  return sound
}

/** Aborts at `untilMs`, unless it was ended before. */
function createPatience(
  clock: Clock,
  untilMs: number,
  signal: AbortSignal,
): { signal: AbortSignal; isOver(): boolean; end(): void } {
  const over = new AbortController()
  const ended = new AbortController()
  clock.sleep(untilMs - clock.nowMs() + 1, AbortSignal.any([ended.signal, signal])).then(
    () => over.abort(),
    () => undefined,
  )
  return {
    signal: AbortSignal.any([signal, over.signal]),
    isOver: () => over.signal.aborted && !signal.aborted,
    end: () => ended.abort(),
  }
}

function unfit({ name, kind }: Connection): FatalError {
  return new FatalError(
    'SPEECH_KIND_UNFIT',
    `The connection "${name}" is of the kind ${kind}, which cannot speak. Choose one that ${abilityWords.speak}.`,
  )
}

async function testVoice(
  connection: Connection,
  flite: Flite,
  http: StreamingHttpPort,
  signal: AbortSignal,
): Promise<{ ok: boolean; message: string; details: { voices: string[] } }> {
  if (connection.can.speak === 'built-in') {
    const { durationS } = await flite.speak({ text: 'This is the built-in voice.', voice: '' }, signal)
    return {
      ok: true,
      message: `The built-in voice speaks (${durationS.toFixed(1)} s of sound). English only.`,
      details: { voices: [...fliteVoices] },
    }
  }
  const voices = await listVoices(http, connection, signal)
  const wanted = connection.config.voice
  if (typeof wanted === 'string' && wanted !== '' && voices.length > 0 && !voices.includes(wanted)) {
    return {
      ok: false,
      message: `The server answers but has no voice "${wanted}". It offers: ${voices.slice(0, 8).join(', ')}.`,
      details: { voices },
    }
  }
  return {
    ok: true,
    message:
      voices.length === 0
        ? 'The speech server answers and lists no voices.'
        : `The speech server answers and offers ${voices.slice(0, 8).join(', ')}.`,
    details: { voices },
  }
}
