// The cameras of this Heed, read when somebody looks at them. Holds no address beyond what the server shows.
import { create } from 'zustand'
import { api } from '../api.ts'
import type { CameraView } from '../views.ts'

interface Cameras {
  /** Null until they have been read once. */
  cameras: CameraView[] | null
  /** Why they could not be read just now. */
  error: string | null
}

export const useCameras = create<Cameras>(() => ({ cameras: null, error: null }))

/** Reads them anew; what is known stays when that fails. */
export async function readCameras(): Promise<void> {
  try {
    useCameras.setState({ cameras: await api.cameras(), error: null })
  } catch (error) {
    useCameras.setState({ error: error instanceof Error ? error.message : String(error) })
  }
}
