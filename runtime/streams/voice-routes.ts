// What somebody said at the browser's microphone, for a node that listens in a running flow: turned into words by the node's
// speech connection, then put where the session finds it. Keeps no recording.
import express from 'express'
import type { Request, Router } from 'express'
import { BadRequestError, ConflictError, NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'
import { does } from '../../nodes/contract/define.ts'
import { inputFor, sendInputs } from './ask-routes.ts'
import type { StreamsRouteDeps } from './route-deps.ts'
import type { RunningStream } from './records.ts'
import { limitRequests } from '../live/index.ts'

const maxBytes = 2 * 1024 * 1024
/** The port of a listening node that what was said arrives on. */
const heardPort = 'heard'
const limit = { most: 20, perMs: 10_000 }

function readWav(request: Request): Uint8Array {
  const body: unknown = request.body
  if (!(body instanceof Buffer) || body.length === 0)
    throw new BadRequestError(
      'VOICE_BODY_MISSING',
      'Send the sound as the body, with the header Content-Type: audio/wav.',
    )
  if (body.length < 44 || body.toString('latin1', 0, 4) !== 'RIFF' || body.toString('latin1', 8, 12) !== 'WAVE') {
    throw new BadRequestError('VOICE_NOT_WAV', 'This is not a WAV file. Send what the microphone heard as audio/wav.', {
      details: { status: 415 },
    })
  }
  return body
}

/** The running streams that have this node, and the connection it is set to. */
async function placesOf(
  deps: StreamsRouteDeps,
  flow: string,
  node: string,
): Promise<{ streams: RunningStream[]; connection: string }> {
  const running = (await deps.running.streams(flow)).filter(({ isRunning }) => isRunning)
  if (running.length === 0)
    throw new ConflictError(
      'VOICE_NOT_RUNNING',
      'This flow is not running, so nobody would hear it. Deploy the flow, then speak again.',
    )
  const found = running.flatMap((stream) =>
    stream.plan.ticks
      .filter(({ id, type }) => id === node && does(deps.nodes.get(type), 'listen'))
      .map(({ config }) => ({ stream, config })),
  )
  const [first] = found
  if (!first)
    throw new NotFoundError(
      'VOICE_NODE_MISSING',
      `No voice input “${node.slice(0, 64)}” is running in this flow. If it was added lately, deploy the flow again.`,
    )
  return { streams: found.map(({ stream }) => stream), connection: String(first.config.connection ?? '') }
}

/** `POST /api/flows/:id/nodes/:node/voice`: a WAV of at most 2 MB, back come the words. */
export function addVoiceRoutes(api: Router, deps: StreamsRouteDeps): void {
  const perFlow = limitRequests(deps.nowMs, {
    ...limit,
    by: ({ params }) => String(params.id),
    refuse: (waitMs) =>
      new RetryableError(
        'VOICE_TOO_MANY',
        `Too much was said at once: at most ${limit.most} utterances in ${limit.perMs / 1000} s.`,
        { retryAfterMs: waitMs, details: { status: 429 } },
      ),
  })
  api.post(
    '/flows/:id/nodes/:node/voice',
    express.raw({ type: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'], limit: maxBytes }),
    perFlow,
    async (request, response) => {
      const { id: flow = '', node = '' } = request.params as { id?: string; node?: string }
      const bytes = readWav(request)
      const { streams, connection } = await placesOf(deps, flow, node)
      const text = (
        await deps.transcribe(await deps.connections.get(connection), { bytes, contentType: 'audio/wav' })
      ).trim()
      const inputs = text === '' ? [] : streams.map((stream) => inputFor(deps, { stream, node, port: heardPort }, text))
      response.status(202).json({ text, sent: await sendInputs(deps, flow, inputs) })
    },
  )
}
