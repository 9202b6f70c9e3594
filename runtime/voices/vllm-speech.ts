// A voice behind an OpenAI-compatible speech server (vLLM-Omni and others): text out, samples back while they are made. Takes
// what servers really send: bare samples, a WAV at once, a WAV as it grows, an error in place of the rest.
import type { HttpPort, HttpStream, SpeechRequest, StreamingHttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import type { Voice } from './recording.ts'
import { callSpeech, openSpeech, readAnswer, readUpTo, troubleIn } from './speech-http.ts'
import { durationS, mended, readWav, type WavInfo } from './wav.ts'

/** A server's first sentence after its start can take tens of seconds; once it speaks, it does not pause. */
const firstMs = 60_000
const idleMs = 10_000
const longestMs = 180_000
const listMs = 10_000
const maxBytes = 16 * 1024 * 1024
const longestText = 2000
const longestHead = 64 * 1024
const usualRate = 24_000

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** One sentence, as the server speaks it. */
export async function openAtServer(
  http: StreamingHttpPort,
  connection: Connection,
  request: Pick<SpeechRequest, 'text' | 'voice' | 'language'>,
  signal: AbortSignal,
): Promise<Voice> {
  const { config } = connection
  const format = config.format === 'wav' ? 'wav' : 'pcm'
  const voice = request.voice === '' ? textOf(config.voice) : request.voice
  const language = request.language ?? textOf(config.language)
  const body = {
    input: request.text.slice(0, longestText),
    response_format: format,
    ...(format === 'pcm' ? { stream_format: 'audio' } : {}),
    ...(voice ? { voice } : {}),
    ...(language ? { language } : {}),
    ...(textOf(config.model) ? { model: config.model } : {}),
  }
  const stream = await openSpeech(
    http,
    connection,
    {
      method: 'POST',
      path: '/v1/audio/speech',
      timeoutMs: firstMs,
      idleMs,
      longestMs,
      maxBytes,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
    signal,
  )
  return await voiceOf(stream, Number(config.sampleRate ?? usualRate))
}

const startsAs = (bytes: Uint8Array, text: string): boolean =>
  Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text

async function voiceOf({ headers, pieces }: HttpStream, rate: number): Promise<Voice> {
  const contentType = headers['content-type'] ?? ''
  const reader = pieces[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  for (let isMore = true; isMore && head.length < longestHead;) {
    const { done, value } = await reader.next()
    isMore = done !== true
    if (value) head = Buffer.concat([head, value])
    // The header of a WAV ends where its samples begin; everything else shows at once what it is.
    if (head.length >= 4 && (!startsAs(head, 'RIFF') || readWav(head))) break
  }
  const rest = restOf(head, reader)
  if (head.length === 0) throw new RetryableError('SPEECH_SILENT', 'The speech server answered without any sound.')
  if (/json/i.test(contentType) || startsAs(head, '{"'))
    throw troubleIn(Buffer.from(await readUpTo(rest, longestHead)).toString('utf8'))
  const wav = readWav(head)
  if (wav?.encoding === 1 && wav.bitsPerSample === 16) return { format: wav, samples: bounded(samplesOf(rest, wav)) }
  if (wav) return await wholeOf(rest)
  if (!startsAs(head, 'RIFF') && /pcm|octet-stream|l16/i.test(contentType)) {
    const { 1: told } = /rate=(\d+)/.exec(contentType) ?? []
    return {
      format: { sampleRate: told === undefined ? rate : Number(told), channels: 1 },
      samples: bounded(withoutTrouble(rest)),
    }
  }
  await reader.return?.()
  throw new RetryableError(
    'SPEECH_NONSENSE',
    `The speech server answered with "${contentType || 'something'}", which is neither WAV nor samples.`,
  )
}

/** What was read already, then what follows; leaving it closes the connection. */
async function* restOf(head: Uint8Array, reader: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value
  } finally {
    await reader.return?.()
  }
}

/** The samples of a WAV without what stands before and after them. */
async function* samplesOf(
  pieces: AsyncIterable<Uint8Array>,
  { dataAt, announcedBytes }: WavInfo,
): AsyncGenerator<Uint8Array> {
  let skip = dataAt
  let left = announcedBytes === 0 ? Infinity : announcedBytes
  for await (const piece of pieces) {
    const samples = piece.subarray(skip).subarray(0, left)
    skip = Math.max(0, skip - piece.length)
    left -= samples.length
    if (samples.length > 0) yield samples
    if (left <= 0) return
  }
}

/** Samples look like this by chance once in 2^64 places. */
const errorMark = '{"error"'

/** Samples, until the server says in their midst what went wrong. */
async function* withoutTrouble(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const words: Buffer[] = []
  for await (const piece of pieces) {
    const buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const at = words.length > 0 ? 0 : buffer.indexOf(errorMark)
    if (at > 0) yield buffer.subarray(0, at)
    if (at >= 0) words.push(buffer.subarray(at, at + longestHead))
    else yield buffer
  }
  if (words.length > 0) throw troubleIn(Buffer.concat(words).toString('utf8').trim())
}

async function* bounded(samples: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of samples) {
    size += piece.length
    if (size >= maxBytes - longestHead)
      throw new FatalError('SPEECH_TOO_LONG', `The speech server sent more than ${maxBytes / 1024 / 1024} MB of sound.`)
    yield piece
  }
}

/** A WAV of another kind of samples: browsers play it, but only whole. */
async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Voice> {
  const bytes = await readUpTo(bounded(pieces), maxBytes)
  const info = readWav(bytes)
  if (!info || info.dataBytes === 0)
    throw new RetryableError('SPEECH_SILENT', 'The speech server answered without any sound.')
  return { whole: { bytes: mended(bytes, info), contentType: 'audio/wav', durationS: durationS(info) } }
}

/** The voices a server lists, by name. */
export async function listVoices(http: HttpPort, connection: Connection, signal: AbortSignal): Promise<string[]> {
  const answer = readAnswer(
    await callSpeech(http, connection, { method: 'GET', path: '/v1/audio/voices', timeoutMs: listMs }, signal),
  )
  const listed = [answer.voices, answer.data, answer.list].find(Array.isArray) as unknown[] | undefined
  return (listed ?? []).flatMap((voice) => {
    if (typeof voice === 'string') return [voice]
    const { id, name, voice_id: voiceId } = (voice ?? {}) as Record<string, unknown>
    const found = textOf(name) ?? textOf(id) ?? textOf(voiceId)
    return found ? [found] : []
  })
}
