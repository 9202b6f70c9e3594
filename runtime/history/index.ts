// The door of history/. What happened: events, decisions, pictures, sounds, and how long they are kept.
export { raiseAlerts } from './alerts.store.ts'
export { createAcknowledgeLinks } from './acknowledge-links.ts'
export { addAcknowledgeRoutes } from './acknowledge-routes.ts'
export { ensurePartitions } from './decision-days.store.ts'
export { insertDecisions, removeDecisions } from './decisions.store.ts'
export { readTypes } from './deliveries.store.ts'
export { countRepeats, createEventStore, insertEvents } from './events.store.ts'
export { appendTraces } from './traces.store.ts'
export { createPlanCache } from './plans.store.ts'
export type { PlanCache } from './plans.store.ts'
export type {
  DeliveryView,
  EventRecord,
  EventStore,
  EventView,
  EventTrace,
  FilmStore,
  PastPicture,
  RunKey,
  TickRecord,
} from './records.ts'
export { defaultRetention, sweepRetention } from './retention.store.ts'
export type { Retention } from './retention.store.ts'
export { addEventRoutes } from './routes.ts'
export { createFilm } from './film.ts'
export type { Film } from './film.ts'
export { createFilmStore } from './film.store.ts'
export { clipUrl, createClipStore } from './clips.store.ts'
export type { ClipStore } from './clips.store.ts'
export { createSoundStore } from './sounds.store.ts'
export type { SoundStore } from './sounds.store.ts'
export type { HistoryRouteDeps } from './route-deps.ts'
