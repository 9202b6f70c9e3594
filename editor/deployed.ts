// Which version of the open flow runs: so that nothing drawn since claims to run, and nobody forgets to deploy it. Only reads.
import { create } from 'zustand'
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError, api } from './api.ts'

interface Deployed {
  flow: string | null
  revision: number
  document: Flow | null
}

const nothing: Deployed = { flow: null, revision: 0, document: null }
export const useDeployed = create<Deployed>()(() => nothing)

/** Reads the version that runs, once per revision; null when nothing runs. */
export async function readDeployed(flow: string, revision: number | null): Promise<void> {
  if (revision === null) return useDeployed.setState(nothing)
  const now = useDeployed.getState()
  if (now.flow === flow && now.revision === revision) return
  // Until it is read, nothing is known, and nothing is claimed.
  useDeployed.setState({ flow, revision, document: null })
  try {
    const { document } = await api.flowRevision(flow, revision)
    const { flow: wanted, revision: newest } = useDeployed.getState()
    if (wanted === flow && newest === revision) useDeployed.setState({ document })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // Asked for again with the next status.
    useDeployed.setState(nothing)
  }
}
