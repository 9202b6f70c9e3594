// The shapes that this folder owns.
import type { Connection, ConnectionKind } from '../../nodes/contract/connections.ts'

export interface ConnectionStore {
  list(): Promise<
    {
      name: string
      kind: ConnectionKind
      config: Record<string, unknown>
      hasSecret: string[]
      usedBy: { flow: string; node: string }[]
    }[]
  >
  create(connection: Connection): Promise<void>
  /** A secret left out is kept; an empty string removes it. */
  update(name: string, patch: { config?: Record<string, unknown>; secret?: Record<string, string> }): Promise<void>
  remove(name: string): Promise<void>
  get(name: string): Promise<Connection>
}
