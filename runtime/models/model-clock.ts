// What a model's server takes for the time, against the stream's true seconds: how many pictures a tick is sent with, which
// seconds stand beside them, and which hour of the day a server's second was. Pure; asks no clock.
import type { ModelMemory, ModelTick } from '../../nodes/contract/capabilities.ts'

/** One tick makes up for at most so many missed seconds with copies of its picture, itself among them. */
const mostPictures = 5
/** A server that counts pictures and is further behind than this is begun anew: copies would fill its memory with one picture. */
const mostBehindS = 20
/** Cameras are not exact to a tenth. */
const toleranceS = 0.05

/** The moment at which a server's session stood at its second 0. */
export type Began = NonNullable<ModelMemory['began']>

/** Seconds as interaction servers read them, one range for each picture; the last one is the tick's own. */
export function timeRanges({ mediaTimeS }: Pick<ModelTick, 'mediaTimeS'>, pictures: number): string[] {
  return Array.from({ length: pictures }, (_unused, index) => {
    const from = Math.max(0, mediaTimeS - (pictures - 1 - index))
    return `${from.toFixed(1)} seconds ~ ${(from + 1).toFixed(1)} seconds`
  })
}

/** For a server that counts: the pictures of this tick, so that its clock comes back to the true second. */
export function picturesFor(request: ModelTick, began: Began | undefined, frames: number): number {
  const missed = began ? Math.floor(behindS(request, began, frames) + toleranceS) : 0
  return Math.min(mostPictures, Math.max(1, request.seconds, missed + 1))
}

/** Whether a server that counts has missed more than copies of one picture can make up for. */
export function isTooFarBehind(request: ModelTick, began: Began, frames: number): boolean {
  return behindS(request, began, frames) > mostBehindS
}

function behindS({ mediaTimeS }: ModelTick, began: Began, frames: number): number {
  return mediaTimeS - began.mediaTimeS - frames
}

/** Where a session began that counts its pictures and has counted `frames` up to and with this tick. */
export function beganCounting({ atMs, mediaTimeS }: ModelTick, frames: number): Began {
  return { atMs: atMs - (frames - 1) * 1000, mediaTimeS: mediaTimeS - (frames - 1) }
}

/** Where a session began that takes the stream's own seconds. */
export function beganWithStream({ atMs, mediaTimeS }: ModelTick): Began {
  return { atMs: atMs - mediaTimeS * 1000, mediaTimeS: 0 }
}

const number = String.raw`(\d+(?:\.\d+)?)`
const unit = String.raw`\s*(?:seconds?|s)?`
const span = String.raw`${number}${unit}\s*[-–~]\s*${number}${unit}`
const wholeSpan = new RegExp(String.raw`^\s*<?\s*${span}\s*>?\s*$`, 'iu')
const heading = new RegExp(String.raw`<\s*${span}\s*>[ \t]*:?[ \t]*\n?[ \t]*`, 'giu')

/** The hours of the day behind "0.0 seconds-99.0 seconds"; a range of another form stays as it is. */
export function inClockTime(range: string, began: Began | undefined): string {
  const match = wholeSpan.exec(range)
  return began && match ? clockWords(Number(match[1]), Number(match[2]), began) : range
}

/** The same for the headings of blocks in a text: `<0.0-499.0> A man sleeps.` becomes `at 14:05: A man sleeps.`. */
export function headingsInClockTime(text: string, began: Began | undefined): string {
  return began
    ? text.replace(heading, (_all, from: string, to: string) => `${clockWords(Number(from), Number(to), began)}: `)
    : text
}

function clockWords(fromS: number, toS: number, { atMs }: Began): string {
  const [from, to] = [fromS, toS].map((second) => {
    const at = new Date(atMs + second * 1000)
    return Number.isNaN(at.getTime())
      ? ''
      : `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`
  })
  return from === to ? `at ${from}` : `from ${from} to ${to}`
}
