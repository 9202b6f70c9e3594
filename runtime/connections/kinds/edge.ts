// The model that comes with Heed.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'edge',
  title: 'Built-in model',
  text: 'A small model on this machine. It knows people and how they move, and needs no graphics card.',
  icon: 'cpu',
  group: 'model',
  config: z.looseObject({}),
  secrets: [],
  can: { watch: 'built-in', detect: 'built-in' },
  test: 'watch',
  isBuiltIn: true,
})
