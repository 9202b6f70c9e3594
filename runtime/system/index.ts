// The door of system/. How this Heed does: streams by name, models, lanes, storage.
export { addSystemRoutes } from './routes.ts'
export type { SystemRouteDeps } from './route-deps.ts'
export { createSystemStore } from './system.store.ts'
export type { SystemStore } from './system.store.ts'
