// Selects every card and wire.
import { IconSelectAll } from '@tabler/icons-react'
import { wireId } from '../graph/edit.ts'
import { currentFlow, select } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const selectAll: Command = {
  id: 'select-all',
  label: say('Select all'),
  icon: IconSelectAll,
  shortcuts: ['mod+a'],
  isEnabled: () => (currentFlow()?.nodes.length ?? 0) > 0,
  run: () => {
    const flow = currentFlow()
    if (flow)
      select({
        nodes: [...flow.nodes, ...(flow.notes ?? [])].map(({ id }) => id),
        wires: flow.wires.map(wireId),
      })
  },
}
