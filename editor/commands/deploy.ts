// Saves the flow and starts it, or starts its newest version in place of the running one.
import { IconPlayerPlay } from '@tabler/icons-react'
import { readStatus } from '../live.ts'
import { withdrawUndo } from '../panels/StopUndo.tsx'
import { runFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const deploy: Command = {
  id: 'deploy',
  label: say('Deploy'),
  icon: IconPlayerPlay,
  shortcuts: ['mod+enter'],
  inText: true,
  isSafe: true,
  isEnabled: () =>
    !useFlow.getState().isDeploying &&
    useFlow.getState().save.kind !== 'conflict' &&
    (useFlow.getState().history?.present.nodes.length ?? 0) > 0,
  run: async () => {
    const { id } = useFlow.getState()
    if (!(await runFlow('deploy')) || !id) return
    withdrawUndo(id)
    await readStatus(id)
  },
}
