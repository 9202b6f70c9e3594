// The button that does something about a problem, where one press can: allowing a host, adding a connection.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { shortName, waitingOfProblem } from '../graph/needs.ts'
import { allowHosts, readNeeds, showNeeds, useNeeds } from '../needs.ts'
import { catchUp, inspect, saveNow, useFlow } from '../store.ts'
import type { Problem } from '../views.ts'
import { say } from '../words/say.ts'

const approvals = ['HOST_NOT_APPROVED', 'RECEIVER_NOT_APPROVED', 'COMMAND_NOT_APPROVED', 'NODERED_NOT_APPROVED']

/** True for what waits for the owner's yes. */
export function isApproval({ code }: Problem): boolean {
  return approvals.includes(code)
}

/** True for a part of another program's flow, whose settings are kept as they came. */
export function canStay(config: Record<string, unknown>): boolean {
  return typeof config['node'] === 'object'
}

/** For a part of another program's flow: all of them go on there, joined to what is drawn here. */
export function StayButton() {
  const id = useFlow((open) => open.id)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const stay = async (): Promise<void> => {
    if (id === null) return
    setBusy(true)
    setFailure(null)
    try {
      await saveNow()
      await api.stayInNodeRed(id)
      await catchUp()
      await readNeeds(id)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={isBusy}
        onClick={() => void stay()}
        data-testid="problem-stay"
      >
        {say('Let it stay in Node-RED')}
      </Button>
      {failure !== null && <span role="alert">{failure}</span>}
    </>
  )
}

/** Nothing for problems that want more than a press. */
export function ProblemButton({ problem, config }: { problem: Problem; config: Record<string, unknown> }) {
  const waiting = useNeeds((state) => state.needs?.unapprovedHosts)
  const [isBusy, setBusy] = useState(false)
  if (problem.code === 'NODE_CONNECTION_MISSING') {
    return (
      <Button
        size="compact-xs"
        variant="default"
        data-testid="problem-connection"
        onClick={() => {
          inspect(false)
          showNeeds(true)
        }}
      >
        {say('Add it')}
      </Button>
    )
  }
  if (problem.code === 'NODE_TYPE_UNKNOWN' && canStay(config)) return <StayButton />
  const hosts = waitingOfProblem(problem, config, waiting ?? [])
  if (hosts.length === 0) return null
  const allow = (): void => {
    setBusy(true)
    void allowHosts(hosts).finally(() => setBusy(false))
  }
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={isBusy}
      onClick={allow}
      aria-label={say('Allow {value}', { value: hosts.map(shortName).join(', ') })}
      data-testid="problem-allow"
    >
      {say('Allow')}
    </Button>
  )
}
