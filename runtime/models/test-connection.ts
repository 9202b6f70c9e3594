// Tells whether a model answers, in words for a person. Leaves no session behind.
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import type { ConnectionReport, TestAbility } from '../connections/index.ts'
import type { EdgePort } from './models.ts'
import { modelOf } from './interaction-words.ts'
import { openJoyaiWebinfer } from './joyai-webinfer.ts'
import { baseUrl, callModel } from './model-http.ts'
import { openaiConfig } from './openai.ts'
import { saidIn } from './openai-words.ts'
import { openVllmOmni } from './vllm-omni.ts'
import { within } from '../time-limit.ts'

export interface TestDeps {
  http: HttpPort
  edge?: Pick<EdgePort, 'test'>
  /** For the whole test of an interaction server; default 10 s. */
  limitMs?: number
}

const timeoutMs = 10_000
/** A server that loads its model at the first question. */
const slowTimeoutMs = 60_000
const listShare = 0.2
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** A grey picture of 64 by 48: enough to see whether the model behind a server answers. */
const probeJpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAMABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AAAAAAAAAAAAAAAAAAAAAAAAA/9k=',
  'base64',
)
/** A red one: a model that sees says so. */
const redJpeg =
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgoKC8oLzc3Nzc3N0E8QUNDQ0FBQUFDQ0NISEhVVVVISEhDQ0hIUFBVVVxfXFdXVVdfX2RkZHh4c3OMjJGsrM//xABNAAEBAAAAAAAAAAAAAAAAAAAABgEBAQEAAAAAAAAAAAAAAAAAAAYHEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAQABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AiwEo38AAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/9k='

/** One look at the model behind a connection; throws in words. */
export function testModel({ http, edge, limitMs = timeoutMs }: TestDeps): TestAbility {
  return async (connection, signal) => {
    switch (connection.can.watch) {
      case 'orchestrator':
      case 'webinfer':
        return await testInteraction(connection, http, limitMs, signal)
      case 'chat':
        return await testChat(connection, http, signal)
      default:
        return edge
          ? await edge.test(timeoutMs)
          : { ok: false, message: 'The built-in model is not part of this process.' }
    }
  }
}

/** A whole tick: the front's health says nothing of the model behind it. */
async function testInteraction(
  connection: Connection,
  http: HttpPort,
  limitMs: number,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  // One deadline for the whole test: a server that drips would otherwise take it for each question.
  const endAtMs = performance.now() + limitMs
  // What it offers is told beside the verdict and may not take its time.
  const models = await listModels(connection, http, limitMs * listShare, signal).catch(() => [])
  const open = connection.can.watch === 'orchestrator' ? openVllmOmni : openJoyaiWebinfer
  const conversation = open({
    http,
    log: quiet,
    connection,
    streamKey: `test-${crypto.randomUUID()}`,
    timeoutMs: limitMs * (1 - listShare),
    restore: undefined,
  })
  try {
    const picture = { width: 64, height: 48, jpeg: probeJpeg }
    const verdict = await conversation.tick(
      {
        picture,
        kind: 'I',
        mediaTimeS: 0,
        atMs: 0,
        tick: 1,
        seconds: 1,
        persona: 'default',
        instruction: 'This is a test of the connection. Stay silent.',
      },
      signal,
    )
    return {
      ok: true,
      message: `The model answers, in ${Math.round(verdict.latencyMs)} ms.`,
      details: { latencyMs: verdict.latencyMs, models },
    }
  } finally {
    // A server that did not answer in time gets no more of it: its session ends by itself.
    await within(conversation.close(), { ms: endAtMs - performance.now() }, () => undefined)
  }
}

/** A whole look at a picture: many servers of this kind answer well and see nothing. */
async function testChat(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
  const endAtMs = performance.now() + slowTimeoutMs
  const offered = await offeredModels(connection, http, signal)
  const models = offered.map(({ id }) => id)
  const { contextTokens } = openaiConfig(connection)
  const wanted = modelOf(connection).model
  if (wanted !== undefined && models.length > 0 && !models.includes(wanted)) {
    return {
      ok: false,
      message: `The server answers but has no model "${wanted}". It offers: ${models.slice(0, 5).join(', ')}.`,
      details: { models },
    }
  }
  const model = wanted ?? models[0]
  const startedMs = performance.now()
  const answer = await callModel(
    http,
    connection,
    {
      path: '/v1/chat/completions',
      timeoutMs: Math.ceil((endAtMs - performance.now()) / 1000) * 1000,
      body: {
        ...(model === undefined ? {} : { model }),
        max_tokens: 300,
        temperature: 0,
        stream: false,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${redJpeg}` } },
              { type: 'text', text: 'What colour is this picture? Answer with one word.' },
            ],
          },
        ],
      },
    },
    signal,
  )
  const latencyMs = Math.round(performance.now() - startedMs)
  const said = saidIn(answer).text.split('\n')[0]?.slice(0, 60) ?? ''
  const details = { models, latencyMs, said }
  if (!/red|rot|rouge|rojo|rosso|红|紅/i.test(said))
    return {
      ok: false,
      message: `The model answers, but it does not see: it called a red picture “${said}”. Is it a vision model, and started with its image part?`,
      details,
    }
  const length = offered.find(({ id }) => id === model)?.contextTokens
  const hint =
    length !== undefined && length < contextTokens
      ? ` Its context is ${length} tokens, but the connection counts on ${contextTokens}: set "contextTokens" to ${length}.`
      : ''
  return {
    ok: true,
    message: `The model sees and answers, in ${latencyMs} ms.${hint}`,
    details: { ...details, ...(length === undefined ? {} : { contextTokens: length }) },
  }
}

/** What the server offers; nothing when it does not tell. */
async function offeredModels(
  connection: Connection,
  http: HttpPort,
  signal: AbortSignal,
): Promise<{ id: string; contextTokens?: number }[]> {
  baseUrl(connection)
  const answer = await callModel(http, connection, { method: 'GET', path: '/v1/models', timeoutMs }, signal).catch(
    (error: unknown) => {
      if (error instanceof FatalError && error.code === 'MODEL_NOT_THERE') return {}
      throw error
    },
  )
  const data =
    'data' in answer && Array.isArray(answer.data) ? (answer.data as { id?: unknown; max_model_len?: unknown }[]) : []
  return data.flatMap(({ id, max_model_len: length }) =>
    typeof id === 'string' ? [{ id, ...(typeof length === 'number' ? { contextTokens: length } : {}) }] : [],
  )
}

async function listModels(
  connection: Connection,
  http: HttpPort,
  limitMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  baseUrl(connection)
  const answer = await callModel(http, connection, { method: 'GET', path: '/v1/models', timeoutMs: limitMs }, signal)
  const data: unknown[] = Array.isArray(answer.data) ? answer.data : []
  return data.flatMap((model) =>
    typeof model === 'object' && model !== null && 'id' in model ? [String(model.id)] : [],
  )
}
