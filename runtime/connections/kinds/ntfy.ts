// Push over ntfy.sh or a server of one's own.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'ntfy',
  title: 'ntfy',
  text: 'Push to phones over ntfy.sh or a server of your own.',
  icon: 'bell',
  group: 'channel',
  config: z.looseObject({
    url: webAddress('https://ntfy.sh', 'ntfy.sh when empty').optional(),
    topic: z
      .string()
      .regex(/^[-_A-Za-z0-9]{1,64}$/, 'must be letters, digits, "-" and "_"')
      .optional()
      .meta({
        label: 'Topic',
        widget: 'text',
        placeholder: 'grandma-Zk3x9',
        help: 'Whoever knows it can read along',
      }),
  }),
  secrets: [{ name: 'token', label: 'Access token', help: 'Only if the server asks for one', form: 'key' }],
  can: { notify: 'ntfy' },
  test: 'notify',
})
