// Addresses as ffmpeg sees them behind the guard for cameras on the web: all of them `http://`, with the port written out, so
// that every one comes back to the guard, which remembers where TLS was meant, and without the secrets of the camera's own. Pure.
import { hiddenMark, hideInAddress } from '../../nodes/contract/address-secrets.ts'

/** An hour of a channel's playlist takes about 100 kB. */
export const longestPlaylist = 4 * 1024 * 1024
/** More than any stream names; a camera that invents names must not fill the memory. */
const mostOrigins = 1000

/** One ffmpeg's addresses. */
export class WebLinks {
  readonly #encrypted = new Set<string>()
  /** What stands in a camera's address in place of a secret, and the host to which alone it goes back. */
  readonly #secrets = new Map<string, { host: string; value: string }>()

  /**
   * The camera's own address: it stands in ffmpeg's arguments, which every program of this machine can read. Names come in place of its
   * secrets, one for one, so that what a playlist names beside it leads to the right place.
   */
  camera(url: URL, name: () => string): string {
    const { origin } = url
    const hidden = hideInAddress(url.href)
    const rest = hidden && hidden.secrets.length > 0 ? hidden.text.slice(origin.length) : undefined
    if (!hidden || rest === undefined || url.href.includes(hiddenMark)) return this.plain(url)
    const [first = '', ...others] = rest.split(hiddenMark)
    const shown = others.map((part, at) => {
      const { value = '' } = hidden.secrets[at] ?? {}
      // ffmpeg tells some kinds of files by their ending.
      const placeholder = `${name()}${/\.[a-z0-9]{2,4}$/i.exec(value)?.[0] ?? ''}`
      this.#secrets.set(placeholder, { host: url.host, value })
      return placeholder + part
    })
    return this.plain(new URL(origin + first + shown.join('')))
  }

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
    return this.#secrets.size === 0 ? url : this.#filled(url)
  }

  #filled(url: URL): URL {
    let rest = `${url.pathname}${url.search}`
    for (const [placeholder, { host, value }] of this.#secrets)
      if (host === url.host) rest = rest.replaceAll(placeholder, () => value)
    return new URL(url.origin + rest)
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
