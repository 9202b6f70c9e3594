// Cameras that are things of their own: what flows may know of them, and how a stream is called that watches one of them.
import { z } from 'zod'

/** Words of any language; what a person reads on the card is the name itself. */
export const CameraNameSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._'()&+-]{0,63}$/u, 'must be a name of letters, digits and spaces, 64 at most')

/** A word by which several cameras are meant at once. */
export const CameraTagSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} _-]{0,39}$/u, 'must be a word of letters and digits, 40 at most')

/** What may be known of a camera without its address. */
export interface CameraInfo {
  /** Part of its streams' ids; never changes. */
  id: string
  name: string
  tags: readonly string[]
}

/** One of the cameras that a node points to, and the node's config for it alone. */
export interface PointedCamera {
  camera: CameraInfo
  config: Record<string, unknown>
}

/** The cameras of these names and of this tag, each once, by name; `missing` are names that no camera has. */
export function findCameras(
  known: readonly CameraInfo[],
  { names, tag }: { names: readonly string[]; tag?: string | undefined },
): { found: CameraInfo[]; missing: string[] } {
  const wanted = new Set(names)
  const word = tag?.trim().toLowerCase() ?? ''
  const found = known.filter((camera) => wanted.has(camera.name) || (word !== '' && camera.tags.includes(word)))
  const there = new Set(known.map(({ name }) => name))
  return {
    found: found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    missing: [...wanted].filter((name) => !there.has(name)),
  }
}

/** A stream's part in its flow: the camera node's id, and where that points to a camera, which one. */
export function streamKey(node: string, camera: string): string {
  return `${node}.${camera}`
}

/** The camera node of such a part: ids of nodes have no dot. */
export function nodeOfStream(key: string): string {
  return key.split('.', 1)[0] ?? key
}
