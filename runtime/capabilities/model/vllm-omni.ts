// One stream's session at the vLLM-Omni interaction orchestrator. The server holds instruction, clock and memory; this
// gives them again when the server has lost them. Never has two requests in flight (the engine ticks one at a time).
import type {
  AnsweredQuestion,
  HttpPort,
  Log,
  ModelSession,
  ModelTick,
  ModelVerdict,
} from '../../../nodes/contract/capabilities.ts'
import type { Connection } from '../../../nodes/contract/connections.ts'
import { RetryableError, toError } from '../../../nodes/contract/errors.ts'
import { callModel } from './model-http.ts'
import {
  addAnswer,
  grownMemory,
  headText,
  nothingGiven,
  readMemory,
  toGive,
  withMemory,
  type Given,
  type ModelMemory,
} from './model-memory.ts'
import { parseTokenForm } from './token-form.ts'

const closeTimeoutMs = 3000

export interface SessionOptions {
  http: HttpPort
  log: Log
  connection: Connection
  streamKey: string
  timeoutMs: number
  /** From an earlier worker: what the model remembered last. */
  restore: ModelMemory | undefined
  /** Its session at the server was ended on purpose, so that what is to be remembered is given with the first tick. */
  isReset?: boolean
}

/** A session id that both servers take: letters, digits, `._-`, at most 120 characters, never two streams the same. */
export function sessionIdOf(streamKey: string): string {
  return `heed-${streamKey}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(-120)
}

/** One user message: the instruction when the server does not have it, and the picture once for each second it stands for. */
export function tickMessages(request: ModelTick, instruction: string | null): unknown[] {
  const image = {
    type: 'image_url',
    image_url: { url: `data:image/jpeg;base64,${Buffer.from(request.picture.jpeg).toString('base64')}` },
  }
  const text = instruction === null ? [] : [{ type: 'text', text: instruction }]
  return [{ role: 'user', content: [...text, ...Array.from({ length: Math.max(1, request.seconds) }, () => image)] }]
}

interface Interaction {
  action?: unknown
  text?: unknown
  delegated_question?: unknown
  delegation?: { task_id?: unknown; status?: unknown; question?: unknown; digest?: unknown } | null
  frame_index?: unknown
  inference_skipped?: unknown
  memory?: unknown
}

/** Opens a session; the server is not spoken to before the first tick. */
export function openVllmOmni(options: SessionOptions): ModelSession {
  const session = new VllmOmniSession(options)
  return {
    tick: (request, signal) => session.tick(request, signal),
    close: () => session.close(),
    release: async () => undefined,
    note: (answered) => session.note(answered),
  }
}

/*
 * given ──frame only──► given
 *   │ the server's frame clock went back, or it skipped a tick although it was instructed
 *   ▼
 * lost ──instruction, persona, memory at its head──► given, `restarted`
 */
class VllmOmniSession {
  readonly #options: SessionOptions
  readonly #headers: { 'x-streaming-session': string }
  /** The text the server has, as far as we know; null: it must be given at the next tick. */
  #given: string | null = null
  #persona = 'default'
  #frameIndex = 0
  /** What the server knew before it lost this stream, and the newest memory it reported. */
  #before: Given
  #memory: ModelMemory | undefined
  #isRestoring = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#headers = { 'x-streaming-session': sessionIdOf(options.streamKey) }
    this.#memory = options.restore
    this.#before = options.isReset ? toGive(options.restore) : (options.restore?.given ?? nothingGiven)
    this.#isRestoring = options.isReset === true && headText(options.restore) !== ''
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    if (request.instruction.trim() === '')
      return { action: 'silence', text: '', reason: 'no-instruction', latencyMs: 0 }
    const { connection, http, timeoutMs } = this.#options
    await this.#setPersona(request.persona, signal)
    const instruction = withMemory(this.#before, request.instruction)
    const isNew = this.#given !== instruction
    const startedMs = performance.now()
    const body = { ...modelOf(connection), messages: tickMessages(request, isNew ? instruction : null) }
    const answer = await callModel(
      http,
      connection,
      { path: '/v1/chat/completions', headers: this.#headers, timeoutMs, body },
      signal,
    )
    const latencyMs = Math.round((performance.now() - startedMs) * 10) / 10
    const interaction = interactionOf(answer)
    const wasRestoring = this.#isRestoring
    this.#isRestoring = interaction !== null && this.#hasLost(interaction, request, isNew)
    if (this.#isRestoring) this.#forget()
    else {
      this.#given = instruction
      this.#memory = grownMemory(this.#memory, this.#before, readMemory(interaction?.memory))
    }
    if (typeof interaction?.frame_index === 'number') this.#frameIndex = interaction.frame_index
    return {
      ...verdictOf(answer, interaction),
      latencyMs,
      ...(wasRestoring && !this.#isRestoring ? { restarted: true } : {}),
      ...(this.#memory ? { memory: this.#memory } : {}),
    }
  }

  note(answered: AnsweredQuestion): void {
    this.#memory = addAnswer(this.#memory, answered)
  }

  async close(): Promise<void> {
    const { connection, http, log } = this.#options
    const never = new AbortController().signal
    await callModel(
      http,
      connection,
      { path: '/v1/streaming/reset', headers: this.#headers, body: {}, timeoutMs: closeTimeoutMs },
      never,
    ).catch((error: unknown) => {
      log.info({ error: toError(error).message }, 'the model session could not be reset')
    })
  }

  async #setPersona(wanted: string, signal: AbortSignal): Promise<void> {
    if (wanted === this.#persona) return
    const { connection, http, log, timeoutMs } = this.#options
    const answer = await callModel(
      http,
      connection,
      { path: '/v1/streaming/persona', headers: this.#headers, body: { persona: wanted }, timeoutMs },
      signal,
    )
    if (answer.status !== 'ok')
      log.warn({ persona: wanted, answer: answer.status }, 'the model server does not know this persona')
    this.#persona = wanted
  }

  #hasLost(interaction: Interaction, request: ModelTick, isNew: boolean): boolean {
    if (interaction.inference_skipped === true && !isNew) return true
    const index = interaction.frame_index
    if (typeof index !== 'number') return false
    // A stream with a memory that finds its session empty: the server lost it while nobody was looking.
    return this.#frameIndex === 0
      ? index <= request.seconds && !this.#options.isReset && headText(this.#memory) !== ''
      : index <= this.#frameIndex
  }

  /** The session at the server began anew: its instruction, persona and memory are gone. */
  #forget(): void {
    this.#options.log.warn({ session: this.#headers['x-streaming-session'] }, 'the model server has lost this stream')
    this.#before = toGive(this.#memory)
    this.#given = null
    this.#persona = 'default'
  }
}

/** The model's name, where the connection says one. */
export function modelOf(connection: Connection): { model?: string } {
  return typeof connection.config.model === 'string' && connection.config.model !== ''
    ? { model: connection.config.model }
    : {}
}

function interactionOf(answer: Record<string, unknown>): Interaction | null {
  return typeof answer.interaction === 'object' && answer.interaction !== null ? answer.interaction : null
}

/** The token form of the answer, for servers without an `interaction` block. */
export function contentOf(answer: Record<string, unknown>): string {
  const choices = Array.isArray(answer.choices) ? (answer.choices as { message?: { content?: unknown } }[]) : []
  const content = choices[0]?.message?.content
  if (typeof content === 'string') return content
  throw new RetryableError(
    'MODEL_NONSENSE',
    'The model server answered JSON without a message in it. Is this the address of an interaction server?',
  )
}

function verdictOf(answer: Record<string, unknown>, interaction: Interaction | null): Omit<ModelVerdict, 'latencyMs'> {
  if (!interaction) return { ...parseTokenForm(contentOf(answer)), reason: 'model' }
  const text = typeof interaction.text === 'string' ? interaction.text.trim() : ''
  const question = typeof interaction.delegated_question === 'string' ? interaction.delegated_question.trim() : ''
  const data = delegationData(interaction.delegation)
  if (interaction.action === 'delegate' && question !== '')
    return { action: 'delegate', text, question, reason: 'model', ...data }
  // A response with nothing behind it, and a delegation without a question, say nothing.
  if (interaction.action === 'silence' || text === '')
    return {
      action: 'silence',
      text: '',
      reason: interaction.inference_skipped === true ? 'no-instruction' : 'model',
      ...data,
    }
  return { action: 'response', text, reason: 'model', ...data }
}

/** A server that delegates by itself says how far it is; the question is then not Heed's to answer. */
function delegationData(delegation: Interaction['delegation']): { data?: Record<string, unknown> } {
  if (typeof delegation !== 'object' || delegation === null) return {}
  const { digest, question, status } = delegation
  return {
    data: {
      delegation: { status, question, ...(typeof digest === 'string' ? { digest: digest.slice(0, 2000) } : {}) },
    },
  }
}
