// JoyAI's background agent: one `POST /v1/solve`, answered when its work is done or its time is up.
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { cutText } from '../../nodes/contract/template.ts'
import { answered, asDataUrl, callAgent, type AskAgent } from './agent.ts'

/** It is told our limit; that it says so itself is better than a line cut off. */
const graceMs = 2000
/** Of what it had found out when its time was up. */
const longestPartly = 1000

export function backgroundAgent(http: HttpPort): AskAgent {
  return async (connection, question, signal) => {
    const { timeoutMs } = question
    const body = {
      session_id: question.sessionId,
      task_id: question.taskId,
      question: question.question,
      foreground_text: question.note,
      frames: question.pictures.map(({ mediaTimeS, jpeg }) => ({ image_url: asDataUrl(jpeg), timestamp: mediaTimeS })),
      max_subagents: mostSubagents(connection),
      timeout_seconds: Math.max(1, Math.floor(timeoutMs / 1000)),
    }
    const answer = await callAgent(
      http,
      connection,
      { method: 'POST', path: '/v1/solve', body, timeoutMs, graceMs },
      signal,
    )
    const why =
      typeof answer.error === 'string' && answer.error !== '' ? answer.error.slice(0, 300) : 'it gave no reason'
    if (answer.status === 'completed') {
      return answered(answer.text, {
        ...(answer.thread_id ? { threadId: answer.thread_id } : {}),
        ...(answer.duration_ms ? { durationMs: answer.duration_ms } : {}),
      })
    }
    if (answer.status === 'timeout') throw ranOut(answer.text, why)
    if (answer.status === 'failed') throw new FatalError('AGENT_FAILED', `The agent gave up: ${why}.`)
    throw new RetryableError(
      'AGENT_NONSENSE',
      'This is not the answer of a background agent: it has no status. Check the URL and the kind of the connection.',
    )
  }
}

/** It answered, and in time: only its own work was not done. What it has is worth reading. */
function ranOut(text: unknown, why: string): RetryableError {
  const partly = typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : ''
  const found =
    partly === '' ? `, and had found nothing: ${why}.` : `. So far it had: ${cutText(partly, longestPartly)}`
  return new RetryableError('AGENT_TIMEOUT', `The agent gave up after its own time${found}`)
}

function mostSubagents(connection: Connection): number {
  const wanted = Number(connection.config.maxSubagents)
  return Number.isInteger(wanted) && wanted > 0 ? wanted : 6
}
