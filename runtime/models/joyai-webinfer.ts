// One stream's session at JoyAI's own server (webinfer) or JD's hosted API: the same chat call in another dress. It takes
// real time and answers in token form. A lost session can hardly be seen in its answers, so the instruction is repeated.
import type { ModelConversation, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { contentOf, modelOf, sessionIdOf, tickMessages } from './interaction-words.ts'
import { beganWithStream, timeRanges } from './model-clock.ts'
import { callModel } from './model-http.ts'
import {
  addAnswer,
  grownMemory,
  headText,
  memoryText,
  nothingGiven,
  readMemory,
  toGive,
  withMemory,
  type ModelMemory,
} from './model-memory.ts'
import { parseTokenForm, type TokenForm } from './token-form.ts'
import type { ConversationOptions } from './vllm-omni.ts'

const closeTimeoutMs = 3000
/** The same text again changes nothing at the server, and a server that was restarted unseen would stay silent for ever. */
const repeatEveryTicks = 20

interface Harness {
  raw_content?: unknown
  memory?: unknown
}

/** Opens a session; the server is not spoken to before the first tick. */
export function openJoyaiWebinfer(options: ConversationOptions): ModelConversation {
  const { connection, http, log } = options
  const sessionId = sessionIdOf(options.streamKey, 'webinfer')
  const wantsDelegation = connection.config.delegation !== false
  // Its one manner beside the usual one: a reserved model asks nobody anything.
  const headersFor = (persona: ModelTick['persona']): Record<string, string> => ({
    'x-streaming-session': sessionId,
    'x-system-prompt-key':
      wantsDelegation && persona !== 'silent' ? 'DEFAULT_SYSTEM_PROMPT_EN' : 'DEFAULT_SYSTEM_PROMPT_NO_DELEGATION',
  })
  let given: string | null = null
  let ticksSinceGiven = 0
  let memory = options.restore
  const expectsNothing = options.isReset === true || options.isNew === true
  let before = expectsNothing ? toGive(memory) : (memory?.given ?? nothingGiven)
  let began = expectsNothing ? undefined : memory?.began
  // A server that knows nothing at the first tick was restarted together with this process.
  let reported = expectsNothing ? undefined : memory
  let isRestoring = options.isReset === true && headText(memory) !== ''

  return {
    tick: async (request, signal) => {
      if (request.instruction.trim() === '')
        return { action: 'silence', text: '', reason: 'no-instruction', latencyMs: 0 }
      const instruction = withMemory(before, request.instruction)
      const isDue = given !== instruction || ticksSinceGiven >= repeatEveryTicks
      const startedMs = performance.now()
      const answer = await callModel(
        http,
        connection,
        {
          path: '/v1/chat/completions',
          headers: headersFor(request.persona),
          timeoutMs: options.timeoutMs,
          body: {
            ...modelOf(connection),
            session_id: sessionId,
            // It counts turns, and each carries its true time: a copy would be a second that never was.
            messages: tickMessages(request, isDue ? instruction : null, 1),
            frame_time_ranges: timeRanges(request, 1),
          },
        },
        signal,
      ).catch((error: unknown) => {
        // What the server still knows after a failure cannot be seen; the same text again changes nothing.
        given = null
        throw error
      })
      const harness =
        typeof answer.streamingharness === 'object' && answer.streamingharness !== null
          ? (answer.streamingharness as Harness)
          : {}
      const verdict: Omit<ModelVerdict, 'latencyMs'> = { ...readContent(contentOf(answer), harness), reason: 'model' }
      const wasRestoring = isRestoring
      began ??= beganWithStream(request)
      const now = readMemory(harness.memory, began)
      isRestoring = hasForgotten(reported, now)
      if (isRestoring) before = toGive(memory)
      else memory = grownMemory(memory, before, now)
      if (memory) memory = { ...memory, began }
      reported = now
      given = isRestoring ? null : instruction
      ticksSinceGiven = isDue ? 1 : ticksSinceGiven + 1
      return {
        ...verdict,
        latencyMs: Math.round((performance.now() - startedMs) * 10) / 10,
        ...(wasRestoring && !isRestoring ? { restarted: true } : {}),
        ...(memory ? { memory } : {}),
      }
    },
    note: (answered) => {
      memory = addAnswer(memory, answered)
    },
    release: async () => undefined,
    close: async () => {
      const never = new AbortController().signal
      await callModel(
        http,
        connection,
        {
          path: '/v1/streaming/reset',
          headers: { 'x-streaming-session': sessionId },
          body: { session_id: sessionId },
          timeoutMs: closeTimeoutMs,
        },
        never,
      ).catch((error: unknown) => {
        log.info({ error: toError(error).message }, 'the model session could not be reset')
      })
    },
  }
}

/** Its content knows silence and response only; a delegation stands in the raw words or inside the response. */
function readContent(content: string, harness: Harness): TokenForm {
  const plain = parseTokenForm(content)
  if (plain.action !== 'response' || typeof harness.raw_content !== 'string') return plain
  const raw = parseTokenForm(harness.raw_content)
  return raw.action === 'delegate' ? raw : plain
}

/** Memory only grows: one that is suddenly empty belongs to a session that began anew. */
function hasForgotten(known: ModelMemory | undefined, now: ModelMemory | undefined): boolean {
  return now !== undefined && memoryText(known) !== '' && memoryText(now) === ''
}
