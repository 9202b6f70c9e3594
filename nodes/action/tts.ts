// Says a message aloud, wherever somebody listens: the sound is kept with the event. What comes too late is dropped and
// shown as dropped, never said.
import { z } from 'zod'
import { defineAction, port } from '../contract/define.ts'
import { CodedError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'

export default defineAction({
  type: 'tts',
  version: 1,
  title: 'Speak',
  icon: 'volume',
  group: 'action',
  also: 'say, voice, speech, aloud, talk, announce, loudspeaker, text to speech, 播报, 语音, 朗读',
  does: ['speak'],
  help: [
    'Says a message aloud in every open editor and watch page, and keeps the sound with the event.',
    'Example: wire the model\'s "Response" in and leave the connection at "flite", the built-in English voice.',
    'For other languages and voices choose a connection of kind "speech" (an OpenAI-compatible speech server).',
    'Sentences come in order, never over one another; one that is older than "Too old after" is dropped.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What to say.' }) },
    out: {
      audio: port('audio', { event: 'speech.played', help: 'The sound, once it was made.' }),
      message: port('message', { help: 'The message that was said, passed on.' }),
    },
  },
  config: z.object({
    connection: z.string().default('flite').meta({
      label: 'Voice from',
      widget: 'connection',
      can: 'speak',
      help: '"flite" is built in and speaks English.',
    }),
    voice: z.string().max(200).default('').meta({
      label: 'Voice',
      widget: 'voice',
      placeholder: "The connection's own",
      help: 'Which of the voices that the connection offers.',
    }),
    maxAgeS: z
      .number()
      .min(1)
      .max(600)
      .default(5)
      .meta({ label: 'Too old after', unit: 's', widget: 'number', help: 'A warning that comes late helps nobody.' }),
  }),
  card: 'with {{connection}}',
  needs: ['clock', 'speech'],
  // Longer than anybody may have to wait for the turn, and the slowest voice after that.
  timeoutMs: 900_000,
  maxAttempts: 3,
  lane: 'speech',
  receiver: ({ connection }) => connection,
  check: ({ connection }) =>
    connection === ''
      ? [
          {
            port: null,
            field: 'connection',
            code: 'SPEECH_CONNECTION_EMPTY',
            message: 'Choose who speaks: "flite" is built in.',
            severity: 'error',
          },
        ]
      : [],
  perform: async (message, ctx) => {
    const { connection, voice, maxAgeS } = ctx.config
    const saidAtMs = Date.parse(message.at)
    const wasS = ageS(message, ctx.clock.nowMs())
    try {
      const { url, durationS, startsAtMs } = await ctx.speech.speak(
        connection,
        {
          text: message.text,
          voice,
          queue: message.source.stream,
          saidAtMs,
          latestStartMs: saidAtMs + maxAgeS * 1000,
          about: { flow: ctx.flow.id, eventId: message.eventId, node: ctx.node.id },
        },
        ctx.signal,
      )
      return {
        outputs: {
          audio: { ...message, audio: { url }, fields: { ...message.fields, audio: { url, durationS, startsAtMs } } },
          message,
        },
        summary: `Spoken, ${durationS.toFixed(1)} s.`,
      }
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'SPEECH_STALE') throw error
      if (ctx.attempt > 1)
        return dropped(message, `the try before broke off, and now it is ${wasS} s old; ${maxAgeS} s is the limit`)
      return dropped(
        message,
        wasS > maxAgeS
          ? `it was ${wasS} s old, and ${maxAgeS} s is the limit`
          : `it could not have begun within ${maxAgeS} s, because something else was being said or the voice was slow`,
      )
    }
  },
})

function ageS(message: Message, nowMs: number): number {
  return Math.round((nowMs - Date.parse(message.at)) / 1000)
}

function dropped(
  message: Message,
  why: string,
): {
  outputs: Record<string, never>
  summary: string
  code: string
  facts: { kind: 'speech.dropped'; message: Message }[]
} {
  const { frame: _frame, ...rest } = message
  return {
    outputs: {},
    summary: `Dropped, not spoken: ${why}.`,
    code: 'SPEECH_DROPPED',
    facts: [{ kind: 'speech.dropped', message: { ...rest, fields: { ...message.fields, why } } }],
  }
}
