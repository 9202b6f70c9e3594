// Tells somebody, over one channel. One try per call; the queue repeats it until it is delivered or given up.
import { z } from 'zod'
import { defineAction, port } from '../contract/define.ts'
import { FatalError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import type { Channel } from './channel.ts'
import { inbox } from './inbox.ts'
import { webhook } from './webhook.ts'

const channels: readonly Channel[] = [inbox, webhook]
const ids = channels.map((channel) => channel.id) as [string, ...string[]]

export default defineAction({
  type: 'notification', version: 1, title: 'Notification', icon: 'bell', group: 'action',
  help: [
    'Tells somebody. Inbox shows the message here, with its picture; webhook posts it to an address of yours.',
    'Example: channel "webhook", URL "https://example.org/hook", title "Fall".',
    'A webhook is tried again with growing pauses while the receiver is away; the key in "Idempotency-Key" stays the same.',
    'Name a connection of kind "webhook" with a signing secret to have the posts signed.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What to tell.' }) },
    out: {
      delivered: port('message', { label: 'Delivered', event: 'notification.delivered', help: 'Once the channel has taken it.' }),
      failed: port('message', { label: 'Failed', event: 'notification.failed', help: 'Once every try was in vain.' }),
      unacknowledged: port('message', { label: 'Unacknowledged', event: 'notification.unacknowledged', help: 'When nobody has reacted in time.' }),
    },
  },
  config: z.object({
    channel: z.enum(ids).default('inbox').meta({
      label: 'Channel', widget: 'select', options: channels.map(({ id, label, help }) => ({ value: id, label, help })), help: 'How to reach somebody.',
    }),
    url: z.string().max(2000).default('').meta({ label: 'Address', widget: 'url', placeholder: 'https://example.org/hook', showIf: { field: 'channel', is: ['webhook'] }, help: 'Where the message is posted.' }),
    title: z.string().max(200).default('').meta({ label: 'Title', widget: 'text', placeholder: 'Fall', help: "The flow's name when empty." }),
    connection: z.string().default('').meta({
      label: 'Signed by', widget: 'connection', kinds: ['webhook'], advanced: true, showIf: { field: 'channel', is: ['webhook'] }, help: 'A connection with a signing secret.',
    }),
    text: z.string().max(2000).default('').meta({ label: 'Text', widget: 'template', advanced: true, placeholder: '{{text}}', help: 'Your own words around {{text}}; just the message when empty.' }),
  }),
  card: '{{channel}} {{title}}', needs: ['http', 'connections'],
  timeoutMs: 20_000,
  // With pauses that double up to a minute: about a quarter of an hour.
  maxAttempts: 20,
  check: (config) => channels.find((channel) => channel.id === config.channel)?.check(config) ?? [],
  perform: async (message, ctx) => {
    const channel = channels.find(({ id }) => id === ctx.config.channel)
    if (!channel) throw new FatalError('NOTIFICATION_CHANNEL_UNKNOWN', `There is no channel "${ctx.config.channel}". Choose one of ${ids.join(', ')}.`)
    const told: Message = { ...message, text: worded(ctx.config.text, message.text) }
    const title = ctx.config.title || ctx.flow.name
    const summary = await channel.send({ title, message: told }, ctx)
    return { outputs: { delivered: { ...told, fields: { ...told.fields, title, channel: channel.id } } }, summary }
  },
})

/** The message's text put into the user's own words; nothing in the message can name another field. */
function worded(template: string, text: string): string {
  return template.trim() === '' ? text : template.split('{{text}}').join(text)
}
