// Addresses as ffmpeg sees them behind the guard for cameras on the web: all of them `http://`, with the port written out, so
// that every one comes back to the guard, which remembers where TLS was meant. Pure.

/** An hour of a channel's playlist takes about 100 kB. */
export const longestPlaylist = 4 * 1024 * 1024
/** More than any stream names; a camera that invents names must not fill the memory. */
const mostOrigins = 1000

/** One ffmpeg's addresses. */
export class WebLinks {
  readonly #encrypted = new Set<string>()

  /** What ffmpeg gets to see of an http(s) address. */
  plain(url: URL): string {
    if (url.protocol !== 'https:') return url.href
    const shown = new URL(url)
    shown.protocol = 'http:'
    if (url.port === '') shown.port = '443'
    if (this.#encrypted.size < mostOrigins) this.#encrypted.add(shown.host)
    return shown.href
  }

  /** What is meant by an address that ffmpeg asks for. Undefined for anything but http. */
  real(shown: URL): URL | undefined {
    if (shown.protocol !== 'http:') return undefined
    const url = new URL(shown)
    url.hash = ''
    if (this.#encrypted.has(shown.host)) url.protocol = 'https:'
    return url
  }

  /** A playlist whose addresses all lead through the guard. */
  rewrite(playlist: string): string {
    return playlist.replace(/\bhttps:\/\/[^\s"'<>]+/gi, (address) =>
      URL.canParse(address) ? this.plain(new URL(address)) : address,
    )
  }
}

/** As ffmpeg tells an HLS playlist (libavformat/hls.c). */
export function isPlaylist(start: Buffer): boolean {
  return start.subarray(0, 7).toString('latin1') === '#EXTM3U'
}

/** Those entries of a playlist that are complete addresses: the ones with a scheme. */
export function linksIn(playlist: string): string[] {
  return playlist
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => /^[a-z][a-z0-9+.-]*:/i.test(line))
}
