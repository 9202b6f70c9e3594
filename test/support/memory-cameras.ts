// Cameras in memory, for the API's tests: nothing is sealed, and nobody watches them.
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { CameraStore, NewCamera, StoredCamera } from '../../runtime/cameras/records.ts'

/** A store of which everything may be seen. */
export function memoryCameras(): CameraStore {
  const rows = new Map<string, NewCamera & { trial: StoredCamera['trial']; picture: Uint8Array | null }>()
  const find = (name: string) => {
    const row = rows.get(name)
    if (row) return row
    throw new NotFoundError('CAMERA_UNKNOWN', `There is no camera called “${name}”.`)
  }
  const stored = ({ name, config, tags, masks, trial }: ReturnType<typeof find>): StoredCamera => ({
    id: name.toLowerCase(),
    name,
    config,
    tags,
    masks,
    trial,
    pictureAt: null,
    usedBy: [],
    streams: [],
  })
  return {
    list: async () => [...rows.values()].map(stored),
    infos: async () => [...rows.values()].map(stored),
    get: async (name) => stored(find(name)),
    create: async (camera) => {
      if (rows.has(camera.name))
        throw new ConflictError('CAMERA_EXISTS', `There is a camera called “${camera.name}” already.`)
      rows.set(camera.name, { ...camera, trial: null, picture: null })
    },
    update: async (name, patch, allow) => {
      const before = find(name)
      allow?.(before.config)
      rows.set(name, { ...before, ...patch })
    },
    remove: async (name) => {
      rows.delete(find(name).name)
    },
    open: async (name) => ({ spec: { kind: 'url', ...find(name).config }, masks: find(name).masks, version: '1' }),
    version: async (name) => (rows.has(name) ? '1' : null),
    keepTrial: async (name, _version, trial, picture) => {
      Object.assign(find(name), { trial, picture })
    },
    picture: async (name) => {
      const { picture } = find(name)
      return picture && { jpeg: picture, at: '2026-01-01T00:00:00.000Z' }
    },
  }
}
