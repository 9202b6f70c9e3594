// One stream's conversation at any OpenAI-compatible vision server: vllm serve, llama.cpp, Ollama, LM Studio. The server keeps
// nothing, so the conversation is kept here: a window of pictures, what was said, what is remembered. Never past the context length.
import type {
  AnsweredQuestion,
  ModelMemory,
  ModelConversation,
  ModelTick,
  ModelVerdict,
} from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { CodedError, FatalError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { cutText } from '../../nodes/contract/template.ts'
import { callModel } from './model-http.ts'
import { addAnswer, headText } from './model-memory.ts'
import { buildPrompt, pictureTokens, type Seen } from './openai-prompt.ts'
import { Summarizer } from './openai-summary.ts'
import { saidIn } from './openai-words.ts'
import { parseTokenForm, type TokenForm } from './token-form.ts'
import type { ConversationOptions } from './vllm-omni.ts'

const summaryTimeoutMs = 60_000
const summaryTokens = 220
const keptSaid = 20
/** The same words within this time are the same event; later they may be a second one. */
const sameWithinS = 10
/** Estimates are not exact: so much of the context stays free. */
const margin = 0.06
/** A request that is refused as too long is made shorter and sent again at once: the picture is still new. */
const triesPerTick = 4
/** A model that rambles is not let into every message and every later request. */
const longestSaid = 600
/** So many answers in a row that are nothing but thoughts: that is no silence, it is a wrong setting. */
const mostUnfinished = 5

export interface OpenaiConfig {
  contextTokens: number
  windowFrames: number
  maxAnswerTokens: number
  summaryModel: string
  canDelegate: boolean
}

/** The connection's settings, completed. */
export function openaiConfig({ config }: Connection): OpenaiConfig {
  const number = (name: string, fallback: number, least: number): number =>
    typeof config[name] === 'number' && Number.isFinite(config[name])
      ? Math.max(least, Math.floor(config[name]))
      : fallback
  return {
    contextTokens: number('contextTokens', 8192, 1024),
    windowFrames: number('windowFrames', 8, 1),
    maxAnswerTokens: number('maxAnswerTokens', 128, 16),
    summaryModel: typeof config.summaryModel === 'string' ? config.summaryModel : '',
    canDelegate: config.delegation !== false,
  }
}

/** Opens a conversation; the server is not spoken to before the first tick. */
export function openOpenai(options: ConversationOptions): ModelConversation {
  const conversation = new OpenaiConversation(options)
  return {
    tick: (request, signal) => conversation.tick(request, signal),
    note: (answered) => conversation.note(answered),
    close: () => conversation.close(),
    release: () => conversation.close(),
  }
}

class OpenaiConversation {
  readonly #options: ConversationOptions
  readonly #config: OpenaiConfig
  readonly #summarizer: Summarizer
  readonly #closing = new AbortController()
  #window: Seen[] = []
  #memory: ModelMemory
  #isRestored: boolean
  #model: string | null
  /** What the server will take, as far as it has told; and what its pictures cost beside our estimate. */
  #contextTokens: number
  #imageFactor = 1
  #unfinished = 0
  #last: { key: string; atS: number; instruction: string } | null = null

  constructor(options: ConversationOptions) {
    const { connection, log, restore } = options
    this.#options = options
    this.#config = openaiConfig(connection)
    this.#contextTokens = this.#config.contextTokens
    this.#memory = restore ?? { longTerm: '', midTerm: [] }
    this.#isRestored = headText(restore) !== ''
    this.#model =
      typeof connection.config.model === 'string' && connection.config.model !== '' ? connection.config.model : null
    this.#summarizer = new Summarizer(restore, {
      ask: (content) => this.#summary(content),
      budget: () => this.#budget(summaryTokens),
      imageFactor: () => this.#imageFactor,
      onTrouble: (error) => {
        if (!this.#closing.signal.aborted)
          log.warn({ error: toError(error).message }, 'a summary could not be made; the next one covers it')
      },
    })
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    if (request.instruction.trim() === '')
      return { action: 'silence', text: '', reason: 'no-instruction', latencyMs: 0 }
    const seen = { picture: request.picture, atS: request.mediaTimeS }
    this.#see(seen)
    const startedMs = performance.now()
    const said = shortened(parseTokenForm(await this.#ask(request, signal)))
    const latencyMs = Math.round((performance.now() - startedMs) * 10) / 10
    const verdict = this.#verdictOf(said, request)
    const isSpoken = verdict.action !== 'silence'
    if (isSpoken)
      this.#memory = {
        ...this.#memory,
        said: [...(this.#memory.said ?? []), { atS: request.mediaTimeS, text: sentence(said) }].slice(-keptSaid),
      }
    this.#summarizer.tick(seen, request.seconds, isSpoken ? sentence(said) : '')
    const wasRestored = this.#isRestored
    this.#isRestored = false
    const { longTerm, midTerm } = this.#summarizer
    this.#memory = { ...this.#memory, longTerm, midTerm }
    return {
      ...verdict,
      latencyMs,
      memory: this.#memory,
      ...(wasRestored ? { restarted: true } : {}),
      ...this.#trouble(),
    }
  }

  note(answered: AnsweredQuestion): void {
    this.#memory = addAnswer(this.#memory, answered)
  }

  async close(): Promise<void> {
    this.#closing.abort(new StoppedError())
    await this.#summarizer.settled()
  }

  /** Half of a full window goes at once: until it is full again the server sees the same beginning and can reuse its work. */
  #see(seen: Seen): void {
    this.#window.push(seen)
    if (this.#window.length > this.#config.windowFrames)
      this.#window = this.#window.slice(-Math.max(1, Math.ceil(this.#config.windowFrames / 2)))
  }

  #budget(answerTokens: number): number {
    return Math.floor(this.#contextTokens * (1 - margin)) - answerTokens
  }

  async #ask(request: ModelTick, signal: AbortSignal): Promise<string> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.#askOnce(request, signal)
      } catch (error) {
        if (!(error instanceof CodedError && error.code === 'MODEL_CONTEXT_FULL')) throw error
        this.#shrink(error.details.contextTokens)
        if (tried === triesPerTick) throw error
      }
    }
  }

  async #askOnce(request: ModelTick, signal: AbortSignal): Promise<string> {
    const { canDelegate, maxAnswerTokens } = this.#config
    const prompt = buildPrompt({
      request,
      window: this.#window,
      memory: this.#memory,
      canDelegate,
      budget: this.#budget(maxAnswerTokens),
      imageFactor: this.#imageFactor,
    })
    if (!prompt) {
      const error = tooSmall(this.#contextTokens, request, this.#imageFactor)
      // The server may be started anew with a longer one: what it told before counts for nothing then.
      this.#contextTokens = this.#config.contextTokens
      this.#imageFactor = 1
      throw error
    }
    // What did not fit now does not fit at the next tick either.
    this.#window = this.#window.slice(-prompt.pictures)
    const answer = await this.#call(
      { model: await this.#modelName(signal), messages: prompt.messages, max_tokens: maxAnswerTokens },
      this.#options.timeoutMs,
      signal,
    )
    this.#learn(answer, prompt.tokens, prompt.imageTokens)
    const { text, isUnfinished } = saidIn(answer)
    this.#unfinished = isUnfinished ? this.#unfinished + 1 : 0
    return text
  }

  /** A fall would go by in silence: that is said, on the card and on the stream. */
  #trouble(): { trouble?: string } {
    if (this.#unfinished < mostUnfinished) return {}
    return {
      trouble: `The model thinks and comes to no answer within ${this.#config.maxAnswerTokens} tokens, so it can warn of nothing. Switch its thinking off at the server, use a model that does not think, or set "maxAnswerTokens" of the connection higher.`,
    }
  }

  /** The server knows best what its pictures cost. */
  #learn(answer: Record<string, unknown>, estimated: number, imageTokens: number): void {
    const usage =
      typeof answer.usage === 'object' && answer.usage !== null ? (answer.usage as { prompt_tokens?: unknown }) : {}
    if (typeof usage.prompt_tokens !== 'number' || usage.prompt_tokens <= estimated || imageTokens === 0) return
    const factor = this.#imageFactor * (1 + (usage.prompt_tokens - estimated) / imageTokens)
    this.#imageFactor = Math.min(40, Math.max(this.#imageFactor, factor))
  }

  /** The request was refused as too long: believe what the server says of its length, else take a quarter less. */
  #shrink(told: unknown): void {
    this.#contextTokens =
      typeof told === 'number' && told >= 256 && told < this.#contextTokens
        ? told
        : Math.floor(this.#contextTokens * 0.75)
    this.#window = this.#window.slice(-1)
  }

  async #modelName(signal: AbortSignal): Promise<string> {
    if (this.#model !== null) return this.#model
    const answer = await callModel(
      this.#options.http,
      this.#options.connection,
      { method: 'GET', path: '/v1/models', timeoutMs: this.#options.timeoutMs },
      signal,
    )
    const [first] = Array.isArray(answer.data) ? (answer.data as { id?: unknown }[]) : []
    this.#model = typeof first?.id === 'string' ? first.id : 'default'
    return this.#model
  }

  async #summary(content: unknown[]): Promise<string> {
    const model = this.#config.summaryModel || (await this.#modelName(this.#closing.signal))
    try {
      return saidIn(
        await this.#call(
          { model, messages: [{ role: 'user', content }], max_tokens: summaryTokens },
          summaryTimeoutMs,
          this.#closing.signal,
        ),
      ).text
    } catch (error) {
      if (error instanceof CodedError && error.code === 'MODEL_CONTEXT_FULL') this.#shrink(error.details.contextTokens)
      throw error
    }
  }

  #call(body: Record<string, unknown>, timeoutMs: number, signal: AbortSignal): Promise<Record<string, unknown>> {
    return callModel(
      this.#options.http,
      this.#options.connection,
      { path: '/v1/chat/completions', timeoutMs, body: { ...body, temperature: 0, stream: false } },
      signal,
    )
  }

  #verdictOf(said: TokenForm, request: ModelTick): Omit<ModelVerdict, 'latencyMs'> {
    if (said.action === 'silence') {
      this.#last = null
      return { ...said, reason: 'model' }
    }
    const { canDelegate } = this.#config
    // Told not to delegate and doing so all the same: its note is still worth saying.
    if (said.action === 'delegate' && !canDelegate)
      return said.text === ''
        ? { action: 'silence', text: '', reason: 'model' }
        : this.#verdictOf({ action: 'response', text: said.text }, request)
    const key = sentence(said).toLowerCase().replace(/\s+/g, ' ').trim()
    const isSame =
      this.#last !== null &&
      this.#last.key === key &&
      this.#last.instruction === request.instruction &&
      Math.abs(request.mediaTimeS - this.#last.atS) <= sameWithinS
    this.#last = { key, atS: request.mediaTimeS, instruction: request.instruction }
    return isSame ? { action: 'silence', text: '', reason: 'duplicate' } : { ...said, reason: 'model' }
  }
}

function shortened(said: TokenForm): TokenForm {
  return {
    ...said,
    text: cutText(said.text, longestSaid),
    ...(said.question === undefined ? {} : { question: cutText(said.question, longestSaid) }),
  }
}

function sentence({ text, question }: TokenForm): string {
  return question === undefined ? text : `${text} ${question}`.trim()
}

function tooSmall(contextTokens: number, { picture }: ModelTick, factor: number): FatalError {
  return new FatalError(
    'MODEL_CONTEXT_SMALL',
    `A context of ${contextTokens} tokens is too small for one picture of ${picture.width}x${picture.height} (about ${pictureTokens(picture, factor)}) and its instruction. Start the server with a longer context, or make the pictures smaller.`,
  )
}
