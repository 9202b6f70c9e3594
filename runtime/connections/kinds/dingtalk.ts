// A group bot of DingTalk.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { hookSecret, signSecret } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'dingtalk',
  title: 'DingTalk',
  text: 'A group bot.',
  icon: 'message',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [hookSecret, signSecret],
  needs: { oneOf: ['url'], words: "its bot's address" },
  can: { notify: 'dingtalk' },
  test: 'notify',
})
