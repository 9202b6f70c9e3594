// A group bot of WeCom.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { hookSecret } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'wecom',
  title: 'WeCom',
  text: 'A group bot.',
  icon: 'message',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [hookSecret],
  needs: { oneOf: ['url'], words: "its bot's address" },
  can: { notify: 'wecom' },
  test: 'notify',
})
