// Where the login of an address ends and its host begins, for everybody who reads one: cameras have passwords with `#`, `/`,
// `?`, `@` and spaces, typed as they are, where URL parsers see a host, a path or nothing at all. Pure; opens nothing.

/** The parts of an address; put together with `://` and `@` they are the text again, without blanks around it. */
export interface AddressParts {
  /** As typed; empty for `user:password@host`. */
  scheme: string
  /** What stands before the last `@` that a host can follow; null when there is no login. */
  login: string | null
  /** From the host on. */
  rest: string
}

interface Host {
  name: string
  /** A colon without digits is none of a port, and of a password that begins with `/`. */
  hasColon: boolean
  port: string
  kind: 'number' | 'dotted' | 'single'
}

/** Longer texts are prose. */
export const longestAddress = 8192
const webSchemes = /^(?:https?|wss?)$/i
const start = /^([a-z][a-z0-9+.-]{0,30}):\/\//i
/** A name with its port, up to where the address goes on. The bound keeps each look short. */
const hostHere =
  /(\[[0-9a-f:.]{2,45}(?:%[\w.-]{1,30})?\]|[^\s/?#:@\\[\]"'<>{}|^`]{1,253})(?::(\d{0,5}))?(?=[/?#\s\\"'<>]|$)/iy

/** The host that stands at a place of a text, if a real one does: a number, or a name, with a port that exists. */
function hostAt(text: string, at: number): Host | undefined {
  hostHere.lastIndex = at
  const [, name = '', digits] = hostHere.exec(text) ?? []
  const port = digits ?? ''
  const hasColon = digits !== undefined
  if (name === '' || Number(port) > 65_535) return undefined
  if (name.startsWith('[')) return { name, hasColon, port, kind: 'number' }
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name))
    return name.split('.').every((part) => Number(part) < 256) ? { name, hasColon, port, kind: 'number' } : undefined
  const labels = name.replace(/\.$/, '').split('.')
  if (!labels.every((label) => /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}_])?$/u.test(label)))
    return undefined
  // A name never ends in a number: `12` is the start of a password.
  if (/^\d+$/.test(labels.at(-1) ?? '')) return undefined
  return { name, hasColon, port, kind: labels.length > 1 ? 'dotted' : 'single' }
}

/** What may stand behind a host. */
const endsHost = /[/?#\s\\"'<>]/
/** Nobody has a password with so many signs that could be the last of it: what is before the last of all is the login then. */
const mostTries = 25

/** The last `@` that a real host follows; -1 for none. Goes back over the text once: a host ends before the next `@`. */
function lastLoginEnd(text: string): number {
  const last = text.lastIndexOf('@')
  if (last < 0) return -1
  let tries = 0
  let canEnd = true
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] !== '@') {
      canEnd ||= endsHost.test(text[at]!)
      continue
    }
    if (canEnd && hostAt(text, at + 1)) return at
    if (canEnd && ++tries > mostTries) return last
    canEnd = false
  }
  return -1
}

const isSure = (host: Host): boolean => host.kind === 'number' || host.port !== ''

/** `/?mail=a` before an `@` is a question to a server sooner than a password. */
const asksFor = /^[^?#\s]*\?(?:[^#\s]*&)?[\w.-]+=[^&#\s]*$/

/** Where the login ends in what follows `scheme://`; -1 for no login. */
function loginEnd(scheme: string, body: string): number {
  const at = lastLoginEnd(body)
  const isWeb = webSchemes.test(scheme)
  // A backslash is a slash to whoever opens an address of the web, and a sign like any other elsewhere.
  const authority = (isWeb ? /^[^/\\?#\s]*/ : /^[^/?#\s]*/).exec(body)?.[0] ?? ''
  if (authority === '' || authority.includes('{{')) return authority.lastIndexOf('@')
  const early = authority.lastIndexOf('@')
  if (at < 0 || at <= early) return Math.max(at, early)
  const first = hostAt(body, early + 1)
  const last = hostAt(body, at + 1)
  if (!first || !last) return at
  const between = body.slice(authority.length, at)
  const isAsking = isWeb && asksFor.test(between) && !isSure(last)
  if (early >= 0) return isAsking || (first.kind === 'number' && last.kind !== 'number') ? early : at
  return isLogin(first, last, between, isWeb, isAsking) ? at : -1
}

/** Whether what looks like a host with a port is a name with the beginning of a password. */
function isLogin(first: Host, last: Host, between: string, isWeb: boolean, isAsking: boolean): boolean {
  // Nobody is called like that.
  if (first.kind === 'number' || first.name.toLowerCase() === 'localhost') return false
  if (between.startsWith('#')) return true
  if (!first.hasColon) return isSure(last) && first.kind === 'single'
  if (isSure(last)) return true
  if (isAsking || (isWeb && /^\s|\/$/.test(between) && last.kind === 'single')) return false
  return first.kind === 'single' || !isWeb
}

/** `user:password@host` and nothing before it. A place where an address is asked for takes blanks in the password. */
function splitBare(text: string, isAddress: boolean): AddressParts | null {
  // The mark that stands for such a login (address-secrets.ts) is one.
  if (text.startsWith('***@') && hostAt(text, 4)) return { scheme: '', login: '***', rest: text.slice(4) }
  // A name with a blank, or a scheme with a slip in it, where nothing but an address is meant.
  const isNamed = isAddress && !text.includes('://') ? /^[^:@{}\r\n]{1,64}:[^]/ : /^(?:\/\/)?[^\s:/?#@{}]{1,64}:[^]/
  if (!isNamed.test(text) || /^(?:mailto|xmpp|sips?|tel|data|urn):/i.test(text)) return null
  const at = lastLoginEnd(text)
  const host = at < 0 ? undefined : hostAt(text, at + 1)
  if (!host || at <= text.indexOf(':')) return null
  const login = text.slice(0, at)
  if (/[{}]/.test(login) || (!isAddress && /[\r\n]/.test(login))) return null
  const isWord = !/\s/.test(text) && (isSure(host) || host.kind === 'dotted')
  return isAddress || isWord ? { scheme: '', login, rest: text.slice(at + 1) } : null
}

/**
 * Null when the text as a whole is no address. `isAddress`: it stands where one is asked for, so that `user:password@host`
 * is one too, whatever is in the password.
 */
export function splitAddress(whole: string, isAddress = false): AddressParts | null {
  if (whole.length > longestAddress) return null
  const text = whole.trim()
  const scheme = start.exec(text)?.[1]
  if (scheme === undefined) return splitBare(text, isAddress)
  const body = text.slice(scheme.length + 3)
  if (body === '' || (!isAddress && /[\r\n]/.test(body))) return null
  const at = loginEnd(scheme, body)
  return at < 0 ? { scheme, login: null, rest: body } : { scheme, login: body.slice(0, at), rest: body.slice(at + 1) }
}

/** Name and password so that every parser of URLs reads them as they are meant; what was typed percent-encoded stays so. */
export function encodeLogin(login: string): string {
  const colon = login.indexOf(':')
  const fields = colon < 0 ? [login] : [login.slice(0, colon), login.slice(colon + 1)]
  return fields
    .map((field) =>
      field.replace(/[/\\?#@[\]\s"'<>`|^{}]|%(?![0-9a-f]{2})/gi, (character) =>
        character === "'" ? '%27' : encodeURIComponent(character),
      ),
    )
    .join(':')
}

/** The address as a parser of URLs has to get it: the login encoded, nothing else changed. */
export function plainAddress(text: string): string {
  const parts = splitAddress(text)
  if (!parts || parts.scheme === '' || parts.login === null) return text.trim()
  return `${parts.scheme}://${encodeLogin(parts.login)}@${parts.rest}`
}

const usualPorts: Record<string, string> = {
  http: '80',
  https: '443',
  ws: '80',
  wss: '443',
  rtsp: '554',
  rtsps: '322',
  rtmp: '1935',
  rtmps: '443',
  ftp: '21',
}

/** Host and port of an address, the usual port written out: `10.0.0.5:554`. */
export function hostAndPort({ scheme, rest }: AddressParts): string {
  const end = webSchemes.test(scheme) ? /^[^/\\?#\s]*/ : /^[^/?#\s]*/
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(end.exec(rest)?.[0] ?? '') ?? []
  return `${name.toLowerCase()}:${port || (usualPorts[scheme.toLowerCase()] ?? '')}`
}

/** Each address in a text, from its scheme on; within a line it may have blanks in its login. Reads the text once. */
export function replaceAddresses(text: string, replace: (address: string) => string): string {
  let done = ''
  let from = 0
  for (let colon = text.indexOf('://'); colon >= 0; colon = text.indexOf('://', Math.max(from, colon + 3))) {
    const scheme = /[a-z][a-z0-9+.-]{0,30}$/i.exec(text.slice(Math.max(from, colon - 31), colon))?.[0]
    if (scheme === undefined) continue
    const at = colon - scheme.length
    const next = text.indexOf('://', colon + 3)
    const end = endOfAddress(text.slice(at, next < 0 ? undefined : next))
    done += text.slice(from, at) + replace(text.slice(at, at + end))
    from = at + end
  }
  return done + text.slice(from)
}

/** A word, or up to where the word ends in which a login with blanks ends. */
function endOfAddress(piece: string): number {
  const line = piece.slice(0, 1000).split(/[\r\n]/, 1)[0] ?? ''
  const word = /^[^\s"'<>]+/.exec(piece)?.[0].length ?? 0
  const parts = splitAddress(line)
  if (!parts || parts.login === null) return word
  const host = parts.scheme.length + 3 + parts.login.length + 1
  return Math.max(word, host + (/^[^\s"'<>]+/.exec(line.slice(host))?.[0].length ?? 0))
}
