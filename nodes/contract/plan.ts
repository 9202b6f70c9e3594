// A compiled flow: immutable JSON, stored with its revision. One stream per camera.
import type { Taps } from './frames.ts'

export const planFormat = 'heed.plan/1'

export interface PlanNode {
  id: string
  type: string
  version: number
  /** Migrated, validated, defaults filled in. */
  config: Record<string, unknown>
}

/** Where an out port leads. `remote` is a tick node that runs once per flow, in the stream named. */
export type Target =
  | { to: 'tick'; node: string; port: string }
  | { to: 'action'; node: string; port: string }
  | { to: 'remote'; node: string; port: string; stream: string }

export interface PlanStream {
  /** Unique within the flow: the camera node's id, followed by a dot and the camera's where the node points to cameras. */
  id: string
  /** The name of that camera. */
  camera?: string
  source: PlanNode
  taps: Taps
  /** Tick nodes in the order they run. */
  ticks: PlanNode[]
  actions: PlanNode[]
  /** By out port, `node.port`. */
  routes: Record<string, Target[]>
}

export interface Plan {
  format: typeof planFormat
  name: string
  streams: PlanStream[]
}
