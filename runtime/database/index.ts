// The door of database/. Postgres: embedded or not, pool, schema, sealing.
export { birthOf } from './data-dir-lock.ts'
export { guarded, isLockTimeout, isOrphan } from './db-errors.ts'
export { migrateDatabase, openDb, openPool, pingDatabase, transaction } from './db.ts'
export type { Db, Queryable } from './db.ts'
export { startEmbedded } from './embedded.ts'
export { plainJson, plainText } from './plain-text.ts'
export {
  actions,
  apiTokens,
  connections,
  decisions,
  deployments,
  flowRevisions,
  flows,
  inputs,
  nodeStates,
  owners,
  pushSubscriptions,
  receipts,
  receiverTroubles,
  sessions,
  settings,
  streams,
  templates,
  urlCredentials,
  voiceTurns,
} from './schema.ts'
export type { ActionState } from './schema.ts'
export {
  eventClips,
  events,
  frames,
  hasUnspaced,
  recentFrames,
  soundChunks,
  sounds,
  spacedVector,
  spacedWords,
  unspaced,
} from './event-tables.ts'
export { cameras } from './camera-tables.ts'
export { decisionMinutes, film } from './timeline-tables.ts'
export type { CameraTrial } from './camera-tables.ts'
export { rehearsalClips, rehearsals } from './rehearsal-tables.ts'
export { createSeal, loadSecretKeys } from './seal.ts'
export type { Seal } from './seal.ts'
export { createSettingStore } from './settings.store.ts'
export type { SettingStore } from './settings.store.ts'
export { shortId } from './short-id.ts'
export { createWriteTrial } from './write-trial.ts'
