// Deployments in memory, for the API's tests: every deploy begins all streams anew.
import type { Deployment, DeploymentStore } from '../../runtime/flows/records.ts'
import type { StreamRef } from '../../runtime/queue/records.ts'

/** A store that compares no plans. */
export function memoryDeployments(): DeploymentStore {
  const running = new Map<string, { deployment: Deployment; streams: StreamRef[] }>()
  let count = 0
  return {
    deploy: async (flowId, revision, plan) => {
      count += 1
      const superseded = running.get(flowId)?.streams ?? []
      const started = plan.streams.map(({ id }) => ({ streamId: `${flowId}-${id}`, run: count }))
      const deployment: Deployment = { id: `d${count}`, revision, state: 'starting' }
      running.set(flowId, { deployment, streams: started })
      const changes = { kept: [], changed: [], restarted: [], stopped: [], started: started.map((ref) => ref.streamId) }
      return { deployment, started, superseded, kept: [], changes }
    },
    preview: async (flowId, plan) => ({
      kept: [],
      changed: [],
      restarted: [],
      stopped: [],
      started: plan.streams.map(({ id }) => `${flowId}-${id}`),
    }),
    stop: async (flowId) => {
      const found = running.get(flowId)
      running.delete(flowId)
      return { deployment: found ? { ...found.deployment, state: 'stopped' } : null, stopped: found?.streams ?? [] }
    },
    status: async (flowId) => {
      const deployment = running.get(flowId)?.deployment ?? null
      return { state: deployment?.state ?? 'stopped', deployment, streams: [], receivers: [] }
    },
    statuses: async () =>
      new Map(
        [...running].map(([flow, { deployment }]) => [flow, { state: deployment.state, streams: [], receivers: [] }]),
      ),
    receiversInTrouble: async () => 0,
    streamFlow: async (streamId) =>
      [...running].find(([, { streams }]) => streams.some((ref) => ref.streamId === streamId))?.[0],
    counts: async () => ({ wanted: running.size, running: running.size, degraded: 0 }),
  }
}
