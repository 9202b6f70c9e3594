// Pastes copied cards, beside where they were, and selects them.
import { IconClipboard } from '@tabler/icons-react'
import { pasteItems } from '../graph/edit.ts'
import { changeFlow, currentFlow, select } from '../store.ts'
import { hasClip, nextOffset, parseClip, readClip } from './clipboard.ts'
import type { Command } from './command.ts'

/** Pastes a clip's text; false when the text is something else. */
export function pasteText(text: string): boolean {
  const clip = parseClip(text)
  const flow = currentFlow()
  if (!clip || !flow || clip.nodes.length === 0) return false
  const offset = nextOffset()
  const pasted = pasteItems(flow, clip, { x: offset, y: offset })
  changeFlow(() => pasted.flow)
  select({ nodes: pasted.ids })
  return true
}

export const paste: Command = {
  id: 'paste', label: 'Paste', icon: IconClipboard, shortcuts: ['mod+v'], native: true,
  isEnabled: hasClip,
  run: async () => {
    const text = await readClip()
    if (text !== null) pasteText(text)
  },
}
