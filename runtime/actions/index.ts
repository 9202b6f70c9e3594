// The door of actions/. Work for the world: written with its fact, performed at least once.
export { createActionStore, insertActions } from './actions.store.ts'
export { createDeliveryStore, readOpenActions } from './delivery-control.store.ts'
export type { OpenActions } from './delivery-control.store.ts'
export { createFailedDeliveries } from './failed.store.ts'
export type { FailedDeliveries } from './failed.store.ts'
export { actionId, idFrom, streamIdOf, tickId } from './ids.ts'
export { consumeInputs, createInputStore, insertInputs } from './inputs.store.ts'
export { Outbox } from './outbox.ts'
export type { NodeCall, NodeCalls } from './node-calls.ts'
export { addressOf, laneOf, performAction } from './perform.ts'
export type { PerformDeps } from './perform.ts'
export type {
  ActionAddress,
  ActionOrder,
  ActionOutcome,
  ActionRecord,
  ReceiverTrouble,
  DeliveryStore,
  SessionInput,
  TryRequest,
  WaitingAction,
} from './records.ts'
export { addDeliveryRoutes } from './routes.ts'
export { createTryAction } from './try-action.ts'
export type { TryAction } from './try-action.ts'
export { wakeCancelled } from './wake-cancelled.ts'
export { readTroubles } from './receiver-troubles.store.ts'
export type { ReceiverView } from './receiver-troubles.store.ts'
export { ActionWorker, laneLimits } from './worker.ts'
export type { ActionJobStore, ActionWork } from './records.ts'
export type { ActionsRouteDeps } from './route-deps.ts'
