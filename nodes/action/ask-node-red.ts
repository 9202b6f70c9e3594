// Hands a message to a flow of the Node-RED inside Heed, and goes on with what comes back. Words only: a picture goes as an address.
import { z } from 'zod'
import { defineAction, port } from '../contract/define.ts'

/** The longest a person may let it take, and time to write down how it went. */
const mostS = 600

export default defineAction({
  type: 'ask-node-red',
  version: 1,
  title: 'Node-RED',
  icon: 'topology-star-3',
  group: 'action',
  also: 'nodered, lamp, light, siren, lock, relay, zigbee, z-wave, modbus, home automation, 灯, 警报器, 门锁, 智能家居',
  help: [
    'Hands each message to a flow of the Node-RED that runs inside Heed. Its palette has thousands of nodes for lamps, sirens, locks and buses.',
    'Example: behind a model that watches for falls, with a "heed in" called siren and a Zigbee node behind it in Node-RED.',
    'Where that flow ends in a "heed out", this waits for the answer and goes on with it at "Message".',
    'Where it does not, the message is delivered once all nodes behind it have done their work.',
    '"Failed" says why not: Node-RED is off, the entry is gone, nothing came back in time, or the words of the error there.',
    'After a crash a message may come a second time, with the same msg.heed.id. A picture goes as an address, msg.heed.pictureUrl.',
    'Node-RED is switched on under System.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is handed over.' }) },
    out: {
      message: port('message', { event: 'answer.received', help: 'What came back.' }),
      failed: port('message', { label: 'Failed', event: 'notification.failed', help: 'Why it was not taken.' }),
    },
  },
  config: z.object({
    entry: z.string().trim().max(200).default('').meta({
      label: 'To',
      widget: 'node-red',
      nodeRed: 'entry',
      placeholder: 'siren',
      help: 'The name of a "heed in" in Node-RED.',
    }),
    waitS: z.number().min(1).max(mostS).default(30).meta({
      label: 'Wait at most',
      unit: 's',
      widget: 'number',
      help: 'For an answer, or for the end of the work.',
    }),
  }),
  card: 'to {{entry}}',
  needs: ['clock', 'node-red'],
  timeoutMs: (mostS + 60) * 1000,
  maxAttempts: 12,
  lane: 'alerts',
  receiver: () => 'Node-RED',
  check: ({ entry }) =>
    entry === ''
      ? [
          {
            port: null,
            field: 'entry',
            code: 'NODERED_ENTRY_EMPTY',
            message: 'Choose which "heed in" of Node-RED takes the messages.',
            severity: 'error',
          },
        ]
      : [],
  perform: async (message, ctx) => {
    const { entry, waitS } = ctx.config
    const answer = await ctx.nodeRed.hand(
      {
        id: ctx.idempotencyKey,
        attempt: ctx.attempt,
        entry,
        flow: ctx.flow,
        message,
        hasPicture: message.frame !== undefined,
        waitMs: waitS * 1000,
      },
      ctx.signal,
    )
    if (answer.became === 'answered')
      return {
        outputs: { message: { ...message, text: answer.text, fields: { ...answer.fields, asked: message.text } } },
        summary: answer.text === '' ? `“${entry}” answered.` : `“${entry}” answered: ${answer.text.slice(0, 120)}`,
      }
    return {
      outputs: {},
      summary: answer.became === 'done' ? `Done by “${entry}”.` : `“${entry}” took it and is still at work.`,
    }
  },
})
