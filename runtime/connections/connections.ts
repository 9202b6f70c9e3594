// The shapes that this folder owns.
import type { Connection } from '../../nodes/contract/connections.ts'
import type { ListQuery } from '../../nodes/contract/input.ts'
import type { ConnectionView } from './route-answers.ts'

/** A connection as it is listed: its secrets by name only. */
export type StoredConnection = Pick<Connection, 'name' | 'kind' | 'config'> & { hasSecret: string[] }

export interface ConnectionStore {
  /** In the order of their names: all, or those behind `cursor` and one more than `limit`. */
  list(query?: ListQuery): Promise<ConnectionView[]>
  create(connection: Omit<Connection, 'can'>): Promise<void>
  /**
   * A secret left out is kept; an empty string removes it. `allow` sees what is stored while nobody else can change it, and
   * throws to keep it so.
   */
  update(
    name: string,
    patch: { config?: Record<string, unknown>; secret?: Record<string, string> },
    allow?: (stored: StoredConnection) => void,
  ): Promise<void>
  remove(name: string): Promise<void>
  get(name: string): Promise<Connection>
}
