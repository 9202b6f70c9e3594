// A 64x48 grey thumbnail of each picture: how much of it changed, and where the letterbox ends. Pure; keeps no history.

export const grayWidth = 64
export const grayHeight = 48
/** A cell has changed when its brightness moved by this much more than the whole picture's: above noise, below a shadow. */
const cellStep = 14
/** A column or row darker than this from end to end is a bar of the letterbox. */
const barLevel = 6

/** Means over equal blocks of an RGB picture. */
export function shrinkToGray(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const gray = new Uint8Array(grayWidth * grayHeight)
  const blockWidth = Math.floor(width / grayWidth)
  const blockHeight = Math.floor(height / grayHeight)
  const pixels = blockWidth * blockHeight
  for (let cell = 0; cell < gray.length; cell++) {
    const left = (cell % grayWidth) * blockWidth
    const top = Math.floor(cell / grayWidth) * blockHeight
    let sum = 0
    for (let y = top; y < top + blockHeight; y++) {
      let at = (y * width + left) * 3
      for (let x = 0; x < blockWidth; x++, at += 3)
        sum += 2 * (rgb[at] ?? 0) + 5 * (rgb[at + 1] ?? 0) + (rgb[at + 2] ?? 0)
    }
    gray[cell] = sum / (8 * pixels)
  }
  return gray
}

/** Share of cells that changed, 0 to 1, a change of light over the whole picture left out. */
export function changedShare(now: Uint8Array, before: Uint8Array): number {
  const shift = usualStep(now, before)
  let changed = 0
  for (let cell = 0; cell < now.length; cell++) {
    if (Math.abs((now[cell] ?? 0) - (before[cell] ?? 0) - shift) >= cellStep) changed++
  }
  return changed / now.length
}

// The median step in brightness: what the light did, whatever a few large things in the picture did.
function usualStep(now: Uint8Array, before: Uint8Array): number {
  const counts = new Uint16Array(511)
  for (let cell = 0; cell < now.length; cell++) {
    const bin = (now[cell] ?? 0) - (before[cell] ?? 0) + 255
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  let seen = 0
  let bin = 0
  while (bin < 510 && (seen += counts[bin] ?? 0) * 2 < now.length) bin++
  return bin - 255
}

/** Edges of the picture between black bars, as shares of the thumbnail. */
export interface PictureSpan {
  left: number
  right: number
  bottom: number
}

/** Where the picture lies between the bars of its letterbox; a wholly dark one counts as full. */
export function pictureSpan(gray: Uint8Array): PictureSpan {
  const isBarColumn = (x: number): boolean => isDark(gray, x, grayWidth, grayHeight)
  const isBarRow = (y: number): boolean => isDark(gray, y * grayWidth, 1, grayWidth)
  let left = 0
  let right = grayWidth
  let bottom = grayHeight
  while (left < grayWidth && isBarColumn(left)) left++
  while (right > left && isBarColumn(right - 1)) right--
  while (bottom > 0 && isBarRow(bottom - 1)) bottom--
  return left >= right
    ? { left: 0, right: 1, bottom: 1 }
    : { left: left / grayWidth, right: right / grayWidth, bottom: bottom / grayHeight }
}

function isDark(gray: Uint8Array, start: number, step: number, cells: number): boolean {
  for (let cell = 0; cell < cells; cell++) if ((gray[start + cell * step] ?? 0) > barLevel) return false
  return true
}
