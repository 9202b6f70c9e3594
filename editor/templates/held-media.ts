// The camera or screen of this browser while somebody looks at it before a flow has started: one for each card, let go of when the
// page is left, handed over when the flow starts.
import { openMedia } from '../canvas/share-camera.ts'

const held = new Map<string, MediaStream>()

/** Opens it, in place of what was held for this card. Throws an Error in words. */
export async function holdMedia(node: string, what: 'camera' | 'screen'): Promise<MediaStream> {
  dropMedia(node)
  const media = await openMedia(what)
  dropMedia(node)
  held.set(node, media)
  return media
}

/** One picture of what is held, for drawing on; null when nothing is. */
export async function heldStill(node: string): Promise<string | null> {
  const media = held.get(node)
  if (!media?.active) return null
  const video = Object.assign(document.createElement('video'), { srcObject: media, muted: true, playsInline: true })
  await video.play()
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  return canvas.toDataURL('image/jpeg', 0.85)
}

/** Gives it away: whoever takes it has to end it. */
export function takeHeld(node: string): MediaStream | undefined {
  const media = held.get(node)
  held.delete(node)
  return media?.active ? media : undefined
}

/** Lets go of the camera. */
export function dropMedia(node: string): void {
  for (const track of held.get(node)?.getTracks() ?? []) track.stop()
  held.delete(node)
}
