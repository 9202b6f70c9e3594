// A browser's camera: JPEGs pushed from the editor go into ffmpeg's standard input, so that every tap is the same as for
// other cameras. Sent as multipart with lengths: plain MJPEG would be held back by one picture.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { PictureRelay } from '../live/index.ts'
import type { Child } from './child.ts'
import { within } from '../time-limit.ts'

export interface Pushes {
  /** Resolves with true at the first picture, false when none came in time or the signal aborted. */
  waitForFirst(clock: Clock, waitMs: number, signal: AbortSignal): Promise<boolean>
  /** Starts writing into a decoder; returns how to stop. */
  feed(child: Child): () => void
  close(): void
  /** Pictures thrown away because ffmpeg was not through with the one before. */
  readonly dropped: number
}

/** Pictures larger than this are not taken: a browser sends a few hundred kB at most. */
const maxBytes = 8 * 1024 * 1024

export function pushChannel(streamId: string): string {
  return `push:${streamId}`
}

/** One picture as ffmpeg's multipart reader takes it. */
export function asPart(jpeg: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(`--heed\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from('\r\n'),
  ])
}

/** Subscribes to what a browser pushes for a stream. */
export function openPushes(relay: PictureRelay, streamId: string): Pushes {
  let latest: Uint8Array | undefined
  let write: ((jpeg: Uint8Array) => void) | undefined
  let dropped = 0
  const arrived = Promise.withResolvers<boolean>()
  const unsubscribe = relay.subscribe(pushChannel(streamId), (jpeg) => {
    if (jpeg.length > maxBytes || jpeg[0] !== 0xff || jpeg[1] !== 0xd8) {
      dropped++
      return
    }
    latest = jpeg
    arrived.resolve(true)
    write?.(jpeg)
  })
  return {
    waitForFirst: (clock, waitMs, signal) =>
      within(arrived.promise, { ms: waitMs, clock, signal }, () => false).catch(() => false),
    feed: (child) => {
      const stdin = child.stdin
      write = (jpeg) => {
        if (!stdin || stdin.destroyed || stdin.writableNeedDrain) dropped++
        else stdin.write(asPart(jpeg))
      }
      if (latest) write(latest)
      return () => {
        write = undefined
      }
    },
    close: unsubscribe,
    get dropped() {
      return dropped
    },
  }
}
