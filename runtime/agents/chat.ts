// An agent behind an OpenAI-compatible chat: question and note as text, the pictures as parts with their times.
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { answered, asDataUrl, callAgent, inWords, type AskAgent } from './agent.ts'

/** Asks by one chat completion; nothing is kept between questions. */
export function openaiAgent(http: HttpPort): AskAgent {
  return async (connection, question, signal) => {
    const pictures = question.pictures.flatMap(({ mediaTimeS, jpeg }) => [
      { type: 'text', text: `At ${mediaTimeS.toFixed(1)} s:` },
      { type: 'image_url', image_url: { url: asDataUrl(jpeg) } },
    ])
    const body = {
      ...(modelOf(connection) ? { model: modelOf(connection) } : {}),
      stream: false,
      messages: [{ role: 'user', content: [{ type: 'text', text: inWords(question) }, ...pictures] }],
    }
    const answer = await callAgent(
      http,
      connection,
      { method: 'POST', path: '/v1/chat/completions', body, timeoutMs: question.timeoutMs },
      signal,
    )
    const [choice] = Array.isArray(answer.choices) ? (answer.choices as { message?: { content?: unknown } }[]) : []
    const content = choice?.message?.content
    return answered(
      Array.isArray(content)
        ? content.map((part: { text?: unknown }) => String(part.text ?? '')).join('')
        : withoutThoughts(content),
      {
        ...(typeof answer.model === 'string' ? { model: answer.model } : {}),
      },
    )
  }
}

/** Some servers leave a reasoning model's thoughts in front of its answer. */
function withoutThoughts(content: unknown): unknown {
  return typeof content === 'string' ? content.replace(/^\s*<think>[\s\S]*?<\/think>/, '') : content
}

function modelOf(connection: Connection): string | undefined {
  return typeof connection.config.model === 'string' && connection.config.model !== ''
    ? connection.config.model
    : undefined
}
