// A Discord channel's webhook.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { hookSecret } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'discord',
  title: 'Discord',
  text: "A channel's webhook; it takes the picture too.",
  icon: 'message-circle',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [hookSecret],
  needs: { oneOf: ['url'], words: 'its webhook address' },
  can: { notify: 'discord' },
  test: 'notify',
})
