// Goes to the page that rehearses the open flow, as it is drawn now.
import { IconTestPipe } from '@tabler/icons-react'
import { go } from '../route.ts'
import { saveNow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const rehearse: Command = {
  id: 'rehearse',
  label: say('Rehearse…'),
  icon: IconTestPipe,
  shortcuts: [],
  isSafe: true,
  isEnabled: () => (useFlow.getState().history?.present.nodes.length ?? 0) > 0,
  run: async () => {
    const { id } = useFlow.getState()
    if (id === null) return
    await saveNow()
    go(`/rehearse/${id}`)
  },
}
