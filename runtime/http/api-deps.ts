// What the HTTP API as a whole needs of the world.
import type { AccountsRouteDeps } from '../accounts/index.ts'
import type { ActionsRouteDeps } from '../actions/index.ts'
import type { CamerasRouteDeps } from '../cameras/index.ts'
import type { ChannelsRouteDeps } from '../channels/index.ts'
import type { ConnectionsRouteDeps } from '../connections/index.ts'
import type { EgressRouteDeps } from '../egress/index.ts'
import type { FlowsRouteDeps } from '../flows/index.ts'
import type { HistoryRouteDeps } from '../history/index.ts'
import type { LiveRouteDeps } from '../live/index.ts'
import type { NodeRedRouteDeps } from '../node-red/index.ts'
import type { PackagesRouteDeps } from '../packages/index.ts'
import type { ProxyTrust } from './proxies.ts'
import type { SpillReport, StreamsRouteDeps } from '../streams/index.ts'
import type { RecordingsRouteDeps } from '../recordings/index.ts'
import type { RehearsalsRouteDeps } from '../rehearsals/index.ts'
import type { SystemRouteDeps } from '../system/index.ts'
import type { TemplatesRouteDeps } from '../templates/index.ts'

export type ApiDeps = AccountsRouteDeps &
  ActionsRouteDeps &
  CamerasRouteDeps &
  ChannelsRouteDeps &
  ConnectionsRouteDeps &
  EgressRouteDeps &
  FlowsRouteDeps &
  HistoryRouteDeps &
  LiveRouteDeps &
  NodeRedRouteDeps &
  PackagesRouteDeps &
  RecordingsRouteDeps &
  RehearsalsRouteDeps &
  StreamsRouteDeps &
  SystemRouteDeps &
  TemplatesRouteDeps & {
    version: string
    /** `trouble`: why it takes no writing though it answers, in one sentence. */
    pingDatabase(): Promise<{ latencyMs: number; version: string; backend: 'embedded' | 'external'; trouble?: string }>
    /** What was decided and waits on disk for the database. */
    spill(): SpillReport
    metrics(): Promise<{ contentType: string; text: string }>
    /** Counts an answered request; `route` is its pattern, so there are few. */
    observeRequest?(request: { method: string; route: string; status: number; ms: number }): void
    /** From HEED_TOKEN. */
    token: string | undefined
    /** Whose X-Forwarded-For counts. */
    isTrustedProxy: ProxyTrust
    /** Folder with the built editor. */
    editorDir: string
  }
