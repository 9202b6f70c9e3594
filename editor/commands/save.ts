// Saves at once instead of in a moment: for hands that press Ctrl+S.
import { IconDeviceFloppy } from '@tabler/icons-react'
import { currentFlow, saveNow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const save: Command = {
  id: 'save',
  label: say('Save now'),
  icon: IconDeviceFloppy,
  shortcuts: ['mod+s'],
  inText: true,
  isSafe: true,
  isEnabled: () => currentFlow() !== null,
  run: async () => void (await saveNow()),
}
