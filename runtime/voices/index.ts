// The door of voices/. Speech out and in.
export { transcribe } from './transcribe.ts'
export { createVoiceTurnStore } from './voice-turns.store.ts'
export type { VoiceTurnStore } from './voice-turns.store.ts'
export { createSpeech } from './voices.ts'
export type { Speech } from './voices.ts'
