// A voice behind an OpenAI-compatible speech server (vLLM-Omni and others): text out, a WAV back, streamed samples included.
import type { HttpPort, Sound, SpeechRequest } from '../../../nodes/contract/capabilities.ts'
import type { Connection } from '../../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../../nodes/contract/errors.ts'
import { callSpeech, readAnswer } from './speech-http.ts'
import { durationS, mended, readWav, wavOf } from './wav.ts'

/** A server's first sentence after its start can take tens of seconds. */
const speakMs = 60_000
const listMs = 10_000
const maxBytes = 16 * 1024 * 1024
const longestText = 2000
const usualRate = 24_000

const textOf = (value: unknown): string | undefined => typeof value === 'string' && value !== '' ? value : undefined

/** One sentence, spoken by the server. */
export async function speakAtServer(http: HttpPort, connection: Connection, request: SpeechRequest, signal: AbortSignal): Promise<Sound> {
  const { config } = connection
  const format = config.format === 'pcm' ? 'pcm' : 'wav'
  const voice = request.voice === '' ? textOf(config.voice) : request.voice
  const language = request.language ?? textOf(config.language)
  const body = {
    input: request.text.slice(0, longestText), response_format: format, ...(format === 'pcm' ? { stream_format: 'audio' } : {}),
    ...(voice ? { voice } : {}), ...(language ? { language } : {}), ...(textOf(config.model) ? { model: config.model } : {}),
  }
  const response = await callSpeech(http, connection, {
    method: 'POST', path: '/v1/audio/speech', timeoutMs: speakMs, maxBytes, isBinary: true, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  }, signal)
  return soundOf(response.bytes ?? new Uint8Array(), response.headers['content-type'] ?? '', config)
}

function soundOf(bytes: Uint8Array, contentType: string, config: Record<string, unknown>): Sound {
  if (bytes.length >= maxBytes) throw new FatalError('SPEECH_TOO_LONG', `The speech server sent more than ${maxBytes / 1024 / 1024} MB of sound.`)
  const given = readWav(bytes)
  const isSamples = !given && /pcm|octet-stream|l16/i.test(contentType)
  if (!given && !isSamples) throw new RetryableError('SPEECH_NONSENSE', `The speech server answered with "${contentType || 'something'}", which is neither WAV nor samples.`)
  const rate = Number(/rate=(\d+)/.exec(contentType)?.[1] ?? config.sampleRate ?? usualRate)
  const whole = given ? mended(bytes, given) : wavOf(bytes, rate)
  const info = readWav(whole)
  if (!info || info.dataBytes === 0) throw new RetryableError('SPEECH_SILENT', 'The speech server answered without any sound.')
  return { bytes: whole, contentType: 'audio/wav', durationS: durationS(info) }
}

/** The voices a server lists, by name. */
export async function listVoices(http: HttpPort, connection: Connection, signal: AbortSignal): Promise<string[]> {
  const answer = readAnswer(await callSpeech(http, connection, { method: 'GET', path: '/v1/audio/voices', timeoutMs: listMs }, signal))
  const listed = [answer.voices, answer.data, answer.list].find(Array.isArray) as unknown[] | undefined
  return (listed ?? []).flatMap((voice) => {
    if (typeof voice === 'string') return [voice]
    const { id, name, voice_id: voiceId } = (voice ?? {}) as Record<string, unknown>
    const found = textOf(name) ?? textOf(id) ?? textOf(voiceId)
    return found ? [found] : []
  })
}
