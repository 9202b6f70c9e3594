// Takes user names, passwords and keys out of the addresses of a document and puts them back into one address at the moment of
// use. Pure. What is taken out goes back to the same host and port only, and what was given for an encrypted address to no other.
import {
  addressField,
  fillAddress,
  hiddenIn,
  hiddenMark,
  hideInAddress,
  hideLogin,
} from '../../nodes/contract/address-secrets.ts'
import { replaceAddresses } from '../../nodes/contract/addresses.ts'
import { mapInside, walkValues } from '../../nodes/contract/walk-values.ts'

export interface FoundCredential {
  node: string
  /** Dotted path into the config, and for what is no login which part of the address: `url`, `url ?password`, `url /3`. */
  field: string
  host: string
  /** Given for an address like `https://` or `rtsps://`. */
  isEncrypted: boolean
  /** The login, or the secret part, as typed. */
  userinfo: string
}

/** In a list of addresses its name says so: `urls.0`. */
function isAddressField(path: readonly string[]): boolean {
  const name = path.findLast((each) => !/^\d+$/.test(each)) ?? ''
  return addressField.test(name) || addressField.test(name.replace(/(?:e?s)$/i, ''))
}

/** How the texts of one part of a document are read. */
interface Reading {
  /** What takes out and notes; the text itself where there is nothing to take out. */
  hide(text: string, path: readonly string[]): string
}

/** `path` is lengthened on the way in and shortened on the way out: a document has too many places for one each. */
function hideInValue(value: unknown, path: string[], reading: Reading): unknown {
  if (typeof value === 'string') return value.length < shortest ? value : reading.hide(value, path)
  return mapInside(value, (each, key) => {
    if (typeof each !== 'string' && (typeof each !== 'object' || each === null)) return each
    path.push(String(key))
    const hidden = hideInValue(each, path, reading)
    path.pop()
    return hidden
  })
}

/** Of a login with its host, `a:b@c`, and of an address, `a://b`. */
const shortest = 5

/** Where something stands that no program reads: a description, a name, a key that nobody knows. */
const aside = '@'

/**
 * `isRead`: programs read it, so that a sentence in it stays a sentence: of an address in the middle only the login goes, which
 * nothing puts back.
 */
function readingOf(node: string, found: FoundCredential[], isRead: boolean): Reading {
  const note = (hidden: NonNullable<ReturnType<typeof hideInAddress>>, path: readonly string[]): string => {
    const field = (isRead ? '' : aside) + path.join('.')
    for (const { slot, value: userinfo } of hidden.secrets)
      found.push({ node, field: field + slot, host: hidden.host, isEncrypted: hidden.isEncrypted, userinfo })
    return hidden.text
  }
  return {
    hide: (text, path) => {
      const hidden = hideInAddress(text, isAddressField(path))
      if (hidden && hidden.secrets.length > 0) return note(hidden, path)
      if (!text.includes('://') || (hidden && !/\s/.test(text))) return text
      return replaceAddresses(text, (address) => {
        const inside = hideInAddress(address)
        if (!inside || inside.secrets.length === 0) return address
        if (!isRead) return note(inside, path)
        return inside.secrets.some(({ slot, value }) => slot === '' && value.includes(':'))
          ? hideLogin(address)
          : address
      })
    },
  }
}

/** A config with the secrets of its addresses replaced by `***`, and what was replaced. */
export function hideInConfig(
  config: Record<string, unknown>,
  node: string,
): { config: Record<string, unknown>; found: FoundCredential[] } {
  const found: FoundCredential[] = []
  return { config: hideInValue(config, [], readingOf(node, found, true)) as Record<string, unknown>, found }
}

/** A document with all its credentials replaced, whoever reads the place; everything else, unknown keys too, stays as it was. */
export function hideInDocument<D extends { nodes: { id: string; config: Record<string, unknown> }[] }>(
  document: D,
): { document: D; found: FoundCredential[] } {
  const found: FoundCredential[] = []
  const hidePart = (part: object, node: string, kept: ReadonlySet<string>, config?: unknown): unknown => {
    const reading = readingOf(node, found, false)
    const entries = Object.entries(part).map(([key, value]: [string, unknown]) => {
      if (key === 'config' && config !== undefined) return [key, config]
      return [key, kept.has(key) ? value : hideInValue(value, [key], reading)]
    })
    return entries.every(([key, value]) => (part as Record<string, unknown>)[key as string] === value)
      ? part
      : Object.fromEntries(entries)
  }
  const nodes = document.nodes.map((node) => {
    const hidden = hideInConfig(node.config, node.id)
    found.push(...hidden.found)
    return hidePart(node, node.id, drawn, hidden.config)
  })
  const rest = hidePart(document, '', drawn) as D
  const isSame = nodes.every((node, index) => node === document.nodes[index])
  return { document: isSame ? rest : { ...rest, nodes: nodes as D['nodes'] }, found }
}

/** What is drawn and wired keeps its names. */
const drawn = new Set(['format', 'nodes', 'wires', 'id', 'type', 'version', 'position'])

/** The host and port a URL's hidden credentials belong to; null when nothing is hidden in it. */
export function hiddenHost(url: string): string | null {
  return hiddenIn(url)?.host ?? null
}

/** Which part of an address a stored secret is: the end of its field. */
export function slotOf(field: string): string {
  return / (?:\?[a-z0-9_-]+|\/\d+)(?:\.\d+)?$/.exec(field)?.[0] ?? ''
}

/** The URL with its login and its other secrets back; the mark stays where there is none for it. */
export function fillUrl(
  url: string,
  userinfo: string | undefined,
  others: ReadonlyMap<string, string> = new Map(),
): string {
  return fillAddress(url, userinfo === undefined ? others : new Map([...others, ['', userinfo]]))
}

/** Behind the host of a secret that was given for an encrypted address: it never goes there in the clear. */
export const encryptedOnly = ' encrypted'

/** Under which hosts the secrets of a hidden address may be kept. */
export function placesOf({ host, isEncrypted }: { host: string; isEncrypted: boolean }): string[] {
  // A login typed without a scheme was kept without its usual port.
  const plain = [host, host.replace(/:\d*$/, ':')]
  return isEncrypted ? [`${host}${encryptedOnly}`, ...plain] : plain
}

/** A mark in an address behind which nothing is kept for where the address leads. */
export interface LostSecret {
  node: string
  /** Dotted path into the config. */
  field: string
  /** Where the address leads now. */
  host: string
  isLogin: boolean
  /** The hosts that what was typed there before was given for. */
  givenFor: string[]
}

/** The marks of these configs that nothing stands behind; `kept` is what is kept, wherever it was typed. */
export function findLost(
  nodes: readonly { id: string; config: unknown }[],
  kept: readonly { node: string; field: string; host: string }[],
): LostSecret[] {
  return nodes.flatMap(({ id, config }) =>
    hiddenTexts(config).flatMap(({ text, field }): LostSecret[] => {
      const hidden = hiddenIn(text)
      if (!hidden) return []
      const places = placesOf(hidden)
      const lost = hidden.slots.filter(
        (slot) => !kept.some((each) => slotOf(each.field) === slot && places.includes(each.host)),
      )
      const [slot] = lost
      if (slot === undefined) return []
      const before = kept.filter((each) => each.node === id && each.field === field + slot)
      const givenFor = [...new Set(before.map(({ host }) => host))]
      return [{ node: id, field, host: hidden.host, isLogin: lost.includes(''), givenFor }]
    }),
  )
}

/** What to say of it. */
export function lostWords({ host, isLogin, givenFor }: LostSecret): string {
  const what = isLogin ? 'login' : 'secret'
  const again = 'Enter it again in place of ***.'
  const to = host.replace(/:$/, '')
  if (givenFor.includes(`${host}${encryptedOnly}`))
    return `The ${what} of this address was given for an encrypted connection to ${to} and does not go there in the clear. ${again}`
  const before = givenFor.map((each) => each.replace(encryptedOnly, '').replace(/:$/, '')).join(', ')
  return before === ''
    ? `No ${what} is kept here for ${to}. ${again}`
    : `The ${what} of this address was given for ${before} and does not go to ${to}. ${again}`
}

/** Each text with a mark in it, and where it stands. */
function hiddenTexts(whole: unknown): { text: string; field: string }[] {
  const found: { text: string; field: string }[] = []
  walkValues(whole, (text, place) => {
    if (text.includes(hiddenMark)) found.push({ text, field: place.dotted() })
  })
  return found
}

/** What a config has lost of another one, which has its secrets or their marks. */
export function lostInConfig(config: Record<string, unknown>, before: Record<string, unknown>): LostSecret[] {
  const hidden = hideInConfig(before, '').config
  const kept = hiddenTexts(hidden).flatMap(({ text, field }) => {
    const found = hiddenIn(text)
    const place = found ? `${found.host}${found.isEncrypted ? encryptedOnly : ''}` : ''
    return (found?.slots ?? []).map((slot) => ({ node: '', field: field + slot, host: place }))
  })
  return findLost([{ id: '', config }], kept)
}

/** A config whose marks are filled from another one, each for where its secret was given; the others stay. */
export function fillConfigFrom(
  config: Record<string, unknown>,
  known: Record<string, unknown>,
): Record<string, unknown> {
  const { found } = hideInConfig(known, '')
  const kept = found.map((each) => ({ ...each, host: `${each.host}${each.isEncrypted ? encryptedOnly : ''}` }))
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]))
    const hidden = typeof value === 'string' ? hiddenIn(value) : null
    if (typeof value !== 'string' || !hidden) return value
    const places = placesOf(hidden)
    const fitting = kept.filter(({ host }) => places.includes(host))
    return fillAddress(value, new Map(fitting.map(({ field, userinfo }) => [slotOf(field), userinfo])))
  }
  return fill(config) as Record<string, unknown>
}
