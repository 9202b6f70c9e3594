// A group bot of Feishu or Lark.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { hookSecret, signSecret } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'feishu',
  title: 'Feishu',
  text: 'A group bot of Feishu or Lark; with an app of yours it shows the picture too.',
  icon: 'message',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [
    hookSecret,
    signSecret,
    {
      name: 'appId',
      label: 'App ID',
      help: 'Of a Feishu app that may upload pictures (im:resource); without one the picture is behind the link',
    },
    { name: 'appSecret', label: 'App secret', help: 'Of the same app' },
  ],
  needs: { oneOf: ['url'], words: "its bot's address" },
  can: { notify: 'feishu' },
  test: 'notify',
})
