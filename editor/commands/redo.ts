// One step forward again.
import { IconArrowForwardUp } from '@tabler/icons-react'
import { stepHistory, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const redoChange: Command = {
  id: 'redo',
  label: say('Redo'),
  icon: IconArrowForwardUp,
  shortcuts: ['mod+shift+z', 'mod+y'],
  isEnabled: () => (useFlow.getState().history?.future.length ?? 0) > 0,
  run: () => stepHistory('redo'),
}
