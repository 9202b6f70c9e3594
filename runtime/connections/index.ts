// The door of connections/. Named servers and accounts, their secrets, and what each kind can do.
export { builtInConnections, lackOf } from './connection-schemas.ts'
export { createConnectionStore, ensureBuiltIn } from './connections.store.ts'
export type { ConnectionStore } from './connections.ts'
export { copyCredentials, fillFrom, removeCredentials, saveCredentials } from './credentials.store.ts'
export { addConnectionRoutes } from './routes.ts'
export { signingPort } from './signing-port.ts'
export { hideInDocument } from './url-credentials.ts'
export type { ConnectionsRouteDeps } from './route-deps.ts'
