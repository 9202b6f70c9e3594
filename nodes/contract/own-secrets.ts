// Takes our own secrets out of text that comes from elsewhere: a server may send back the key it was asked with.
// Pure. Never decides what a person may see otherwise, and never changes text that holds no secret.
import type { Connection } from './connections.ts'

/** Stands where a secret stood. */
export const secretMark = '***'

/** `isCut`: the text was cut off at its end, so that it may end in the middle of a secret. */
export type Clean = (text: string, isCut?: boolean) => string

interface SentRequest {
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
}

/** From so many characters on a part of a secret is as good as a hint. */
const longFrom = 16
const partLength = 8
const tailLength = 4
/** Longer texts are not read by people; whole secrets are found in them all the same. */
const mostForParts = 256 * 1024
const mostBody = 64 * 1024
const secretNames = /key|token|secret|passw|passphrase|passwd|cookie|auth|credential|signature|^sig$|^sign$/i
const openHeaders = new Set(['idempotency-key', 'x-heed-signature', 'sec-websocket-key'])

/** What the environment of a program holds that its owner would not want to read on a page. */
export function secretsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    secretNames.test(name) && value !== undefined && value.length >= partLength && !value.startsWith('/')
      ? [value]
      : [],
  )
}

/**
 * What a request carried that is nobody's business: credentials in headers, in the query, in a body, and with `withPath` those
 * parts of its path that look like one, as chat services have them in their webhooks.
 */
export function secretsOfRequest({ url, headers = {}, body }: SentRequest, withPath: boolean): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    secretNames.test(name) && !openHeaders.has(name.toLowerCase()) ? credentialsIn(value) : [],
  )
  return [...inHeaders, ...secretsOfUrl(url, withPath), ...(typeof body === 'string' ? secretsOfBody(body) : [])]
}

/** All that a connection keeps to itself, and the ways in which two of its secrets travel together. */
export function secretsOfConnection({ secret }: Pick<Connection, 'secret'>): string[] {
  const { user, password } = secret
  const values = Object.entries(secret)
    .filter(([name]) => name !== 'user')
    .flatMap(([, value]) => [value, ...(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? secretsOfUrl(value, true) : [])])
  const pairs = user && password ? [`${user}:${password}`, `\0${user}\0${password}`] : []
  return [...values, ...pairs]
}

/** The cleaner for these secrets, in every form that text commonly takes: as it is, percent-encoded, in JSON, HTML, base64. */
export function createCleaner(secrets: Iterable<string>): Clean {
  const plain = [...secrets].flatMap((each) => [each, decoded(each)]).filter((each) => each.trim() !== '')
  const forms = [...new Set(plain.flatMap(formsOf))].sort((one, other) => other.length - one.length)
  if (forms.length === 0) return (text) => text
  const takeWhole = replacerOf(forms)
  const parts = new Set(forms.filter((form) => form.length >= longFrom).flatMap(partsOf))
  const cleanText = (text: string): string => withoutParts(takeWhole(text), parts)
  return (text, isCut = false) => {
    const cleaned = cleanText(text)
    // Any character may be written as an escape in JSON; and a number that equals a password must not break what is read as JSON.
    const json = cleaned !== text || text.includes('\\') ? cleanedJson(text, cleanText) : undefined
    const result = json ?? cleaned
    return isCut ? withoutTail(result, forms) : result
  }
}

/** A longer one is looked for as it stands: no program writes it in another way, and a pattern has its limits. */
const longestPattern = 4096
const mostInPattern = 32_768

/** Puts the mark in place of each of these, the longest first. */
function replacerOf(forms: readonly string[]): (text: string) => string {
  const long = forms.filter(({ length }) => length > longestPattern)
  const patterns: RegExp[] = []
  let together: string[] = []
  let size = 0
  const close = (): void => {
    if (together.length > 0) patterns.push(new RegExp(together.join('|'), 'gi'))
    ;[together, size] = [[], 0]
  }
  for (const form of forms) {
    if (form.length > longestPattern) continue
    const pattern = patternOf(form)
    if (size + pattern.length > mostInPattern) close()
    together.push(pattern)
    size += pattern.length
  }
  close()
  return (text) => {
    let done = text
    for (const each of long) done = done.replaceAll(each, () => secretMark)
    for (const pattern of patterns) done = done.replace(pattern, () => secretMark)
    return done
  }
}

function credentialsIn(header: string): string[] {
  const [, scheme = '', value = header] = /^(Basic|Bearer|[A-Za-z]+) +(.+)$/.exec(header.trim()) ?? []
  const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8') : ''
  const cookies = header.includes('=') ? header.split(/;\s*/).map((each) => each.slice(each.indexOf('=') + 1)) : []
  return [header, value, pair, pair.slice(pair.indexOf(':') + 1), ...cookies]
}

function secretsOfUrl(text: string, withPath: boolean): string[] {
  if (!URL.canParse(text)) return []
  const url = new URL(text)
  const query = [...url.searchParams].flatMap(([name, value]) =>
    secretNames.test(name) || value.length >= longFrom ? [value] : [],
  )
  const path = withPath ? url.pathname.split('/').filter(looksSecret) : []
  return [...query, url.password, ...path]
}

/** `services`, `v1` or `completions` is a way; what is long, or mixes digits in, may be a key. */
function looksSecret(segment: string): boolean {
  return segment.length >= longFrom || (segment.length >= partLength && /\d/.test(segment))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function secretsOfBody(body: string): string[] {
  if (body.length > mostBody) return []
  const value = parsed(body)
  if (value !== undefined) return namedSecrets(value)
  return body.includes('=') ? namedSecrets(Object.fromEntries(new URLSearchParams(body))) : []
}

function namedSecrets(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
    typeof each === 'string' ? (secretNames.test(name) ? [each] : []) : namedSecrets(each),
  )
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const inJson = JSON.stringify(secret).slice(1, -1)
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const strict = encodeURIComponent(secret.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  )
  const html = secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const named = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  const encoded = [
    inJson,
    inJson.replaceAll('/', '\\/'),
    inJson.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    encodeURIComponent(secret.toWellFormed()),
    encodeURI(secret.toWellFormed()),
    strict,
    strict.replaceAll('%20', '+'),
    percent,
    html,
    named,
    named.replaceAll("'", '&#39;'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
  return [secret, secret.trim(), ...encoded]
}

/** A secret of one to three characters counts where it stands alone: otherwise no word would be left. */
function patternOf(form: string): string {
  const text = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  return form.length >= tailLength ? text : `(?<![A-Za-z0-9])${text}(?![A-Za-z0-9])`
}

function partsOf(form: string): string[] {
  return Array.from({ length: form.length - partLength + 1 }, (_, at) => form.slice(at, at + partLength))
}

function withoutParts(text: string, parts: ReadonlySet<string>): string {
  if (parts.size === 0 || text.length > mostForParts) return text
  let cleaned = ''
  let keptFrom = 0
  for (let at = 0; at + partLength <= text.length; at += 1) {
    if (!parts.has(text.slice(at, at + partLength))) continue
    let end = at + partLength
    while (parts.has(text.slice(end - partLength + 1, end + 1))) end += 1
    cleaned += text.slice(keptFrom, at) + secretMark
    keptFrom = end
    at = end - 1
  }
  return cleaned + text.slice(keptFrom)
}

function withoutTail(text: string, forms: readonly string[]): string {
  const longest = forms[0]?.length ?? 0
  for (let length = Math.min(longest, text.length); length >= tailLength; length -= 1) {
    const tail = text.slice(-length)
    if (forms.some((form) => form.startsWith(tail))) return text.slice(0, -length) + secretMark
  }
  return text
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The same JSON with its texts cleaned; undefined when it is none. */
function cleanedJson(text: string, clean: (text: string) => string): string | undefined {
  const value = parsed(text)
  if (value === undefined) return undefined
  let isChanged = false
  const cleanValue = (each: unknown): unknown => {
    if (typeof each === 'string' || typeof each === 'number') {
      const before = String(each)
      // Counts and times are no echo of a short password.
      const after = typeof each === 'number' && before.length < partLength ? before : clean(before)
      isChanged ||= after !== before
      return after === before ? each : after
    }
    if (Array.isArray(each)) return each.map(cleanValue)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(
      Object.entries(each).map(([name, inner]: [string, unknown]) => [cleanValue(name), cleanValue(inner)]),
    )
  }
  const cleaned = cleanValue(value)
  return isChanged ? JSON.stringify(cleaned) : text
}
