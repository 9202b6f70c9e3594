// The list of flows with the state each has now: read again every ten seconds, and quicker where the live feed knows more.
import { useLive } from '../live.ts'
import { flowsQuery, useRead } from '../queries.ts'
import type { FlowSummary } from '../views.ts'

/** Null until the list was read once. */
export function useFlows(): FlowSummary[] | null {
  const flows = useRead({ ...flowsQuery, refetchInterval: 10_000, refetchOnMount: 'always' }).data
  const status = useLive((live) => live.status)
  return flows?.map((flow) => ({ ...flow, state: status[flow.id]?.state ?? flow.state })) ?? null
}

/** True for states in which a flow watches or tries to. */
export function isAwake(state: FlowSummary['state']): boolean {
  return state === 'running' || state === 'starting' || state === 'degraded'
}
