// The door of recordings/. Pictures of cameras that a person wants kept for rehearsals: bounded, masked, in the data folder.
export { keepingWanted } from './kept-media.ts'
export { createRecordings } from './recordings.ts'
export type { KeptPicture, Recordings, StreamRecording, Stretch } from './records.ts'
export type { RecordingsRouteDeps } from './route-deps.ts'
export { addRecordingRoutes } from './routes.ts'
