// Stops the running flow; its cameras and models are let go.
import { IconPlayerStop } from '@tabler/icons-react'
import { readStatus, useLive } from '../live.ts'
import { offerUndo } from '../panels/StopUndo.tsx'
import { runFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

/** True while the open flow runs or is about to. */
export function isRunning(flowId: string | null): boolean {
  const state = useLive.getState().status[flowId ?? '']?.state
  return state === 'running' || state === 'starting' || state === 'degraded'
}

export const stop: Command = {
  id: 'stop',
  label: say('Stop'),
  icon: IconPlayerStop,
  shortcuts: [],
  isSafe: true,
  isEnabled: () => {
    const { id, isDeploying } = useFlow.getState()
    return !isDeploying && (isRunning(id) || useLive.getState().status[id ?? '']?.state === 'failed')
  },
  run: async () => {
    const { id } = useFlow.getState()
    if (id === null) return
    const ran = useLive.getState().status[id]?.deployment?.revision
    if (!(await runFlow('stop'))) return
    if (ran !== undefined) offerUndo(id, ran)
    await readStatus(id)
  },
}
