// What both interaction servers are sent and answer, apart from who keeps what: ids, messages, and the verdict in an answer.
// Pure; never throws but for an answer without a message in it.
import { createHash } from 'node:crypto'
import type { ModelTick, ModelVerdict, ServerDelegation } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { withoutTimeLines } from '../../nodes/contract/time-lines.ts'
import { parseTokenForm } from './token-form.ts'

const longestDigest = 2000
const longestTask = 200
/** Letters of a picture in base64; a larger one is left out. */
const longestMedia = 4_000_000

/**
 * A session id that a server takes as it is: letters, digits, `_-` and, for the orchestrator, dots; at most 120 characters. Two streams
 * never get the same: a key that cannot stand there as it is carries a mark of the whole.
 */
export function sessionIdOf(streamKey: string, server: 'orchestrator' | 'webinfer' = 'orchestrator'): string {
  const plain = `heed-${streamKey}`
  const safe = plain.replace(server === 'orchestrator' ? /[^A-Za-z0-9._-]/g : /[^A-Za-z0-9_-]/g, '-')
  if (safe === plain && safe.length <= 120) return safe
  return `${safe.slice(0, 103)}-${createHash('sha256').update(streamKey).digest('hex').slice(0, 16)}`
}

/** The model's name, where the connection says one. */
export function modelOf(connection: Connection): { model?: string } {
  return typeof connection.config.model === 'string' && connection.config.model !== ''
    ? { model: connection.config.model }
    : {}
}

/** One user message: the instruction when the server does not have it, never with a line that reads as a time, and the pictures. */
export function tickMessages(request: ModelTick, instruction: string | null, pictures: number): unknown[] {
  const image = {
    type: 'image_url',
    image_url: { url: `data:image/jpeg;base64,${Buffer.from(request.picture.jpeg).toString('base64')}` },
  }
  const text = instruction === null ? [] : [{ type: 'text', text: withoutTimeLines(instruction) }]
  return [{ role: 'user', content: [...text, ...Array.from({ length: pictures }, () => image)] }]
}

export interface Interaction {
  action?: unknown
  text?: unknown
  delegated_question?: unknown
  delegation?: unknown
  frame_index?: unknown
  /** Only from servers that take the client's time. */
  turn_index?: unknown
  inference_skipped?: unknown
  memory?: unknown
}

/** The answer's `interaction` block; null from a server without one. */
export function interactionOf(answer: Record<string, unknown>): Interaction | null {
  return typeof answer.interaction === 'object' && answer.interaction !== null ? answer.interaction : null
}

/** The token form of the answer, for servers without an `interaction` block. Throws RetryableError MODEL_NONSENSE. */
export function contentOf(answer: Record<string, unknown>): string {
  const choices = Array.isArray(answer.choices) ? (answer.choices as { message?: { content?: unknown } }[]) : []
  const content = choices[0]?.message?.content
  if (typeof content === 'string') return content
  throw new RetryableError(
    'MODEL_NONSENSE',
    'The model server answered JSON without a message in it. Is this the address of an interaction server?',
  )
}

/** What an answer says. */
export function verdictOf(
  answer: Record<string, unknown>,
  interaction: Interaction | null,
): Omit<ModelVerdict, 'latencyMs'> {
  if (!interaction) return { ...parseTokenForm(contentOf(answer)), reason: 'model' }
  const text = typeof interaction.text === 'string' ? interaction.text.trim() : ''
  const question = typeof interaction.delegated_question === 'string' ? interaction.delegated_question.trim() : ''
  const data = delegationOf(interaction.delegation)
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
function delegationOf(block: unknown): Pick<ModelVerdict, 'data' | 'delegation'> {
  if (typeof block !== 'object' || block === null) return {}
  const { digest, media, question, status, task_id: task } = block as Record<string, unknown>
  if (status !== 'submitted' && status !== 'ready' && status !== 'error') return {}
  const words = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '')
  const told: Pick<ServerDelegation, 'status' | 'question' | 'digest'> = {
    status,
    question: words(question, longestDigest),
    digest: words(digest, longestDigest),
  }
  const picture = pictureIn(media)
  return {
    delegation: { ...told, task: words(task, longestTask), ...(picture ? { media: picture } : {}) },
    // Without the picture: this is what the card shows.
    data: { delegation: told.digest === '' ? { status, question: told.question } : told },
  }
}

function pictureIn(media: unknown): ServerDelegation['media'] | undefined {
  const match =
    typeof media === 'string' ? /^data:(image\/(?:jpeg|png|webp));base64,([A-Za-z0-9+/=\s]+)$/.exec(media) : null
  return match && match[0].length <= longestMedia
    ? { type: match[1] ?? '', bytes: Buffer.from(match[2] ?? '', 'base64') }
    : undefined
}
