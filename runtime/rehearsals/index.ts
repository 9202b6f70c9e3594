// The door of rehearsals/. A flow run over clips, with the world kept out: what it would have said, and whether that is right.
export type { RehearsalStore, RehearsalView } from './records.ts'
export { createRehearsalStore } from './rehearsals.store.ts'
export type { RehearsalsRouteDeps } from './route-deps.ts'
export { addRehearsalRoutes } from './routes.ts'
export { RehearsalRunner } from './runner.ts'
export type { RunnerDeps } from './runner.ts'
export { RehearsalJobs } from './worker.ts'
export type { RehearsalWork } from './worker.ts'
