// Opens the panel that gives the open flow away, or the selected cards of it.
import { IconShare } from '@tabler/icons-react'
import { giveAway } from '../sharing/sharing-store.ts'
import { useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const share: Command = {
  id: 'share',
  label: say('Share…'),
  icon: IconShare,
  shortcuts: [],
  isSafe: true,
  isEnabled: () => (useFlow.getState().history?.present.nodes.length ?? 0) > 0,
  run: () => {
    const { id } = useFlow.getState()
    if (id !== null) void giveAway(id)
  },
}
