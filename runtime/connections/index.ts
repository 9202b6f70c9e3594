// The door of connections/. Named servers and accounts, their secrets, and what each kind can do.
export { createConnectionStore, ensureBuiltIn } from './connections.store.ts'
export type { ConnectionStore } from './connections.ts'
export {
  copyCredentials,
  fillConfig,
  fillFrom,
  readCredentials,
  readLost,
  removeCredentials,
  saveCredentials,
} from './credentials.store.ts'
export { builtInNames, loadConnectionKinds } from './kinds.ts'
export { createConnectionTest, type ConnectionReport, type TestAbility } from './test-connection.ts'
export { addConnectionRoutes } from './routes.ts'
export { signingPort, testSigning } from './signing-port.ts'
export {
  fillConfigFrom,
  hideInConfig,
  hideInDocument,
  lostInConfig,
  lostWords,
  type LostSecret,
} from './url-credentials.ts'
export type { ConnectionsRouteDeps } from './route-deps.ts'
