// What an agent's command line printed, as an answer: Codex's JSON lines, Claude Code's JSON, or plain text. Pure.
import { FatalError } from '../../nodes/contract/errors.ts'
import { answered, readJson, type AgentAnswer } from './agent.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The answer in `stdout`. Throws FatalError when the agent itself says that it failed. */
export function readOutput(stdout: string): AgentAnswer {
  const parsed = readJson(stdout.trim())
  const values = Array.isArray(parsed) ? parsed : isObject(parsed) ? [parsed] : lines(stdout)
  if (!values) return answered(withoutColours(stdout))
  let text: unknown
  for (const value of values.filter(isObject)) {
    assertWell(value)
    text = wordsOf(value) ?? text
  }
  return answered(text ?? (values.length === 1 ? undefined : withoutColours(stdout)))
}

/** JSON lines: most lines are objects; what is not (a warning of a tool) is passed over. */
function lines(stdout: string): unknown[] | undefined {
  const read = stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => readJson(line))
  const found = read.filter(isObject)
  return found.length > 0 && found.length * 2 >= read.length ? found : undefined
}

/** Claude Code ends with `result`; Codex says `agent_message`, in an item or, before that, in `msg`. */
function wordsOf(value: Json): unknown {
  if (value.type === 'result') return value.result
  const item = isObject(value.item) ? value.item : isObject(value.msg) ? value.msg : undefined
  if (item)
    return item.type === 'agent_message' || item.item_type === 'assistant_message'
      ? (item.text ?? item.message)
      : undefined
  for (const key of ['answer', 'text', 'output', 'response', 'message'])
    if (typeof value[key] === 'string') return value[key]
  // OpenClaw: the reply in parts.
  const payloads = isObject(value.result) ? value.result.payloads : value.payloads
  return Array.isArray(payloads)
    ? payloads
        .filter(isObject)
        .map(({ text }) => (typeof text === 'string' ? text : ''))
        .join('\n')
    : undefined
}

function assertWell(value: Json): void {
  const isBad =
    value.is_error === true || value.type === 'turn.failed' || (value.type === 'error' && !isObject(value.item))
  if (!isBad) return
  const error = isObject(value.error) ? value.error.message : (value.error ?? value.result ?? value.message)
  throw new FatalError(
    'AGENT_FAILED',
    `The agent gave up: ${typeof error === 'string' && error !== '' ? error.slice(0, 300) : 'it gave no reason'}.`,
  )
}

function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
}
