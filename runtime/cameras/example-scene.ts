// The example as pictures: a drawn room and the person in it, one RGB picture for each moment. Pure.
import { figureAt, type Colour, type Limb } from './example-figure.ts'

export const width = 480
export const height = 360
const floorY = 236

type Ground = Uint8ClampedArray

function paint(picture: Ground, at: number, [r, g, b]: Colour, share: number): void {
  picture[at] = picture[at]! + (r - picture[at]!) * share
  picture[at + 1] = picture[at + 1]! + (g - picture[at + 1]!) * share
  picture[at + 2] = picture[at + 2]! + (b - picture[at + 2]!) * share
}

function fillBox(picture: Ground, [left, top, right, bottom]: readonly number[], colour: Colour): void {
  for (let y = Math.max(0, top!); y < Math.min(height, bottom!); y++)
    for (let x = Math.max(0, left!); x < Math.min(width, right!); x++) paint(picture, (y * width + x) * 3, colour, 1)
}

/** A soft spot: a shadow under something, or light on a wall. */
function fillSpot(picture: Ground, x: number, y: number, rx: number, ry: number, colour: Colour, most: number): void {
  for (let py = Math.max(0, Math.floor(y - ry)); py < Math.min(height, y + ry); py++)
    for (let px = Math.max(0, Math.floor(x - rx)); px < Math.min(width, x + rx); px++) {
      const away = Math.hypot((px - x) / rx, (py - y) / ry)
      if (away < 1) paint(picture, (py * width + px) * 3, colour, most * (1 - away))
    }
}

/** The room without anybody: made once. */
export function drawRoom(): Ground {
  const picture = new Uint8ClampedArray(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isFloor = y >= floorY
      const board = isFloor && (4600 + x + (y - floorY) * (x - width / 2) * 0.004) % 46 < 1.2 ? 10 : 0
      // A little grain, as every camera has it; the same in each picture.
      const grain = ((x * 1103 + y * 7919) % 13) - 6
      const light = isFloor ? (y - floorY) * 0.16 : y * 0.06 + Math.abs(x - 250) * -0.05
      const tone: Colour = isFloor ? [158, 128, 98] : [206, 200, 186]
      paint(picture, (y * width + x) * 3, tone.map((c) => c + light + grain * 0.4 - board) as unknown as Colour, 1)
    }
  fillBox(picture, [0, floorY - 8, width, floorY], [232, 228, 220])
  fillBox(picture, [52, 40, 160, 140], [244, 243, 238])
  fillBox(picture, [60, 48, 152, 132], [176, 208, 226])
  fillBox(picture, [104, 48, 108, 132], [244, 243, 238])
  fillBox(picture, [60, 88, 152, 92], [244, 243, 238])
  fillBox(picture, [340, 62, 404, 118], [92, 76, 60])
  fillBox(picture, [346, 68, 398, 112], [190, 178, 140])
  fillSpot(picture, 420, 238, 66, 12, [60, 48, 38], 0.6)
  fillBox(picture, [372, 176, 470, 216], [112, 128, 108])
  fillBox(picture, [364, 206, 478, 236], [98, 114, 95])
  fillSpot(picture, 250, 300, 240, 62, [148, 92, 84], 0.65)
  return picture
}

function drawLimb(picture: Ground, { from, to, fromPx, toPx, colour }: Limb): void {
  const margin = Math.max(fromPx, toPx) + 1
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const lengthSquared = dx * dx + dy * dy || 1
  const [left, right] = [Math.min(from[0], to[0]) - margin, Math.max(from[0], to[0]) + margin]
  const [top, bottom] = [Math.min(from[1], to[1]) - margin, Math.max(from[1], to[1]) + margin]
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
      const along = Math.min(1, Math.max(0, ((x - from[0]) * dx + (y - from[1]) * dy) / lengthSquared))
      const [ax, ay] = [x - from[0] - dx * along, y - from[1] - dy * along]
      const thick = fromPx + (toPx - fromPx) * along
      const edge = thick - Math.hypot(ax, ay)
      if (edge <= -0.5) continue
      // Round, with the light from the window at the upper left.
      const lit = 0.9 - (0.26 * (ax * 0.6 + ay * 0.8)) / thick - 0.14 * (1 - edge / thick)
      const shaded = colour.map((part) => part * lit) as unknown as Colour
      paint(picture, (y * width + x) * 3, shaded, Math.min(1, edge + 0.5))
    }
}

/** The picture at a second of the example. */
export function drawExample(room: Ground, second: number): Ground {
  const picture = room.slice()
  const limbs = figureAt(second)
  const xs = limbs.flatMap(({ from, to }) => [from[0], to[0]])
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  fillSpot(picture, (left + right) / 2, 322, (right - left) / 2 + 26, 15, [44, 32, 28], 0.75)
  for (const limb of limbs) drawLimb(picture, limb)
  return picture
}
