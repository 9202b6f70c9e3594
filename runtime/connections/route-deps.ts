// What the routes of connections/ need of the world.
import type { Sound } from '../../nodes/contract/capabilities.ts'
import type { Connection, ConnectionKinds } from '../../nodes/contract/connections.ts'
import type { ConnectionStore } from './connections.ts'

export interface ConnectionsRouteDeps {
  flows: { list(): Promise<{ id: string; name: string }[]> }
  connections: ConnectionStore
  connectionKinds: ConnectionKinds
  /** Before saving, too: does it answer, in words. Kinds that reach people send a test message, to `to` where one is named. */
  testConnection(
    connection: Connection,
    to?: string,
  ): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }>
  /** The voices that a connection offers, by name. Throws in words when its server cannot say. */
  voices(connection: Connection): Promise<string[]>
  /** One sentence, spoken as that voice would. */
  sample(connection: Connection, sentence: { text: string; voice: string }): Promise<Sound>
  /** Why nothing in a flow may ever reach a host, in words that begin a sentence. */
  refusalOf(host: string): string | undefined
}
