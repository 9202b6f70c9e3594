// What somebody says at a microphone, as a message: wire it into the model's question. The words were found outside the
// session; this node only passes them on, once.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'

export default defineNode({
  type: 'voice-input',
  version: 1,
  title: 'Voice input',
  icon: 'microphone',
  group: 'interaction',
  also: 'microphone, listen, hear, speech to text, talk to it, dictate, 麦克风, 语音输入',
  does: ['listen'],
  help: [
    "Listens at the browser's microphone and sends on what was said.",
    'Example: wire "Message" into the model\'s "Question", open the watch page and ask "How many people are there?".',
    'The connection is a speech server that listens (OpenAI-compatible /v1/audio/transcriptions).',
    'Nothing is recorded: of the sound only the words are kept.',
  ].join('\n'),
  ports: {
    in: { heard: port('message', { label: 'Heard', help: 'Words from outside, as if they had been said.' }) },
    out: { message: port('message', { event: 'message.sent', help: 'What was said.' }) },
  },
  config: z.object({
    connection: z.string().default('').meta({
      label: 'Listens with',
      widget: 'connection',
      can: 'listen',
      help: 'A speech server that turns sound into words.',
    }),
  }),
  card: 'with {{connection}}',
  needs: ['clock'],
  state: () => ({ count: 0 }),
  check: ({ connection }) =>
    connection === ''
      ? [
          {
            port: null,
            field: 'connection',
            code: 'SPEECH_CONNECTION_EMPTY',
            message: 'Choose the speech server that turns sound into words.',
            severity: 'error',
          },
        ]
      : [],
  onTick: ({ heard }, ctx) => {
    const said = heard.map((message) => ({ ...message, text: message.text.trim() })).filter(({ text }) => text !== '')
    const last = said.at(-1)
    if (last) {
      ctx.state.count += said.length
      ctx.status(last.text, { data: { last: last.text, count: ctx.state.count } })
    }
    return {
      message: said.map((message) => ctx.message(message.text, { fields: { ...message.fields, spoken: true } })),
    }
  },
})
