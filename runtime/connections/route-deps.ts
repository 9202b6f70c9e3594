// What the routes of connections/ need of the world.
import type { Connection } from '../../nodes/contract/connections.ts'
import type { ConnectionStore } from './connections.ts'

export interface ConnectionsRouteDeps {
  flows: { list(): Promise<{ id: string; name: string }[]> }
  connections: ConnectionStore
  /** `POST /api/connections/:name/test` and before saving: does it answer, in words. */
  /** Kinds that reach people send a test message, to `to` where one is named. */
  testConnection(
    connection: Connection,
    to?: string,
  ): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }>
  /** The voices that a connection offers, by name. Throws in words when its server cannot say. */
  voices(connection: Connection): Promise<string[]>
  /** Throws when the database is away. */
  /** Why nothing in a flow may ever reach a host, in words that begin a sentence. */
  refusalOf(host: string): string | undefined
}
