// Tells whether a connection answers, in words for a person. Never throws, never shows a secret, leaves no session behind.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, toError } from '../../nodes/contract/errors.ts'
import { createCleaner, secretsOfConnection } from '../../nodes/contract/own-secrets.ts'
import type { EdgePort } from './models.ts'
import { modelOf } from './interaction-words.ts'
import { openJoyaiWebinfer } from './joyai-webinfer.ts'
import { baseUrl, callModel } from './model-http.ts'
import { openaiConfig } from './openai.ts'
import { saidIn } from './openai-words.ts'
import { openVllmOmni } from './vllm-omni.ts'

export interface ConnectionReport {
  ok: boolean
  message: string
  details?: Record<string, unknown>
}

/** What another capability knows of its own connections. */
export interface ConnectionTest {
  test(connection: Connection, signal: AbortSignal): Promise<ConnectionReport>
}

export interface TestDeps {
  http: HttpPort
  edge?: Pick<EdgePort, 'test'>
  agents?: ConnectionTest
  speech?: ConnectionTest
  /** For the whole test of an interaction server; default 10 s. */
  limitMs?: number
}

const timeoutMs = 10_000
/** A server that loads its model at the first question. */
const slowTimeoutMs = 60_000
const listShare = 0.2
const untested: ConnectionTest = {
  test: async ({ kind }) => ({ ok: false, message: `A connection of kind "${kind}" cannot be tested yet.` }),
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** A grey picture of 64 by 48: enough to see whether the model behind a server answers. */
const probeJpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAMABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AAAAAAAAAAAAAAAAAAAAAAAAA/9k=',
  'base64',
)
/** A red one: a model that sees says so. */
const redJpeg =
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgoKC8oLzc3Nzc3N0E8QUNDQ0FBQUFDQ0NISEhVVVVISEhDQ0hIUFBVVVxfXFdXVVdfX2RkZHh4c3OMjJGsrM//xABNAAEBAAAAAAAAAAAAAAAAAAAABgEBAQEAAAAAAAAAAAAAAAAAAAYHEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAQABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AiwEo38AAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/9k='

/** One try at whatever the connection names; what it says holds none of the connection's secrets. */
export async function testConnection(
  connection: Connection,
  deps: TestDeps,
  signal: AbortSignal = new AbortController().signal,
): Promise<ConnectionReport> {
  const report = await testByKind(connection, deps, signal)
  const clean = createCleaner(secretsOfConnection(connection))
  const text = JSON.stringify(report.details ?? {})
  return {
    ...report,
    message: clean(report.message),
    ...(report.details ? { details: JSON.parse(clean(text)) as Record<string, unknown> } : {}),
  }
}

async function testByKind(connection: Connection, deps: TestDeps, signal: AbortSignal): Promise<ConnectionReport> {
  try {
    switch (connection.kind) {
      case 'vllm-omni':
      case 'joyai-webinfer':
        return await testInteraction(connection, deps.http, deps.limitMs ?? timeoutMs, signal)
      case 'openai':
        return await testOpenai(connection, deps.http, signal)
      case 'edge':
        return deps.edge
          ? await deps.edge.test(timeoutMs)
          : { ok: false, message: 'The built-in model is not part of this process.' }
      case 'webhook':
        return await testWebhook(connection, deps.http, signal)
      case 'background-agent':
      case 'command':
      case 'a2a':
        return await (deps.agents ?? untested).test(connection, signal)
      case 'speech':
      case 'flite':
        return await (deps.speech ?? untested).test(connection, signal)
      default:
        return await untested.test(connection, signal)
    }
  } catch (error) {
    return { ok: false, message: toError(error).message }
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
  const open = connection.kind === 'vllm-omni' ? openVllmOmni : openJoyaiWebinfer
  const session = open({
    http,
    log: quiet,
    connection,
    streamKey: `test-${crypto.randomUUID()}`,
    timeoutMs: limitMs * (1 - listShare),
    restore: undefined,
  })
  try {
    const picture = { width: 64, height: 48, jpeg: probeJpeg }
    const verdict = await session.tick(
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
    await Promise.race([session.close(), sleep(Math.max(0, endAtMs - performance.now()), undefined, { ref: false })])
  }
}

/** A whole look at a picture: many servers of this kind answer well and see nothing. */
async function testOpenai(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
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

async function testWebhook(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
  const isSigned = Boolean(connection.secret.signingSecret)
  const signing = isSigned ? 'Posts are signed.' : 'Posts are not signed: it holds no signing secret.'
  if (typeof connection.config.url !== 'string' || connection.config.url === '')
    return { ok: isSigned, message: signing }
  // Only asks whether somebody is there: a POST would look like an alert.
  const { status } = await http.request(
    { method: 'GET', url: connection.config.url, timeoutMs, maxBytes: 1024 },
    signal,
  )
  return { ok: true, message: `Somebody answers there (${status} to a GET). ${signing}`, details: { status } }
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
