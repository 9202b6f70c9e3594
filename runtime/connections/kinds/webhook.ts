// What signs the posts of a webhook, so that the receiver knows they are from here.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'webhook',
  title: 'Webhook signature',
  text: 'A secret with which webhook messages are signed, so that the receiver knows they are from here.',
  icon: 'webhook',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [{ name: 'signingSecret', label: 'Signing secret', help: 'The receiver must know the same' }],
  can: { notify: 'webhook', sign: 'webhook' },
  test: 'sign',
})
