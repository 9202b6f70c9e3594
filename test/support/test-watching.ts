// The product's test of a connection that watches, as the connections page runs it.
import { createConnectionTest } from '../../runtime/connections/index.ts'
import { testModel } from '../../runtime/models/index.ts'
import { connectionKinds } from './connection-kinds.ts'

export function testWatching(deps: Parameters<typeof testModel>[0]) {
  return createConnectionTest(connectionKinds, { watch: testModel(deps) })
}
