// What the routes of cameras/ need of the world.
import type { MediaLibrary } from './reports.ts'

export interface CamerasRouteDeps {
  media: MediaLibrary
}
