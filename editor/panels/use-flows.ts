// The list of flows with the state each has now: read again every ten seconds, and quicker where the live feed knows more.
import { useEffect } from 'react'
import { useLive } from '../live.ts'
import { readFlows, useSignIn } from '../sign-in.ts'
import type { FlowSummary } from '../views.ts'

/** Null until the list was read once. */
export function useFlows(): FlowSummary[] | null {
  const flows = useSignIn(({ flows }) => flows)
  const status = useLive((live) => live.status)
  useEffect(() => {
    void readFlows()
    const timer = setInterval(() => void readFlows(), 10_000)
    return () => clearInterval(timer)
  }, [])
  return flows?.map((flow) => ({ ...flow, state: status[flow.id]?.state ?? flow.state })) ?? null
}

/** True for states in which a flow watches or tries to. */
export function isAwake(state: FlowSummary['state']): boolean {
  return state === 'running' || state === 'starting' || state === 'degraded'
}
