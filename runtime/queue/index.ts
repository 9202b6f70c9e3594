// The door of queue/. BullMQ on Postgres or Redis, one switch.
export { createRedis, openConnection } from './connection.ts'
export { handBack } from './hand-back.ts'
export { actionPauseMs, streamPauseMs } from './pauses.ts'
export { persist } from './persist.ts'
export { PostgresLink } from './postgres-link.ts'
export {
  actionJobId,
  closeWorker,
  laneQueues,
  lease,
  openQueue,
  openWorker,
  queueNames,
  soleLease,
  streamJobId,
} from './queue.ts'
export type { ActionQueues, ActionRef, JobQueue, JobWorker, QueueDeps, QueueJob } from './queue.ts'
export type { StreamRef } from './records.ts'
export { keepSchedules, startUpkeep } from './schedules.ts'
export type { UpkeepData } from './schedules.ts'
export { createReporter, isAway, unreachable, answerOf } from './trouble.ts'
export type { ReportError } from './trouble.ts'
export type { UpkeepStore } from './records.ts'
