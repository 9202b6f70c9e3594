// A Telegram bot.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'telegram',
  title: 'Telegram',
  text: 'A bot of yours, from BotFather.',
  icon: 'brand-telegram',
  group: 'channel',
  config: z.looseObject({
    chatId: z.string().max(100).optional().meta({
      label: 'Chat id',
      widget: 'text',
      placeholder: '123456789',
      help: 'Who is told when a notification names nobody',
    }),
    url: webAddress('https://api.telegram.org', 'Only for a bot server of your own').optional().meta({
      label: 'Bot server',
      advanced: true,
    }),
  }),
  secrets: [{ name: 'botToken', label: 'Bot token', help: 'As BotFather gave it', form: 'key' }],
  needs: { oneOf: ['botToken'], words: 'its bot token' },
  can: { notify: 'telegram' },
  test: 'notify',
})
