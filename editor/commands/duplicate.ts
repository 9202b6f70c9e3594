// A second copy of the selected cards, without touching the clipboard.
import { IconCopyPlus } from '@tabler/icons-react'
import { copyItems, pasteItems } from '../graph/edit.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const duplicateSelected: Command = {
  id: 'duplicate',
  label: say('Duplicate'),
  icon: IconCopyPlus,
  shortcuts: ['mod+d'],
  isEnabled: () => useFlow.getState().selection.nodes.length > 0,
  run: () => {
    const flow = currentFlow()
    if (!flow) return
    const pasted = pasteItems(flow, copyItems(flow, useFlow.getState().selection.nodes), { x: 32, y: 32 })
    changeFlow(() => pasted.flow)
    select({ nodes: pasted.ids })
  },
}
