// Flows that come from elsewhere, over the API and a real database.
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import delegate from '../../nodes/action/delegate-to-agent.ts'
import notification from '../../nodes/action/notification.ts'
import camera from '../../nodes/video/camera-source.ts'
import model from '../../nodes/vision/interaction-model.ts'
import { closeStore, openStore } from '../store/samples.ts'
import type { StoreUnderTest } from '../store/samples.ts'
import { startApi, type ApiBench } from './api-bench.ts'
import { memoryApi, type MemoryApi } from './memory-api.ts'

export interface Stored {
  id: string
  revision: number
  document: Drawn
  unapprovedHosts: string[]
}
export interface Problem {
  node: string | null
  field: string | null
  code: string
  message: string
  severity: string
}
export interface Refusal {
  error: { code: string; message: string; problems: Problem[] }
}
export interface Needs {
  nodes: string[]
  connections: { name: string; kinds: string[]; nodes: string[] }[]
  hosts: string[]
  commands: string[]
  cameras: { node: string; name: string; reason: string }[]
}
export interface Imported {
  flow: Stored
  requires: Needs
}
export type Drawn = ReturnType<typeof drawn>

export const node = (id: string, type: string, config: Record<string, unknown>, more = {}) => ({
  id,
  type,
  version: 1,
  position: { x: 0, y: 0 },
  config,
  ...more,
})
export const drawn = (config: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  format: 'heed.flow/1',
  'x-mine': { kept: [1, null, 'ü'] },
  name: 'From a friend',
  ...more,
  nodes: [
    node(
      'cam',
      'camera-source',
      { kind: 'rtsp', url: 'rtsp://10.0.0.7/stream' },
      { colour: 'red', name: 'Front door' },
    ),
    node('model', 'interaction-model', { connection: 'edge', instruction: 'Warn of falls.', watchFor: ['fall'] }),
    node('tell', 'notification', { channel: 'webhook', ...config }),
  ],
  wires: [
    { from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' }, bend: 2 },
    { from: { node: 'model', port: 'response' }, to: { node: 'tell', port: 'message' } },
  ],
})
export const web = drawn({ url: 'https://stranger.example/hook' })

export let under: StoreUnderTest
export let deps: MemoryApi
export let bench: ApiBench

/** Called by a suite: one API on a database of its own, without flows at the start of each test. */
export function startImports(): void {
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(() => closeStore(under))
  beforeAll(async () => {
    const { flows, deployments, connections, approvedHosts } = under.store
    deps = memoryApi({
      nodes: new Map([delegate, notification, camera, model].map((type) => [type.type, type])),
      nowMs: () => under.clock.ms,
      flows,
      deployments,
      connections,
      approvedHosts,
    })
    bench = await startApi(deps)
  })
  afterAll(() => bench.stop())
  // Each test with hosts of its own: what one flow names counts for the next.
  beforeEach(async () => {
    for (const { id } of await under.store.flows.list()) await under.store.flows.remove(id)
  })
}

export const importFlow = async (document: unknown): Promise<Imported> => {
  const answer = await bench.call<Imported>('POST', '/api/flows/import', { body: document })
  expect([answer.status, answer.headers.location]).toEqual([201, `/api/flows/${answer.body.flow.id}`])
  return answer.body
}
export const read = async (id: string): Promise<Stored> => (await bench.call<Stored>('GET', `/api/flows/${id}`)).body
export const problemsOf = async (id: string, body?: unknown): Promise<Problem[]> =>
  (await bench.call<{ problems: Problem[] }>('POST', `/api/flows/${id}/check`, { body })).body.problems.filter(
    ({ severity }) => severity === 'error',
  )
export const put = (flow: Stored, document: unknown) =>
  bench.call<Stored>('PUT', `/api/flows/${flow.id}`, { body: document, headers: { 'if-match': String(flow.revision) } })
export const approve = (id: string, hosts: unknown) =>
  bench.call<Stored>('POST', `/api/flows/${id}/approve-hosts`, { body: { hosts } })
export const deploy = (id: string) => bench.call<Refusal>('POST', `/api/flows/${id}/deploy`)
