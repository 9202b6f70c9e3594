// Opens the panel that rehearses the open flow.
import { IconTestPipe } from '@tabler/icons-react'
import { openRehearsals } from '../rehearse/rehearsal-store.ts'
import { useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const rehearse: Command = {
  id: 'rehearse',
  label: say('Rehearse…'),
  icon: IconTestPipe,
  shortcuts: [],
  isSafe: true,
  isEnabled: () => (useFlow.getState().history?.present.nodes.length ?? 0) > 0,
  run: () => {
    const { id } = useFlow.getState()
    if (id !== null) void openRehearsals(id)
  },
}
