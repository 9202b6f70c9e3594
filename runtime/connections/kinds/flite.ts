// The voice that comes with Heed.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'flite',
  title: 'Built-in voice',
  text: 'A plain voice on this machine; no network is needed.',
  icon: 'volume',
  group: 'voice',
  config: z.looseObject({}),
  secrets: [],
  can: { speak: 'built-in' },
  test: 'speak',
  isBuiltIn: true,
})
