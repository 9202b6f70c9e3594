// Which camera addresses may be opened at all. A flow is untrusted: its URL must never become an option of ffmpeg,
// a local file, or a way to services that only this machine can reach (cloud metadata, link-local).
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { FatalError, RetryableError } from '../../../nodes/contract/errors.ts'
import { isRefused, isRefusedName } from '../address-guard.ts'

export type Lookup = (host: string) => Promise<{ address: string; family: number }[]>

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
  const url = URL.canParse(raw.trim()) ? new URL(raw.trim()) : undefined
  if (!url) throw invalid('is not complete. It looks like rtsp://10.0.0.7:554/stream.')
  if (!(schemes[kind] as readonly string[]).includes(url.protocol)) {
    throw invalid(`starts with "${url.protocol}//", but this kind of camera takes ${schemes[kind].map((s) => `${s}//`).join(', ')}.`)
  }
  if (url.hostname === '' || /[%\s\\]/.test(url.hostname)) throw invalid('names no host. Put the camera\'s address after "//".')
  const mode = url.searchParams.get('mode')
  if (url.protocol === 'srt:' && mode !== null && mode !== 'caller') throw invalid('may only call a camera (mode=caller), not listen for one.')
  return url
}

/** Resolves the host and refuses what no camera can be. Throws RetryableError CAMERA_UNKNOWN_HOST, FatalError CAMERA_HOST_REFUSED. */
export async function checkHost(url: URL, lookup: Lookup = (host) => systemLookup(host, { all: true })): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host, lookup)
  for (const { address } of addresses) {
    if (isRefusedName(host) || isRefused(address)) {
      throw new FatalError('CAMERA_HOST_REFUSED',
        `"${host}" is an address of this machine's own network services, not of a camera. Use the camera's address in your network.`)
    }
  }
}

/** URLs in free text cut down to scheme and host: no password, path or token of a camera gets into a log. */
export function redactUrls(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)([^\s'"]*)/gi, (_all, scheme: string, rest: string) => {
    const authority = rest.split(/[/?#]/, 1)[0] ?? ''
    const end = rest.endsWith(':') ? ':' : ''
    // A password may hold "/" or "?" unescaped: whatever stands before the last "@" of the whole word is dropped.
    const host = rest.includes('@') ? (rest.slice(rest.lastIndexOf('@') + 1).split(/[/?#]/, 1)[0] ?? '') : authority
    return `${scheme}${host.replace(/:$/, '')}${end}`
  })
}

async function resolve(host: string, lookup: Lookup): Promise<{ address: string; family: number }[]> {
  try {
    return await lookup(host)
  } catch (error) {
    throw new RetryableError('CAMERA_UNKNOWN_HOST', `No machine called "${host}" is known here. Check the name, or use the camera's IP address.`, { cause: error })
  }
}

function invalid(what: string): FatalError {
  return new FatalError('CAMERA_URL_INVALID', `The camera's address ${what}`)
}
