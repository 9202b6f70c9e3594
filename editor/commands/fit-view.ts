// Shows the whole flow.
import { IconMaximize } from '@tabler/icons-react'
import { fitView as fit } from '../canvas/view.ts'
import { currentFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const fitView: Command = {
  id: 'fit-view',
  label: say('Show everything'),
  icon: IconMaximize,
  shortcuts: ['mod+0'],
  isSafe: true,
  isEnabled: () => (currentFlow()?.nodes.length ?? 0) > 0,
  run: fit,
}
