// Copies the selected cards and the wires among them.
import { IconCopy } from '@tabler/icons-react'
import { copyItems } from '../graph/edit.ts'
import { useNeeds } from '../needs.ts'
import { currentFlow, useFlow } from '../store.ts'
import { keepClip } from './clipboard.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

/** The clip as text, or null when no card is selected. */
export function copyText(): string | null {
  const flow = currentFlow()
  const { nodes } = useFlow.getState().selection
  // While it is not known, it is not taken for granted.
  const { flow: asked, needs } = useNeeds.getState()
  const { id } = useFlow.getState()
  const isOwn = asked === id && needs?.unapprovedHosts.length === 0
  return flow && id !== null && nodes.length > 0 ? keepClip(copyItems(flow, nodes), id, isOwn) : null
}

export const copySelected: Command = {
  id: 'copy',
  label: say('Copy'),
  icon: IconCopy,
  shortcuts: ['mod+c'],
  native: true,
  isSafe: true,
  isEnabled: () => useFlow.getState().selection.nodes.length > 0,
  run: async () => {
    const text = copyText()
    if (text !== null) await navigator.clipboard?.writeText(text).catch(() => undefined)
  },
}
