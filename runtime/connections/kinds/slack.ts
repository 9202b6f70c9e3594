// A Slack webhook or bot.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'slack',
  title: 'Slack',
  text: 'An incoming webhook, or a bot, which also brings the picture.',
  icon: 'message-circle',
  group: 'channel',
  config: z.looseObject({
    channel: z.string().max(100).optional().meta({
      label: 'Channel',
      widget: 'text',
      placeholder: 'C0123456789',
      help: 'For a bot: its id, when a notification names none',
    }),
    url: webAddress('https://slack.com', "For a bot: where Slack's API is, when it is not slack.com").optional().meta({
      label: 'API address',
      advanced: true,
    }),
  }),
  secrets: [
    { name: 'url', label: 'Webhook address', help: 'Either this', form: 'address' },
    {
      name: 'token',
      label: 'Bot token',
      help: 'or this, with the rights chat:write and files:write; files:read too, to correct messages with a picture',
      form: 'key',
    },
  ],
  needs: { oneOf: ['url', 'token'], words: 'its webhook address or bot token' },
  can: { notify: 'slack' },
  test: 'notify',
})
