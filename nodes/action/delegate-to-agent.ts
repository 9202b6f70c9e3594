// Puts a model's question to an agent and brings the answer back. One try per call; what the question says is data, it
// never chooses the agent.
import { z } from 'zod'
import { defineAction, port } from '../contract/define.ts'
import { CodedError, FatalError } from '../contract/errors.ts'

/** The longest a person may let an agent think, and time to write down how it went. */
const mostS = 600

export default defineAction({
  type: 'delegate-to-agent',
  version: 1,
  title: 'Ask an agent',
  icon: 'robot',
  group: 'action',
  also: 'ask, question, assistant, chatgpt, llm, claude, codex, look closer, 智能体, 询问, 助手',
  does: ['ask'],
  help: [
    "Takes the interaction model's question to an agent, with the model's note and up to 8 recent pictures.",
    'Example: wire the model\'s "Delegation" in, and "Answer" back into the model, so that it can speak of it.',
    'Works with an OpenAI-compatible chat, a JoyAI background agent, an A2A agent, or a command that the server lists in HEED_AGENT_COMMANDS.',
    'The stream goes on meanwhile. "Failed" says why there is no answer: too late, cancelled, too many questions at once.',
    'Stopping the flow ends a question whose answer would only go back into it; one that goes on to a notification is still answered.',
    'Deleting the flow ends them all.',
  ].join('\n'),
  ports: {
    in: { delegation: port('delegation', { required: true, help: 'The question.' }) },
    out: {
      answer: port('answer', { event: 'answer.received', help: 'What the agent found out.' }),
      failed: port('message', { label: 'Failed', event: 'delegation.failed', help: 'Why there is no answer.' }),
    },
  },
  config: z.object({
    connection: z.string().default('').meta({
      label: 'Agent',
      widget: 'connection',
      can: 'answer',
      help: 'Who is asked.',
    }),
    timeoutS: z
      .number()
      .min(1)
      .max(mostS)
      .default(120)
      .meta({ label: 'Wait at most', unit: 's', widget: 'number', help: 'Then the question has failed.' }),
    maxAtOnce: z.number().int().min(1).max(20).default(3).meta({
      label: 'Questions at once',
      widget: 'number',
      advanced: true,
      help: 'Of one stream; one more fails at once.',
    }),
  }),
  card: '{{connection}}, at most {{timeoutS}} s',
  needs: ['clock', 'agents', 'pictures'],
  timeoutMs: (mostS + 30) * 1000,
  maxAttempts: 3,
  lane: 'questions',
  receiver: ({ connection }) => connection,
  whenStopped: 'end',
  check: ({ connection }) =>
    connection === ''
      ? [
          {
            port: null,
            field: 'connection',
            code: 'AGENT_CONNECTION_EMPTY',
            message: 'Choose the agent that answers: a connection.',
            severity: 'error',
          },
        ]
      : [],
  perform: async (message, ctx) => {
    const { connection, timeoutS, maxAtOnce } = ctx.config
    if (message.fields?.answeredBy === 'server')
      return { outputs: {}, summary: 'The model server asks an agent of its own about this.' }
    const startedMs = ctx.clock.nowMs()
    const note = typeof message.fields?.note === 'string' ? message.fields.note : ''
    const pictures = await picturesOf(message.eventId, message.mediaTimeS, ctx.pictures)
    try {
      const answer = await ctx.agents.ask(
        connection,
        {
          question: message.text,
          note,
          pictures,
          timeoutMs: timeoutS * 1000,
          sessionId: message.source.stream,
          taskId: ctx.idempotencyKey,
          maxAtOnce,
        },
        ctx.signal,
      )
      const tookS = Math.round((ctx.clock.nowMs() - startedMs) / 100) / 10
      return {
        outputs: {
          answer: {
            ...message,
            text: answer.text,
            fields: {
              question: message.text,
              ...(note === '' ? {} : { note }),
              agent: connection,
              tookS,
              ...(answer.details ? { details: answer.details } : {}),
            },
          },
        },
        summary: `Answered after ${tookS} s.`,
      }
    } catch (error) {
      // Its time is up: asking again would answer a question that nobody remembers.
      if (error instanceof CodedError && error.code === 'AGENT_TIMEOUT')
        throw new FatalError('AGENT_TIMEOUT', error.message, { cause: error })
      throw error
    }
  },
})

interface Pictures {
  recentOfEvent(id: string): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]>
  ofEvent(id: string): Promise<Uint8Array | undefined>
}

/** What the stream saw up to the question; for a question that no model asked, the picture kept with it. */
async function picturesOf(
  eventId: string,
  mediaTimeS: unknown,
  pictures: Pictures,
): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]> {
  const recent = await pictures.recentOfEvent(eventId)
  if (recent.length > 0) return recent
  const jpeg = await pictures.ofEvent(eventId)
  return jpeg ? [{ mediaTimeS: typeof mediaTimeS === 'number' ? mediaTimeS : 0, jpeg }] : []
}
