// Pictures on their way from a camera to a model.
import { z } from 'zod'

/** A JPEG with its size in pixels. */
export interface Picture {
  width: number
  height: number
  jpeg: Uint8Array
}

/** Luma, one byte a pixel, row by row from the top left. */
export interface GrayImage {
  width: number
  height: number
  data: Uint8Array
}

/** One timestamped picture, as the camera gave it or as AdaCodec coded it. */
export interface Frame {
  /** Counts from 0 since the source was opened. */
  seq: number
  /** Wall clock when it was decoded, in ms since 1970. */
  atMs: number
  /** Seconds since the start of the source; a file's own clock. */
  mediaTimeS: number
  /** The picture to send: the full one from a camera, the small one on a P-frame. */
  picture: Picture
  /** Full size, long side as the flow asked for (default 640). What is stored with an event. */
  full: Picture
  /** The same picture at the model's floor (default fits 256x192). */
  floor: Picture
  /** The full picture's luma at a quarter of its width and height, for motion search. */
  luma: GrayImage
  /** Length in seconds of the clip that is played in a loop; absent for everything else. */
  loopS?: number
  kind: 'I' | 'P'
  /** About: what `picture` costs the model. */
  visualTokens: number
  /** About: what `full` would cost. */
  fullRateTokens: number
  /** Marks of what was burned into every one of these pictures when they were decoded; see `markOf`. */
  burnt?: readonly string[]
}

/** A small raw picture from the fast tap (edge models): RGB, three bytes a pixel, letterboxed. */
export interface FastFrame {
  seq: number
  mediaTimeS: number
  width: number
  height: number
  rgb: Uint8Array
  /** The same picture in full size; only for taps that keep. */
  jpeg?: Uint8Array
}

/** In parts of the picture's width and height: 0 is left or top, 1 is right or bottom. */
export interface Point {
  x: number
  y: number
}
export interface Rectangle extends Point {
  width: number
  height: number
}

const point = z.object({ x: z.number(), y: z.number() })
export const PictureFilterSchema = z.union([
  z.object({ do: z.literal('mask'), polygons: z.array(z.array(point)) }),
  z.object({ do: z.literal('crop'), rectangle: point.extend({ width: z.number(), height: z.number() }) }),
])
/** Done to every picture while it is decoded, in the order given: each sees the picture as the one before left it. */
export type PictureFilter = z.infer<typeof PictureFilterSchema>

/** What a flow wants out of one decode of its camera; merged over all nodes it feeds. */
export interface Taps {
  /** Long side of the full picture in px. */
  longSide: number
  /** The small picture fits into this box. */
  floor: { width: number; height: number }
  /** Raw pictures for an edge model; absent when nobody asked. */
  fast?: { width: number; height: number; fps: number }
  /** Burned in before anything else sees a picture; only from nodes with `burnsIn`. */
  filters?: PictureFilter[]
  /** The quick pictures come with a JPEG each, to be kept. */
  keep?: true
}

export const defaultTaps: Taps = { longSide: 640, floor: { width: 256, height: 192 } }

/**
 * About how many visual tokens a picture costs: its area in 32x32 patches plus two marks, never below 72
 * (measured by the model's authors: 72 at 256x192, 302 at 640x480).
 */
export function visualTokens(width: number, height: number): number {
  return Math.max(72, Math.round((width * height) / 1024) + 2)
}

/** One filter in one line: the decoder writes it on its frames, a node that relies on the filter looks for it there. */
export function markOf(filter: PictureFilter): string {
  if (filter.do === 'crop')
    return `crop ${filter.rectangle.x} ${filter.rectangle.y} ${filter.rectangle.width} ${filter.rectangle.height}`
  return `mask ${filter.polygons.map((polygon) => polygon.map(({ x, y }) => `${x},${y}`).join(' ')).join(' / ')}`
}

/**
 * What is left to do to pictures that have been through `done` so that they are as after `wanted`; null where that cannot be had: a
 * picture that was cut otherwise does not hold what is wanted. A mask over a mask covers both.
 */
export function stillToBurn(done: readonly PictureFilter[], wanted: readonly PictureFilter[]): PictureFilter[] | null {
  const isBegun = done.every((filter, at) => wanted[at] !== undefined && markOf(filter) === markOf(wanted[at]))
  if (isBegun) return wanted.slice(done.length)
  return done.some((filter) => filter.do === 'crop') ? null : [...wanted]
}
