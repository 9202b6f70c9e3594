// Which camera addresses make sense at all. A flow is untrusted: its URL must never become an option of ffmpeg or a local
// file. Whether its host may be reached, host-approval.ts asks.
import { plainAddress, replaceAddresses, splitAddress } from '../../nodes/contract/addresses.ts'
import { FatalError } from '../../nodes/contract/errors.ts'

const schemes = {
  rtsp: ['rtsp:', 'rtsps:'],
  url: ['http:', 'https:', 'rtmp:', 'rtmps:', 'rtsp:', 'rtsps:', 'srt:'],
} as const

/** The host as a person knows it: no scheme, no credentials, no path. */
export function hostOf(url: URL): string {
  return url.port === '' ? url.hostname : `${url.hostname}:${url.port}`
}

/** Parses a camera URL. Throws FatalError CAMERA_URL_INVALID, without the URL in its message: it may hold a password. */
export function parseCameraUrl(raw: string, kind: 'rtsp' | 'url'): URL {
  const text = plainAddress(raw)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw invalid('is not complete. It looks like rtsp://10.0.0.7:554/stream.')
  if (!(schemes[kind] as readonly string[]).includes(url.protocol)) {
    throw invalid(
      `starts with "${url.protocol}//", but this kind of camera takes ${schemes[kind].map((s) => `${s}//`).join(', ')}.`,
    )
  }
  if (url.hostname === '' || /[%\s\\]/.test(url.hostname))
    throw invalid('names no host. Put the camera\'s address after "//".')
  const mode = url.searchParams.get('mode')
  if (url.protocol === 'srt:' && mode !== null && mode !== 'caller')
    throw invalid('may only call a camera (mode=caller), not listen for one.')
  return url
}

/** URLs in free text cut down to scheme and host: no password, path or token of a camera gets into a log. */
export function redactUrls(text: string): string {
  return replaceAddresses(text, (address) => {
    const host = splitAddress(address)?.rest.split(/[/?#\s]/, 1)[0] ?? ''
    return `${address.slice(0, address.indexOf('://') + 3)}${host.replace(/:$/, '')}${address.endsWith(':') ? ':' : ''}`
  })
}

function invalid(what: string): FatalError {
  return new FatalError('CAMERA_URL_INVALID', `The camera's address ${what}`)
}
