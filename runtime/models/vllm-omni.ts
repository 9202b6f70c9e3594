// One stream's session at the vLLM-Omni interaction orchestrator. The server holds instruction, clock and memory; this
// gives them again when the server has lost them. Never has two requests in flight (one-in-flight.ts sees to that).
import type {
  AnsweredQuestion,
  HttpPort,
  Log,
  ModelConversation,
  ModelTick,
  ModelVerdict,
} from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import { interactionOf, modelOf, sessionIdOf, tickMessages, verdictOf, type Interaction } from './interaction-words.ts'
import { beganCounting, beganWithStream, isTooFarBehind, picturesFor, timeRanges, type Began } from './model-clock.ts'
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

const closeTimeoutMs = 3000

export interface ConversationOptions {
  http: HttpPort
  log: Log
  connection: Connection
  streamKey: string
  /** So long an answer may take; a tick's own wait may be shorter. */
  timeoutMs: number
  /** From an earlier worker: what the model remembered last. */
  restore: ModelMemory | undefined
  /** Its session at the server was ended on purpose, so that what is to be remembered is given with the first tick. */
  isReset?: boolean
  /** The first session of a new run: the server cannot have one, and what is to be remembered goes with the first tick. */
  isNew?: boolean
}

/** Opens a session; the server is not spoken to before the first tick. */
export function openVllmOmni(options: ConversationOptions): ModelConversation {
  const conversation = new VllmOmniConversation(options)
  return {
    tick: (request, signal) => conversation.tick(request, signal),
    close: () => conversation.close(),
    release: async () => undefined,
    note: (answered) => conversation.note(answered),
  }
}

/*
 * given ──frame only──► given
 *   │ the server's frame clock went back, or it skipped a tick although it was instructed
 *   ▼
 * lost ──instruction, persona, memory at its head──► given, `restarted`
 *
 * given ──its clock is too far behind, or an answer was lost on its way──► reset, then as above without `restarted`
 */
class VllmOmniConversation {
  readonly #options: ConversationOptions
  readonly #headers: { 'x-streaming-session': string }
  /** The text the server has, as far as we know; null: it must be given at the next tick. */
  #given: string | null = null
  #persona = 'default'
  /** Pictures that the server has counted, as far as we know. */
  #frameIndex = 0
  /** Sent since the session was opened or begun anew. */
  #sent = 0
  #hasHeard = false
  /** The July server counts pictures; the newer one takes the stream's own seconds. Unknown before the first answer. */
  #counts = false
  #began: Began | undefined
  /** What the server knew before it lost this stream, and the newest memory it reported. */
  #before: Given
  #memory: ModelMemory | undefined
  #isRestoring = false
  #expectsNothing: boolean
  /** A request whose answer cannot come any more: the server may hold for said what nobody heard. */
  #isUnheard = false
  #mustBeginAnew = false

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#headers = { 'x-streaming-session': sessionIdOf(options.streamKey) }
    this.#memory = options.restore
    this.#expectsNothing = options.isReset === true || options.isNew === true
    this.#before = this.#expectsNothing ? toGive(options.restore) : (options.restore?.given ?? nothingGiven)
    this.#began = this.#expectsNothing ? undefined : options.restore?.began
    this.#isRestoring = options.isReset === true && headText(options.restore) !== ''
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    if (request.instruction.trim() === '')
      return { action: 'silence', text: '', reason: 'no-instruction', latencyMs: 0 }
    if (this.#mustBeginAnew || this.#isTooFarBehind(request)) await this.#beginAnew(signal)
    await this.#setPersona(request.persona, signal)
    const instruction = withMemory(this.#before, request.instruction)
    const isNew = this.#given !== instruction
    const pictures = this.#counts ? picturesFor(request, this.#began, this.#frameIndex) : 1
    const startedMs = performance.now()
    const answer = await this.#send(request, isNew ? instruction : null, pictures, signal)
    const latencyMs = Math.round((performance.now() - startedMs) * 10) / 10
    const interaction = interactionOf(answer)
    const verdict = verdictOf(answer, interaction)
    const wasRestoring = this.#isRestoring
    this.#isRestoring = interaction !== null && this.#hasLost(interaction, isNew)
    if (this.#isRestoring) this.#forget('the model server has lost this stream')
    else this.#given = instruction
    this.#seeClock(interaction, request, pictures, verdict.action === 'silence')
    if (!this.#isRestoring) this.#grow(interaction)
    return {
      ...verdict,
      latencyMs,
      ...(wasRestoring && !this.#isRestoring ? { restarted: true } : {}),
      ...(this.#memory ? { memory: this.#memory } : {}),
    }
  }

  note(answered: AnsweredQuestion): void {
    this.#memory = addAnswer(this.#memory, answered)
  }

  async close(): Promise<void> {
    await this.#reset(closeTimeoutMs, new AbortController().signal).catch((error: unknown) => {
      this.#options.log.info({ error: toError(error).message }, 'the model session could not be reset')
    })
  }

  async #send(
    request: ModelTick,
    instruction: string | null,
    pictures: number,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { connection, http, timeoutMs } = this.#options
    const body = {
      ...modelOf(connection),
      messages: tickMessages(request, instruction, pictures),
      frame_time_ranges: timeRanges(request, pictures),
    }
    this.#sent += pictures
    try {
      return await callModel(
        http,
        connection,
        { path: '/v1/chat/completions', headers: this.#headers, timeoutMs, body },
        signal,
      )
    } catch (error) {
      const code = error instanceof RetryableError ? error.code : ''
      // A tick that fails inside counts as a frame all the same.
      if (code === 'MODEL_BACKEND_DOWN' && this.#hasHeard) this.#frameIndex += pictures
      if (code === 'MODEL_UNREACHABLE' || code === 'MODEL_TIMEOUT') this.#isUnheard = this.#hasHeard
      throw error
    }
  }

  #grow(interaction: Interaction | null): void {
    this.#memory = grownMemory(this.#memory, this.#before, readMemory(interaction?.memory, this.#began))
    if (this.#memory && this.#began) this.#memory = { ...this.#memory, began: this.#began }
  }

  /** Reads the server's clock out of its answer. */
  #seeClock(interaction: Interaction | null, request: ModelTick, pictures: number, isSilent: boolean): void {
    const index = interaction?.frame_index
    if (typeof index !== 'number') return
    // It worked on the picture whose answer got lost, so what it said then it will not say again: it holds that for said.
    if (this.#isUnheard && isSilent && !this.#isRestoring && index > this.#frameIndex + pictures)
      this.#mustBeginAnew = true
    this.#isUnheard = false
    this.#hasHeard = true
    this.#expectsNothing = false
    this.#frameIndex = index
    this.#counts = interaction?.turn_index === undefined
    this.#began ??= this.#counts ? beganCounting(request, index) : beganWithStream(request)
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

  #hasLost(interaction: Interaction, isNew: boolean): boolean {
    if (interaction.inference_skipped === true && !isNew) return true
    const index = interaction.frame_index
    if (typeof index !== 'number' || this.#expectsNothing) return false
    // A stream with a memory that finds its session empty: the server lost it while nobody was looking.
    return this.#hasHeard ? index <= this.#frameIndex : index <= this.#sent && headText(this.#memory) !== ''
  }

  #isTooFarBehind(request: ModelTick): boolean {
    return this.#counts && this.#began !== undefined && isTooFarBehind(request, this.#began, this.#frameIndex)
  }

  /** Ends the session at the server and forgets it here: the next tick gives instruction and memory to an empty one. */
  async #beginAnew(signal: AbortSignal): Promise<void> {
    await this.#reset(this.#options.timeoutMs, signal)
    this.#forget('the model session is begun anew')
    this.#expectsNothing = true
    this.#mustBeginAnew = false
    this.#isUnheard = false
    this.#hasHeard = false
    this.#frameIndex = 0
    this.#sent = 0
  }

  async #reset(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { connection, http } = this.#options
    await callModel(
      http,
      connection,
      { path: '/v1/streaming/reset', headers: this.#headers, body: {}, timeoutMs },
      signal,
    )
  }

  /** The session at the server began anew: its instruction, persona and memory are gone. */
  #forget(why: string): void {
    this.#options.log.warn({ session: this.#headers['x-streaming-session'] }, why)
    this.#before = toGive(this.#memory)
    this.#given = null
    this.#persona = 'default'
    this.#began = undefined
  }
}
