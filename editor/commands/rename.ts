// Writes a card's name where it stands.
import { IconPencil } from '@tabler/icons-react'
import { useTools } from '../canvas/tools.ts'
import { useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const rename: Command = {
  id: 'rename',
  label: say('Rename'),
  icon: IconPencil,
  shortcuts: ['f2'],
  isEnabled: () => useFlow.getState().selection.nodes.length === 1,
  run: () => useTools.setState({ renaming: useFlow.getState().selection.nodes[0] ?? null }),
}
