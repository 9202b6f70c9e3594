// Luma pictures made of numbers, for tests of motion search: repeatable noise, textures, shifts. Nothing random from outside.
import { defaultTaps, visualTokens, type Frame, type GrayImage } from '../../nodes/contract/frames.ts'

/** A repeatable stream of numbers in [0, 1). */
export function createChance(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
}

/** A picture by a function of place. */
export function drawLuma(width: number, height: number, at: (x: number, y: number) => number): GrayImage {
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = Math.max(0, Math.min(255, Math.round(at(x, y))))
  return { width, height, data }
}

/** A world larger than any picture of it: smooth hills with grain, so that every place looks different. */
export function createWorld(seed: number): (x: number, y: number) => number {
  const chance = createChance(seed)
  const size = 256
  const grain = Float32Array.from({ length: size * size }, () => chance())
  const cell = (x: number, y: number): number =>
    grain[(((y % size) + size) % size) * size + (((x % size) + size) % size)] ?? 0
  const smooth = (x: number, y: number, step: number): number => {
    const [left, top] = [Math.floor(x / step), Math.floor(y / step)]
    const [across, down] = [x / step - left, y / step - top]
    const upper = cell(left, top) * (1 - across) + cell(left + 1, top) * across
    const lower = cell(left, top + 1) * (1 - across) + cell(left + 1, top + 1) * across
    return upper * (1 - down) + lower * down
  }
  return (x, y) => 20 + 120 * smooth(x, y, 11) + 70 * smooth(x + 70, y + 30, 4) + 30 * cell(x, y)
}

/** The same picture with a camera's noise: `levels` is its standard deviation. */
export function addNoise(image: GrayImage, levels: number, seed: number): GrayImage {
  const chance = createChance(seed)
  // Three uniform numbers are near enough to a bell.
  return {
    ...image,
    data: image.data.map((value) =>
      Math.max(0, Math.min(255, Math.round(value + (chance() + chance() + chance() - 1.5) * 2 * levels))),
    ),
  }
}

/** A frame as a camera gives it; its pictures are empty, only sizes and luma count here. */
export function lumaFrame(luma: GrayImage, mediaTimeS: number): Frame {
  const width = luma.width * 4
  const height = luma.height * 4
  const factor = Math.min(1, defaultTaps.floor.width / width, defaultTaps.floor.height / height)
  const full = { width, height, jpeg: new Uint8Array() }
  const floor = { width: Math.round(width * factor), height: Math.round(height * factor), jpeg: new Uint8Array() }
  const tokens = visualTokens(width, height)
  return {
    seq: Math.round(mediaTimeS),
    atMs: mediaTimeS * 1000,
    mediaTimeS,
    picture: full,
    full,
    floor,
    luma,
    kind: 'I',
    visualTokens: tokens,
    fullRateTokens: tokens,
  }
}
