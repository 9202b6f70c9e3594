// Shows the versions of the open flow, to compare and to go back.
import { IconHistory } from '@tabler/icons-react'
import { useFlow } from '../store.ts'
import { openVersions } from '../versions.ts'
import { say } from '../words/say.ts'
import type { Command } from './command.ts'

export const versions: Command = {
  id: 'versions',
  label: say('Versions…'),
  icon: IconHistory,
  shortcuts: [],
  isEnabled: () => useFlow.getState().id !== null,
  run: openVersions,
}
