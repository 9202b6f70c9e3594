// Browsers that asked to be told. They register themselves, so that there is nothing to add by hand.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'web-push',
  title: 'Browser push',
  text: 'Browsers that asked to be told.',
  icon: 'bell',
  group: 'channel',
  config: z.looseObject({}),
  secrets: [],
  can: { notify: 'web-push' },
  test: 'notify',
  isUnlisted: true,
})
