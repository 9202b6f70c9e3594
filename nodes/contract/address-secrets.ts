// What in an address nobody else may see: its login, passwords and keys in its query, and paths that are as good as a password.
// Takes them out and puts them back. Pure; what is taken out is sealed by whoever stores it.
import { encodeLogin, hostAndPort, longestAddress, splitAddress } from './addresses.ts'
import type { AddressParts } from './addresses.ts'

/** Stands for what was taken out of an address. */
export const hiddenMark = '***'

/** Fields where an address is asked for: `user:password@host` is one there, blanks and all. */
export const addressField = /(?:^|[._-])(?:url|uri|address|host|server|endpoint)$|[a-z](?:Url|Uri|URL|Address|Host)$/i

/** One secret of an address. */
export interface AddressSecret {
  /** Which: empty for the login, ` ?password`, ` /3` for a part of the path. */
  slot: string
  /** Exactly as typed. */
  value: string
}

interface Span extends AddressSecret {
  /** In the part from the host on. */
  from: number
}

const secretParameter =
  /([?&;/]|_(?=password=|pwd=))((?:[a-z0-9]+[_-])*(?:pass(?:word|wd|phrase)?|pwd|psw|secret|token|accesstoken|apikey|key|credentials?|auth|authorization|signature|sig|streamkey))=/gi

/** Addresses that are as good as a password, up to where the secret begins, and how far it goes. */
const secretPaths: readonly RegExp[] = [
  /^(hooks\.slack(?:-gov)?\.com\/[a-z]+\/)([^?#]+)/i,
  /^((?:[a-z]+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/)([^?#]+)/i,
  /^(api\.telegram\.org\/(?:file\/)?bot)([^/?#]+)/i,
  /^(open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/(?:v2\/)?hook\/)([^?#]+)/i,
  /^([^/?#]*webhook\.office\.com\/)([^?#]+)/i,
  /^(outlook\.office(?:365)?\.com\/webhook\/)([^?#]+)/i,
  /^(hooks\.zapier\.com\/hooks\/catch\/)([^?#]+)/i,
  /^(maker\.ifttt\.com\/trigger\/[^/?#]+\/(?:json\/)?with\/key\/)([^/?#]+)/i,
  /^((?:api\.day\.app|hc-ping\.com|api2?\.pushdeer\.com|sctapi\.ftqq\.com|sc\.ftqq\.com|hook\.[a-z0-9.]*(?:make|integromat)\.com)\/)([^/?#]+)/i,
]
/** A run of letters and numbers that nobody chose: an id of a webhook. */
const isRandom = (text: string): boolean => /^[\w-]{20,}$/.test(text) && /\d/.test(text) && /[a-z]/i.test(text)

/** Every secret in what stands from the host on, the ones already taken out too, in their order. */
function spansIn(scheme: string, rest: string): Span[] {
  const spans = [...pathSpans(scheme, rest), ...parameterSpans(scheme, rest)].sort((a, b) => a.from - b.from)
  const seen = new Map<string, number>()
  let end = 0
  return spans.flatMap((span) => {
    if (span.from < end || span.value === '') return []
    end = span.from + span.value.length
    const count = (seen.get(span.slot) ?? 0) + 1
    seen.set(span.slot, count)
    return [count === 1 ? span : { ...span, slot: `${span.slot}.${count}` }]
  })
}

function pathSpans(scheme: string, rest: string): Span[] {
  const path = /^[^?#]*/.exec(rest)?.[0] ?? ''
  const numbered = (from: number): string => ` /${path.slice(0, from).split('/').length - 1}`
  // The name of a stream is all that an RTMP server asks for; `user=a&password=b` in a path is read as parameters.
  const stream = /^rtmp[a-z]*$/i.test(scheme) ? /^([^/]*\/[^/]+\/)([^=]+)$/.exec(path) : null
  const web = /^https?$/i.test(scheme)
    ? secretPaths.map((each) => each.exec(rest)).find((match) => match !== null)
    : undefined
  const known = stream ?? web
  if (known) return [{ slot: numbered(known[1]!.length), value: known[2]!, from: known[1]!.length }]
  const spans: Span[] = []
  // Counted on the way: a path of nothing but slashes is read once.
  let part = 0
  for (let from = path.indexOf('/') + 1; from > 0; from = path.indexOf('/', from) + 1) {
    part++
    const end = path.indexOf('/', from)
    const value = path.slice(from, end < 0 ? undefined : end)
    if (value === hiddenMark || (/^https?$/i.test(scheme) && isRandom(value)))
      spans.push({ slot: ` /${part}`, value, from })
  }
  return spans
}

function parameterSpans(scheme: string, rest: string): Span[] {
  const spans: Span[] = [...rest.matchAll(secretParameter)].map((match) => {
    const from = match.index + match[0].length
    const ends =
      match[1] === '_' ? /^.*?(?=_(?:channel|stream)=|[&#;/]|$)/ : match[1] === '/' ? /^[^&#;/]*/ : /^[^&#;]*/
    return { slot: ` ?${match[2]!.toLowerCase()}`, value: ends.exec(rest.slice(from))?.[0] ?? '', from }
  })
  // `streamid=read:path:user:password`, as some SRT servers take it.
  const id = scheme.toLowerCase() === 'srt' ? /[?&]streamid=(?:read|publish):[^:&#]*:([^&#]+)/i.exec(rest) : null
  return id ? [...spans, { slot: ' ?streamid', value: id[1]!, from: id.index + id[0].length - id[1]!.length }] : spans
}

const joined = (scheme: string, login: string | null, rest: string): string =>
  `${scheme === '' ? '' : `${scheme}://`}${login === null ? '' : `${login}@`}${rest}`

function replaceSpans({ scheme, rest }: AddressParts, replace: (span: Span) => string): string {
  let done = ''
  let from = 0
  for (const span of spansIn(scheme, rest)) {
    done += rest.slice(from, span.from) + replace(span)
    from = span.from + span.value.length
  }
  return done + rest.slice(from)
}

/**
 * The address with `***` for each secret, where it leads, and what was taken out. Undefined when it is no address.
 * `isAddress`: see splitAddress.
 */
export function hideInAddress(
  text: string,
  isAddress = false,
): { text: string; host: string; isEncrypted: boolean; secrets: AddressSecret[] } | undefined {
  const parts = splitAddress(text, isAddress)
  if (!parts) return undefined
  const secrets: AddressSecret[] = []
  const take = ({ slot, value }: AddressSecret): string => {
    if (value !== hiddenMark) secrets.push({ slot, value })
    return hiddenMark
  }
  const login = parts.login === null ? null : take({ slot: '', value: parts.login })
  const rest = replaceSpans(parts, take)
  return {
    text: secrets.length > 0 ? joined(parts.scheme, login, rest) : text,
    host: hostAndPort(parts),
    isEncrypted: isEncrypted(parts.scheme),
    secrets,
  }
}

/** Whether what is sent to the address is read by nobody on the way: a secret given for that is not sent in the clear. */
const isEncrypted = (scheme: string): boolean => /^(?:https|wss|rtsps|rtmps|mqtts|smtps|ftps)$/i.test(scheme)

/**
 * The host and port that an address's hidden parts belong to, whether they go there encrypted, and which parts; null when
 * nothing is hidden in it.
 */
export function hiddenIn(text: string): { host: string; isEncrypted: boolean; slots: string[] } | null {
  if (!text.includes(hiddenMark)) return null
  const parts = splitAddress(text, true)
  if (!parts) return null
  const slots = spansIn(parts.scheme, parts.rest).flatMap(({ slot, value }) => (value === hiddenMark ? [slot] : []))
  if (parts.login === hiddenMark) slots.unshift('')
  return slots.length > 0 ? { host: hostAndPort(parts), isEncrypted: isEncrypted(parts.scheme), slots } : null
}

/** The address with its secrets back, ready for a parser of URLs; what is not known is left out. */
export function fillAddress(text: string, secrets: ReadonlyMap<string, string>): string {
  const parts = splitAddress(text, true)
  if (!parts || hiddenIn(text) === null) return text
  const rest = replaceSpans(parts, ({ slot, value }) => (value === hiddenMark ? (secrets.get(slot) ?? '') : value))
  if (parts.login !== hiddenMark) return joined(parts.scheme, parts.login, rest)
  const login = secrets.get('')
  return joined(parts.scheme, login === undefined ? null : encodeLogin(login), rest)
}

/** The address without any secret, and without marks that promise one. */
export function withoutSecret(text: string, isAddress = false): string {
  // Nobody typed an address of that length, and nobody reads it.
  if (text.length > longestAddress && /^[a-z][a-z0-9+.-]{0,30}:\/\/[^]*[@=]/i.test(text))
    return text.slice(0, text.indexOf('://') + 3)
  const parts = splitAddress(text, isAddress)
  return parts
    ? joined(
        parts.scheme,
        null,
        replaceSpans(parts, () => ''),
      )
    : text
}

/** The address without marks; what is no mark stays. */
export function withoutMark(text: string): string {
  const parts = splitAddress(text)
  if (!parts || !text.includes(hiddenMark)) return text
  const login = parts.login === hiddenMark ? null : parts.login
  return joined(
    parts.scheme,
    login,
    replaceSpans(parts, ({ value }) => (value === hiddenMark ? '' : value)),
  )
}

const emptyBot = /^api\.telegram\.org\/(?:file\/)?bot(?:\/|$)/i
const emptyParameter =
  /[?&;](?:[a-z0-9]+[_-])*(?:passphrase|secret|token|accesstoken|apikey|key|signature|sig|streamkey|pass|password|pwd)=(?=[&#;]|$)/i

/**
 * True for an address that has a place for a secret and nothing in it, as an export leaves it: `?token=`, or a webhook's path
 * that ends where its secret began. A camera's empty password is one that many cameras have.
 */
export function lacksSecret(text: string): boolean {
  const parts = splitAddress(text)
  if (!parts || !/^(?:https?|srt|wss?)$/i.test(parts.scheme)) return false
  if (emptyParameter.test(parts.rest)) return true
  if (!/^https?$/i.test(parts.scheme)) return false
  const isKnown = (rest: string): boolean => secretPaths.some((each) => each.test(rest))
  return emptyBot.test(parts.rest) || (!isKnown(parts.rest) && isKnown(`${parts.rest}x`))
}
