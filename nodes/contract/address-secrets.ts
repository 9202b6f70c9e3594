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

/** `?password=`, in a path `/password=`, behind a `#`, and as some recorders have it, `_password=`. */
const parameter = /([?&;/#]|_(?=password=|pwd=))((?:[\p{L}\p{N}_.[\]-]|%[0-9a-f]{2}){1,64})=/giu
/** Whatever stands before it: `accessToken`, `loginPass`, `x-amz-signature`. */
const secretEnding =
  /(?:pass(?:word|wd|phrase|code)?|pwd|loginpas|secret|token|credentials?|authorization|signature|(?:access|api|app|auth|client|device|play|private|publish|secret|session|shared|signing|stream|subscription|user)[_-]?key|(?:access|auth|door|invite|pin|security|unlock|verification)[_-]?code)$/i
/** Only by themselves: a `hotkey` is none. */
const secretWords = new Set(
  'auth jsessionid jwt key passw phpsessid pin psk psw pw session sessionid sid sig sign tkn'.split(' '),
)
/** Of a field or a parameter that is named in Chinese. */
export const secretCharacters = /(?:密码|密碼|口令|密钥|秘钥|令牌)$/
/** Passwords of some and harmless of others (`?code=DE`): not what is as short as a country's name. */
const mayBeSecret = /^(?:code|hash|hmac|otp|ticket|bearer)$/i
const userParameter = /[?&;/](?:u|usr|user|username|login|account)=/i

/** A name as whoever is asked reads it: `pass%77ord` is one. */
function plainText(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/%[0-9a-f]{2}/gi, (each) => String.fromCharCode(parseInt(each.slice(1), 16)))
  }
}

/** `appKey`, `app_key` and `key`, but not `hotkey`. */
function isSecretName(typed: string): boolean {
  const name = /[.[\]]/.test(typed) ? typed.replace(/[.[\]]+/g, '_').replace(/_+$/, '') : typed
  if (secretCharacters.test(name)) return true
  const last = /(?:^|[_-]|[a-z0-9](?=[A-Z]))([A-Z]?[a-z0-9]+|[A-Z0-9]+)$/.exec(name)?.[1] ?? ''
  return secretEnding.test(name) || secretWords.has(last.toLowerCase())
}

/** Addresses that are as good as a password, up to where the secret begins, and how far it goes. */
const secretPaths: readonly RegExp[] = [
  /^(hooks\.slack(?:-gov)?\.com\/+[a-z]+\/+)([^?#]+)/i,
  /^((?:[a-z]+\.)?discord(?:app)?\.com\/+api\/+(?:v\d+\/+)?webhooks\/+)([^?#]+)/i,
  /^(api\.telegram\.org\/+(?:file\/+)?bot)([^/?#]+)/i,
  /^(open\.(?:feishu\.cn|larksuite\.com)\/+open-apis\/+bot\/+(?:v2\/+)?hook\/+)([^?#]+)/i,
  /^([^/?#]*webhook\.office\.com\/+)([^?#]+)/i,
  /^(outlook\.office(?:365)?\.com\/+webhook\/+)([^?#]+)/i,
  /^(hooks\.zapier\.com\/+hooks\/+catch\/+)([^?#]+)/i,
  /^(maker\.ifttt\.com\/+trigger\/+[^/?#]+\/+(?:json\/+)?with\/+key\/+)([^/?#]+)/i,
  /^(maker\.ifttt\.com\/+use\/+)([^/?#]+)/i,
  // Whoever knows a topic reads along.
  /^(ntfy\.sh\/+)([^/?#]+)/i,
  /^((?:api\.day\.app|hc-ping\.com|api2?\.pushdeer\.com|sctapi\.ftqq\.com|sc\.ftqq\.com|hook\.[a-z0-9.]*(?:make|integromat)\.com)\/+)([^/?#]+)/i,
]
/** The same made by others, on whatever host. */
const secretPathsAnywhere: readonly RegExp[] = [
  /^([^?#]*\/services\/)(T[A-Z0-9]{5,}\/B[A-Z0-9]{5,}\/[^?#]+)/,
  /^([^?#]*\/webhooks\/)(\d{10,}\/[^?#]+)/i,
  /^([^?#]*\/bot)(\d+:[^/?#]+|\*\*\*(?=[/?#]|$))/i,
]
/** Behind such a part of a path stands what only its owner knows. */
const hookPart = /^(?:web)?hooks?(?:-test)?$|^catch$|^push$/i

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const jwt = /^[\w-]{10,}\.[\w-]{10,}\.[\w-]*$/

/** How often the kind of its letters changes; a capital begins a word. */
function changesIn(text: string): number {
  return text.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[a-zA-Z])/g)?.length ?? 0
}

/** What no person would call a thing: hexadecimal, or letters and numbers at random. */
function isMade(text: string): boolean {
  if (text.length < 12) return false
  if (uuid.test(text) || jwt.test(text)) return true
  const bare = text.replace(/(?:=|%3D)+$|\.[a-z0-9]{2,4}$/i, '')
  if (!/^[\w-]{12,}$/.test(bare)) return false
  if (/^(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}$/i.test(bare) || /^\d{16,}$|^[a-z]{32,}$|^[A-Z]{32,}$/.test(bare)) return true
  return changesIn(bare) >= bare.length / 4
}

/** A run of letters and numbers that nobody chose: an id of a webhook. */
const isRandom = (text: string): boolean => /^[\w-]{20,}$/.test(text) && /\d/.test(text) && /[a-z]/i.test(text)

/** An address of a camera or a service has a dozen parts. One with thousands is read as a whole, not part by part. */
const mostParts = 200

/** Of such an address everything behind the host is one secret; undefined for any other. */
function crowdedSpan(rest: string): Span | undefined {
  if (!isCrowded(rest)) return undefined
  const from = /^[^/?#]*[/?#]/.exec(rest)?.[0].length ?? rest.length
  return { slot: ' /1', value: rest.slice(from), from }
}

function isCrowded(rest: string): boolean {
  if (rest.length <= mostParts) return false
  let parts = 0
  for (let at = 0; at < rest.length; at++) {
    // A word of another alphabet has nine of these a letter.
    if (rest[at] === '%') parts += 0.1
    else if ('/?&;#=,:'.includes(rest[at]!)) parts++
    if (parts > mostParts) return true
  }
  return false
}

/** Every secret in what stands from the host on, the ones already taken out too, in their order. */
function spansIn(scheme: string, rest: string): Span[] {
  const crowded = crowdedSpan(rest)
  if (crowded) return crowded.value === '' ? [] : [crowded]
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

/** What stands from the host on with the host in its usual form, and by how much that is shorter. */
function withPlainHost(rest: string): { plain: string; shorter: number } {
  const host = /^[^/?#]*/.exec(rest)?.[0] ?? ''
  const plainHost = host.replace(/\.?(?::\d*)?$/, '')
  return { plain: plainHost + rest.slice(host.length), shorter: host.length - plainHost.length }
}

/** A path that is a secret as a whole, from some place on. */
function wholePath(scheme: string, path: string, rest: string): { from: number; value: string } | undefined {
  // The name of a stream is all that an RTMP server asks for; `user=a&password=b` in a path is read as parameters.
  const isNamed = [...path.matchAll(parameter)].some(([, , name = '']) => isSecretName(plainText(name)))
  const stream = /^rtmp[a-z]*$/i.test(scheme) && !isNamed ? /^([^/]*\/+[^/]+\/+)(.+)$/.exec(path) : null
  if (stream) return { from: stream[1]!.length, value: stream[2]! }
  // A recorder of UniFi asks for nothing but the name that it gave the stream.
  const unifi = /^rtspx?s?$/i.test(scheme) ? /^([^/]*:74(?:41|47)\/+)([^/]+)/.exec(path) : null
  if (unifi) return { from: unifi[1]!.length, value: unifi[2]! }
  if (!isWeb(scheme)) return undefined
  const { plain, shorter } = withPlainHost(rest)
  for (const each of [...secretPaths, ...secretPathsAnywhere]) {
    const match = each.exec(plain)
    if (match) return { from: match[1]!.length + shorter, value: match[2]! }
  }
  return undefined
}

function pathSpans(scheme: string, rest: string): Span[] {
  const path = /^[^?#]*/.exec(rest)?.[0] ?? ''
  const whole = wholePath(scheme, path, rest)
  if (whole) return [{ ...whole, slot: ` /${path.slice(0, whole.from).split('/').length - 1}` }]
  const spans: Span[] = []
  let isBehindHook = false
  let isBehindName = false
  // Counted on the way: a path of nothing but slashes is read once.
  let part = 0
  for (let from = path.indexOf('/') + 1; from > 0; from = path.indexOf('/', from) + 1) {
    part++
    const end = path.indexOf('/', from)
    const value = path.slice(from, end < 0 ? undefined : end)
    if (value === hiddenMark || isSecretPart(scheme, value, isBehindHook) || (isBehindName && /\d/.test(value)))
      spans.push({ slot: ` /${part}`, value, from })
    isBehindHook ||= hookPart.test(value)
    // `/key/ab12`: short, and nobody else's business.
    isBehindName = value.length <= 64 && isSecretName(plainText(value))
  }
  return spans
}

const isWeb = (scheme: string): boolean => /^(?:https?|wss?)$/i.test(scheme)

function isSecretPart(scheme: string, value: string, isBehindHook: boolean): boolean {
  if (isMade(value)) return true
  if (isWeb(scheme)) return isRandom(value) || (isBehindHook && /^(?=.*\d).{8,}$|^.{16,}$/.test(value))
  // `rtsp://10.0.0.7/0/admin:password/main`
  return scheme !== '' && /^[\w.-]{1,64}:[^:=]+$/.test(value)
}

function parameterSpans(scheme: string, rest: string): Span[] {
  const hasUser = userParameter.test(rest)
  // A hostile address has thousands of the same name.
  const names = new Map<string, boolean>()
  const isNamed = (name: string): boolean => {
    const known = names.get(name) ?? isSecretName(name)
    names.set(name, known)
    return known
  }
  const isFunction = /^[^/?#]*\.azurewebsites\.net[/:?.]/i.test(rest)
  const spans: Span[] = [...rest.matchAll(parameter)].flatMap((match): Span[] => {
    const [whole, mark, typed = ''] = match
    const name = plainText(typed)
    const from = match.index + whole.length
    const ends = mark === '_' ? /^.*?(?=_(?:channel|stream)=|[&#;/]|$)/ : mark === '/' ? /^[^&#;/]*/ : /^[^&#;]*/
    const value = ends.exec(rest.slice(from))?.[0] ?? ''
    const isLogin = /^(?:u|usr|user|username|login|account|auth)$/i.test(name) && /^[^:/]{1,64}(?::|%3a)./i.test(value)
    const isKnown =
      isLogin ||
      holdsLogin(value) ||
      holdsNamed(value) ||
      isNamed(name) ||
      (/^p$/i.test(name) && hasUser) ||
      (mayBeSecret.test(name) && (value.length > 3 || isFunction))
    return isKnown || value === hiddenMark || (mark !== '/' && isMade(value))
      ? [{ slot: ` ?${name.toLowerCase().replace(/[^a-z0-9_-]/g, '_')}`, value, from }]
      : []
  })
  return [...spans, ...nestedSpans(rest), ...(scheme.toLowerCase() === 'srt' ? streamIdSpans(rest) : [])]
}

/** Another address as a value, written so that it is no part of this one: `?src=rtsp%3A%2F%2Fuser%3Apassword%40host`. */
function holdsLogin(value: string): boolean {
  // `?cam=admin:password@10.0.0.8/s`
  if (/^(?:\/\/)?(?!(?:mailto|sips?|xmpp|acct|tel):)[^\s:@/]{1,64}:(?!\/\/)[^@\s]{1,200}@[\w[]/i.test(value))
    return true
  if (!/:\/\/|%(?:25){0,3}3a%(?:25){0,3}2f%(?:25){0,3}2f/i.test(value)) return false
  let plain = value
  // Handed on by one that was handed on, it is written so more than once.
  for (let times = 0; times < 4 && plain.includes('%'); times++) plain = plainText(plain)
  const inside = splitAddress(plain.slice(/[a-z][a-z0-9+.-]{0,30}:\/\//i.exec(plain)?.index ?? 0))
  return inside !== null && inside.login !== null
}

/** JSON with a secret in it: `?data={"password":"…"}`, however it is written. */
function holdsNamed(value: string): boolean {
  if (!/["']|%(?:25)*2[27]/i.test(value)) return false
  return [...plainText(value).matchAll(/["']([\p{L}\p{N}_.-]{1,40})["']\s*:/gu)].some(([, name = '']) =>
    isSecretName(name),
  )
}

/** The login of another address in the path: `http://relay/rtsp://user:password@host/x`. */
function nestedSpans(rest: string): Span[] {
  const scheme = /[a-z][a-z0-9+.-]{0,30}:\/\//i.exec(/^[^?]*/.exec(rest)?.[0] ?? '')
  const inside = scheme && splitAddress(rest.slice(scheme.index))
  if (!inside || inside.login === null) return []
  return [{ slot: ' ?login', value: inside.login, from: scheme.index + scheme[0].length }]
}

/** `streamid=read:path:user:password`, and `streamid=#!::r=path,u=user,s=password`, as SRT servers take them. */
function streamIdSpans(rest: string): Span[] {
  const id = /[?&]streamid=/i.exec(rest)
  if (!id) return []
  const from = id.index + id[0].length
  const value = /^(?:#!::)?[^&#]*/.exec(rest.slice(from))?.[0] ?? ''
  const inside = (text: string): Span[] => {
    const login = /^(?:read|publish|request):[^:]*:(.+)$/i.exec(text)
    if (login) return [{ slot: ' ?streamid', value: login[1]!, from: from + text.length - login[1]!.length }]
    return [...text.matchAll(/(?<=[,:](?:p|s|pw|pwd|pass\w*|secret|token|key|auth\w*|session\w*)=)[^,]+/gi)].map(
      ({ 0: each, index }) => ({ slot: ' ?streamid', value: each, from: from + index }),
    )
  }
  const plain = inside(value)
  if (plain.length > 0 || !value.includes('%')) return plain
  // Encoded, it is taken as a whole.
  return inside(plainText(value)).length > 0 ? [{ slot: ' ?streamid', value, from }] : []
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

/** The address with `***` for its user name and password, whatever else is in it. */
export function hideLogin(text: string): string {
  const parts = splitAddress(text)
  return parts && parts.login !== null ? joined(parts.scheme, hiddenMark, parts.rest) : text
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

/** The address with its secrets back, ready for a parser of URLs; the mark stays for what is not known. */
export function fillAddress(text: string, secrets: ReadonlyMap<string, string>): string {
  const parts = splitAddress(text, true)
  if (!parts || hiddenIn(text) === null) return text
  const rest = replaceSpans(parts, ({ slot, value }) =>
    value === hiddenMark ? (secrets.get(slot) ?? hiddenMark) : value,
  )
  const login = parts.login === hiddenMark ? secrets.get('') : undefined
  return joined(parts.scheme, login === undefined ? parts.login : encodeLogin(login), rest)
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

const emptyBot = /^api\.telegram\.org\/+(?:file\/+)?bot(?:\/|$)/i
/** A path that ends where its secret began. */
const emptyPath = /^[^?#]*\/(?:(?:web)?hooks?|services|catch)\/+(?:[?#]|$)/i
const emptyStream = /^[^/?#]*\/+[^/?#]+\/+(?:[?#]|$)/

/**
 * True for an address that has a place for a secret and nothing in it, as an export leaves it: `?token=`, or a webhook's path
 * that ends where its secret began. A camera's empty password is one that many cameras have.
 */
export function lacksSecret(text: string): boolean {
  const parts = splitAddress(text)
  if (!parts) return false
  const { scheme, rest } = parts
  if (isCrowded(rest)) return false
  const isHttp = /^https?$/i.test(scheme)
  if (!isHttp && !/^(?:srt|wss?|rtmp[a-z]*|rtsps?)$/i.test(scheme)) return false
  const isCamera = /^rt[sm]p/i.test(scheme)
  for (const [, , name = '', value] of rest.matchAll(/([?&;])((?:[a-z0-9_-]|%[0-9a-f]{2}){1,64})=([^&#;]*)/gi))
    if (value === '' && isSecretName(plainText(name)) && !(isCamera && /pass(?:word|wd)?$|pwd$|psw$|pw$/i.test(name)))
      return true
  if (/^rtmp/i.test(scheme)) return emptyStream.test(rest)
  if (!isHttp) return false
  const { plain } = withPlainHost(rest)
  const isKnown = (each: string): boolean => secretPaths.some((path) => path.test(each))
  return emptyBot.test(plain) || emptyPath.test(plain) || (!isKnown(plain) && isKnown(`${plain}x`))
}
