// The button that does something about a problem, where one press can: allowing a host, adding a connection.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { shortName, waitingOfProblem } from '../graph/needs.ts'
import { allowHosts, showNeeds, useNeeds } from '../needs.ts'
import { inspect } from '../store.ts'
import type { Problem } from '../views.ts'
import { say } from '../words/say.ts'

const approvals = ['HOST_NOT_APPROVED', 'RECEIVER_NOT_APPROVED', 'COMMAND_NOT_APPROVED', 'NODERED_NOT_APPROVED']

/** True for what waits for the owner's yes. */
export function isApproval({ code }: Problem): boolean {
  return approvals.includes(code)
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
