// Removes what is selected, wires of removed cards too.
import { IconTrash } from '@tabler/icons-react'
import { removeItems } from '../graph/edit.ts'
import { changeFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const deleteSelected: Command = {
  id: 'delete',
  label: say('Delete'),
  icon: IconTrash,
  shortcuts: ['delete', 'backspace'],
  isEnabled: () => useFlow.getState().selection.nodes.length + useFlow.getState().selection.wires.length > 0,
  run: () => {
    const { selection } = useFlow.getState()
    changeFlow((flow) => removeItems(flow, selection))
  },
}
