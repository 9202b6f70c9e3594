// Tells whether a connection answers, in words for a person. Never throws, never shows a secret, leaves no session behind.
import type { HttpPort } from '../../../nodes/contract/capabilities.ts'
import type { Connection } from '../../../nodes/contract/connections.ts'
import { toError } from '../../../nodes/contract/errors.ts'
import type { EdgePort } from './index.ts'
import { openJoyaiWebinfer } from './joyai-webinfer.ts'
import { baseUrl, callModel } from './model-http.ts'
import { openVllmOmni } from './vllm-omni.ts'

export interface ConnectionReport {
  ok: boolean
  message: string
  details?: Record<string, unknown>
}

export interface TestDeps {
  http: HttpPort
  edge?: Pick<EdgePort, 'test'>
}

const timeoutMs = 10_000
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** A grey picture of 64 by 48: enough to see whether the model behind a server answers. */
const probeJpeg = Buffer.from('/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAMABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AAAAAAAAAAAAAAAAAAAAAAAAA/9k=', 'base64')

/** One try at whatever the connection names. */
export async function testConnection(connection: Connection, deps: TestDeps, signal: AbortSignal = new AbortController().signal): Promise<ConnectionReport> {
  try {
    switch (connection.kind) {
      case 'vllm-omni':
      case 'joyai-webinfer': return await testInteraction(connection, deps.http, signal)
      case 'openai': return await testOpenai(connection, deps.http, signal)
      case 'edge': return deps.edge ? await deps.edge.test(timeoutMs) : { ok: false, message: 'The built-in model is not part of this process.' }
      case 'webhook': return await testWebhook(connection, deps.http, signal)
      default: return { ok: false, message: `A connection of kind "${connection.kind}" cannot be tested yet.` }
    }
  } catch (error) {
    return { ok: false, message: toError(error).message }
  }
}

/** A whole tick: the front's health says nothing of the model behind it. */
async function testInteraction(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
  const models = await listModels(connection, http, signal).catch(() => [])
  const open = connection.kind === 'vllm-omni' ? openVllmOmni : openJoyaiWebinfer
  const session = open({ http, log: quiet, connection, streamKey: `test-${crypto.randomUUID()}`, timeoutMs, restore: undefined })
  try {
    const picture = { width: 64, height: 48, jpeg: probeJpeg }
    const verdict = await session.tick({ picture, kind: 'I', mediaTimeS: 0, tick: 1, seconds: 1, persona: 'default', instruction: 'This is a test of the connection. Stay silent.' }, signal)
    return { ok: true, message: `The model answers, in ${Math.round(verdict.latencyMs)} ms.`, details: { latencyMs: verdict.latencyMs, models } }
  } finally {
    await session.close()
  }
}

async function testOpenai(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
  const models = await listModels(connection, http, signal)
  const wanted = connection.config.model
  if (typeof wanted === 'string' && wanted !== '' && models.length > 0 && !models.includes(wanted)) {
    return { ok: false, message: `The server answers but has no model "${wanted}". It offers: ${models.slice(0, 5).join(', ')}.`, details: { models } }
  }
  return { ok: true, message: models.length === 0 ? 'The server answers.' : `The server answers and offers ${models.slice(0, 5).join(', ')}.`, details: { models } }
}

async function testWebhook(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<ConnectionReport> {
  const isSigned = Boolean(connection.secret.signingSecret)
  const signing = isSigned ? 'Posts are signed.' : 'Posts are not signed: it holds no signing secret.'
  if (typeof connection.config.url !== 'string' || connection.config.url === '') return { ok: isSigned, message: signing }
  // Only asks whether somebody is there: a POST would look like an alert.
  const { status } = await http.request({ method: 'GET', url: connection.config.url, timeoutMs, maxBytes: 1024 }, signal)
  return { ok: true, message: `Somebody answers there (${status} to a GET). ${signing}`, details: { status } }
}

async function listModels(connection: Connection, http: HttpPort, signal: AbortSignal): Promise<string[]> {
  baseUrl(connection)
  const answer = await callModel(http, connection, { method: 'GET', path: '/v1/models', timeoutMs }, signal)
  const data: unknown[] = Array.isArray(answer.data) ? answer.data : []
  return data.flatMap((model) => typeof model === 'object' && model !== null && 'id' in model ? [String(model.id)] : [])
}
