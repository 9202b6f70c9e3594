// Arms and disarms one arm card of a running flow. Shows what the session says of itself, never what was merely pressed.
import { Switch } from '@mantine/core'
import { useState } from 'react'
import type { NodeStatus } from '../../nodes/contract/events.ts'
import { api } from '../api.ts'
import { say } from '../words/say.ts'

/** `label` says which card, where there are several. */
export function ArmSwitch({
  flowId,
  node,
  status,
  label = say('Armed'),
}: {
  flowId: string
  node: string
  status: NodeStatus | undefined
  label?: string
}) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isArmed = status?.data?.['armed'] === true
  const detail = status?.data?.['detail']
  const usual = isArmed ? say('Messages get through.') : say('Messages are held back.')
  const turn = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    await api
      .tellNode(flowId, node, 'control', isArmed ? 'off' : 'on')
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
    setBusy(false)
  }
  return (
    <div className="nodrag">
      <Switch
        size="md"
        label={label}
        description={status ? (typeof detail === 'string' ? detail : usual) : say('Unknown until the flow runs.')}
        checked={isArmed}
        disabled={!status || isBusy}
        onChange={() => void turn()}
        data-testid={`arm-${node}`}
      />
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </div>
  )
}
