// What somebody said, in words: one request to a server that listens. Keeps nothing of it.
import type { HttpPort, Sound } from '../../nodes/contract/capabilities.ts'
import { abilityWords } from '../../nodes/contract/connections.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { callSpeech, readAnswer } from './speech-http.ts'

const timeoutMs = 30_000
const longestText = 2000

/** The words of a recording; empty when nothing was said. */
export async function transcribe(
  http: HttpPort,
  connection: Connection,
  sound: Pick<Sound, 'bytes' | 'contentType'>,
  signal: AbortSignal,
): Promise<string> {
  if (connection.can.listen !== 'server')
    throw new FatalError(
      'SPEECH_KIND_UNFIT',
      `The connection "${connection.name}" is of the kind ${connection.kind}, which cannot listen. Choose one that ${abilityWords.listen}.`,
    )
  const { config } = connection
  const model = [config.transcriptionModel, config.model].find((name) => typeof name === 'string' && name !== '')
  const form = new FormData()
  form.set('file', new Blob([Uint8Array.from(sound.bytes)], { type: sound.contentType }), 'said.wav')
  form.set('response_format', 'json')
  if (typeof model === 'string') form.set('model', model)
  // The platform writes the multipart body; our own door sends it.
  const written = new Request('http://localhost/', { method: 'POST', body: form })
  const response = await callSpeech(
    http,
    connection,
    {
      method: 'POST',
      path: '/v1/audio/transcriptions',
      timeoutMs,
      headers: { 'content-type': written.headers.get('content-type') ?? '' },
      body: new Uint8Array(await written.arrayBuffer()),
    },
    signal,
  )
  const { text } = readAnswer(response)
  if (typeof text !== 'string')
    throw new RetryableError(
      'SPEECH_NONSENSE',
      'The speech server answered without any words. Is this the address of a server that listens?',
    )
  return text.trim().slice(0, longestText)
}
