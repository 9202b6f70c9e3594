// What a plain vision server's answer says: without what the model thought before, and in which words servers say that a request
// was too long. Pure; knows the dresses of many models, and trusts none of them to be short.
import { RetryableError } from '../../nodes/contract/errors.ts'

export interface Said {
  /** The model's own line; empty is an answer too. */
  text: string
  /** It was still thinking when its answer was cut off: nothing was decided. */
  isUnfinished: boolean
}

interface Message {
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
}

// `<think>`, Kimi's ◁think▷; some templates open the thought in the prompt, so that only its end is in the answer.
const thought = /(<(think|thinking|reasoning)>|◁think▷)[\s\S]*?(<\/(think|thinking|reasoning)>|◁\/think▷)/gi
const endOfThought = /^[\s\S]*(<\/(think|thinking|reasoning)>|◁\/think▷)/i
const openThought = /(<(think|thinking|reasoning)>|◁think▷)[\s\S]*$/i
// A tool that nobody offered, and boxes that some models put their answer into.
const tools = /<(tool_call|function_call)>[\s\S]*?(<\/(tool_call|function_call)>|$)/gi
const boxes = /<\/?answer>|<\|(begin|end)_of_box\|>|<\|im_(start|end)\|>/gi

/** What the model printed. Throws RetryableError MODEL_NONSENSE when there is no message at all. */
export function saidIn(answer: Record<string, unknown>): Said {
  const choices = Array.isArray(answer.choices)
    ? (answer.choices as { message?: Message; finish_reason?: unknown }[])
    : []
  const message = choices[0]?.message
  if (!message)
    throw new RetryableError(
      'MODEL_NONSENSE',
      'The model server answered JSON without a message in it. Is this the address of an OpenAI-compatible server?',
    )
  const parts = Array.isArray(message.content) ? (message.content as { text?: unknown }[]) : []
  const printed =
    typeof message.content === 'string'
      ? message.content
      : parts.map((part) => (typeof part.text === 'string' ? part.text : '')).join('')
  const text = printed
    .replace(thought, '')
    .replace(endOfThought, '')
    .replace(openThought, '')
    .replace(tools, '')
    .replace(boxes, '')
    .trim()
  const hasThought =
    openThought.test(printed.replace(thought, '')) ||
    [message.reasoning_content, message.reasoning].some((each) => typeof each === 'string' && each !== '')
  return { text, isUnfinished: text === '' && hasThought && choices[0]?.finish_reason === 'length' }
}

// vLLM, SGLang, llama.cpp, LM Studio, Ollama and OpenAI.
const tooLong =
  /maximum (context|model) length|context[ _](length|size|window)|exceeds? the (available )?context|exceed_context_size|max_model_len|too many tokens|prompt (is )?too long/i
const lengths =
  /n_ctx["']?\s*[:=]\s*(\d+)|maximum (?:context|model) length (?:is|of) (\d+)|context (?:length|size|window) (?:is |of )?\(?(\d+)/i

/** Undefined when the answer is no refusal of a long request; `tokens` where the server says how many it takes. */
export function contextRefusal(status: number, text: string): { tokens: number | undefined } | undefined {
  // llama.cpp and Ollama answer 500, also for this.
  if (![400, 413, 422, 500].includes(status) || !tooLong.test(text)) return undefined
  const found = lengths.exec(text)
  const tokens = Number(found?.[1] ?? found?.[2] ?? found?.[3])
  return { tokens: Number.isFinite(tokens) ? tokens : undefined }
}
