// Selects every card and wire.
import { IconSelectAll } from '@tabler/icons-react'
import { wireId } from '../graph/edit.ts'
import { currentFlow, select } from '../store.ts'
import type { Command } from './command.ts'

export const selectAll: Command = {
  id: 'select-all',
  label: 'Select all',
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
