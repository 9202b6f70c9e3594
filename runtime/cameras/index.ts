// The door of cameras/. Where pictures come from: ffmpeg, the guard before it, clips, what a browser pushes.
export { createMedia } from './media.ts'
export type { Media } from './media.ts'
export type { ClipFinder } from './clip-finder.ts'
export type { MadeClip } from './made-clips.ts'
export type { MediaLibrary } from './reports.ts'
export { addMediaRoutes } from './routes.ts'
export type { CamerasRouteDeps } from './route-deps.ts'
