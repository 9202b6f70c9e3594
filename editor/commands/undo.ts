// One step back.
import { IconArrowBackUp } from '@tabler/icons-react'
import { stepHistory, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const undoChange: Command = {
  id: 'undo',
  label: say('Undo'),
  icon: IconArrowBackUp,
  shortcuts: ['mod+z'],
  isEnabled: () => (useFlow.getState().history?.past.length ?? 0) > 0,
  run: () => stepHistory('undo'),
}
