// The pictures that a card has shown in the last minute, small, so that a second can be looked at again. Kept by this page alone.
import { serverNowMs } from '../server-clock.ts'

const most = 64
/** A picture further away than this is not of that second. */
const nearMs = 1500
const size = { width: 336, height: 189 }

interface Seen {
  atMs: number
  source: string
}
const byStream = new Map<string, Seen[]>()

/** Takes a picture as it is shown, cropped as the card crops it. */
export function rememberPicture(stream: string, picture: HTMLImageElement): void {
  const small = Object.assign(document.createElement('canvas'), size)
  const pen = small.getContext('2d')
  if (!pen || picture.naturalWidth === 0) return
  const scale = Math.max(size.width / picture.naturalWidth, size.height / picture.naturalHeight)
  const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale]
  pen.drawImage(picture, (size.width - width) / 2, (size.height - height) / 2, width, height)
  keep(stream, { atMs: serverNowMs(), source: small.toDataURL('image/jpeg', 0.7) })
}

/** Keeps one; the oldest go. */
export function keep(stream: string, seen: Seen): void {
  byStream.set(stream, [...(byStream.get(stream) ?? []), seen].slice(-most))
}

/** What was seen of that moment, the nearest; null where nothing was. */
export function seenAt(stream: string, atMs: number): string | null {
  const nearest = (byStream.get(stream) ?? []).reduce<Seen | null>(
    (best, seen) => (best && Math.abs(best.atMs - atMs) <= Math.abs(seen.atMs - atMs) ? best : seen),
    null,
  )
  return nearest && Math.abs(nearest.atMs - atMs) <= nearMs ? nearest.source : null
}
