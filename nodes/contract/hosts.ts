// Which hosts somebody wrote into a document: the ones they meant to reach. Pure; says nothing about whether they may be.

import { replaceAddresses, splitAddress } from './addresses.ts'
import { walkValues } from './walk-values.ts'

/** From the colon on: a scheme is looked for before each, so that a long run of letters is not tried from every one of them. */
const behindScheme = /:\/\/(?:[^\s/?#"'<>\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:"'<>\\@]+)(?::(\d{1,5}))?/iy
const usualPorts: Record<string, number> = {
  http: 80,
  ws: 80,
  https: 443,
  wss: 443,
  rtsp: 554,
  rtsps: 322,
  rtmp: 1935,
  rtmps: 443,
  mqtt: 1883,
  mqtts: 8883,
  smtp: 25,
  smtps: 465,
}

/** What may stand right before the colon of one of them, blanks that a parser passes over too. */
const schemeEnds = new Set([...Object.keys(usualPorts).map((scheme) => scheme.at(-1) ?? ''), '\t', '\r', '\n'])

/** Begins the name of a person or place a flow writes to, among names of hosts: no host has a space in it. */
export const receiverMark = 'to '

/** The same for a place of the Node-RED inside, by its name; `*` for any of them. */
export const nodeRedMark = 'in Node-RED '

/** One name for one host: lower case, numbers in their usual form. Undefined for what is no host. */
export function plainHost(text: string): string | undefined {
  const bare = text.trim().replace(/\.$/, '')
  const inUrl = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare
  if (bare === '' || /[\s/?#@\\{}*]/.test(bare) || !URL.canParse(`http://${inUrl}/`)) return undefined
  const { hostname, port } = new URL(`http://${inUrl}/`)
  return port === '' && hostname !== '' ? hostname : undefined
}

/** Where an address leads to: its own port or the usual one of its scheme; 0 where there is none. */
export function portOf({ protocol, port }: { protocol: string; port: string }): number {
  return Number(port) || (usualPorts[protocol.slice(0, -1)] ?? 0)
}

/** A host, and where in a value it is named: `url`, `servers.0.host`. */
export interface NamedHost {
  host: string
  field: string
}

/** `host:port` of every address in a value, whatever its shape; of `{ host, port }` pairs too. */
export function hostsIn(value: unknown): string[] {
  return [...new Set(namedHosts(value).map(({ host }) => host))]
}

/** The same with the place of each; a host may have several. */
export function namedHosts(value: unknown): NamedHost[] {
  const found: NamedHost[] = []
  walkValues(
    value,
    (text, place) => {
      if (mayName(text)) for (const host of addressesIn(text)) found.push({ host, field: place.dotted() })
    },
    (group, place) => {
      if (typeof group.host !== 'string') return
      const host = plainHost(group.host)
      const port = Number.isInteger(group.port) ? `:${String(group.port)}` : ''
      const inside = place.dotted()
      if (host !== undefined) found.push({ host: `${host}${port}`, field: inside === '' ? 'host' : `${inside}.host` })
    },
  )
  return found
}

const read = new WeakMap<object, readonly NamedHost[]>()

/** Those of one node's config. It is data that nobody changes: it is read once, however many ask. */
export function hostsOfConfig(config: Record<string, unknown>): readonly NamedHost[] {
  const hosts = read.get(config) ?? namedHosts(config)
  read.set(config, hosts)
  return hosts
}

/** Whether it is worth a closer look: of the many texts of a document with a colon in them hardly any is an address. */
function mayName(text: string): boolean {
  const colon = text.indexOf(':')
  return colon > 0 && (text.includes('://') || opensAs(text))
}

function addressesIn(text: string): Iterable<string> {
  const found = new Set<string>()
  const add = (scheme: string, name: string, port: string): void => {
    const host = plainHost(name)
    if (host !== undefined)
      found.add(`${host}:${port === '' ? (usualPorts[scheme.toLowerCase()] ?? 80) : Number(port)}`)
  }
  // As they are opened, and as others could read them: a password may look like a host.
  if (text.includes('@'))
    replaceAddresses(text, (each) => {
      const parts = splitAddress(each)
      const [, name = '', port = ''] = /^(\[[^\]]*\]|[^\s/\\?#:"'<>@]+)(?::(\d{1,5}))?/.exec(parts?.rest ?? '') ?? []
      if (parts && parts.login !== null) add(parts.scheme, name, port)
      return each
    })
  for (let colon = text.indexOf('://'); colon >= 0; colon = text.indexOf('://', colon + 3)) {
    const scheme = /[a-z][a-z0-9+.-]{0,30}$/i.exec(text.slice(Math.max(0, colon - 31), colon))?.[0]
    behindScheme.lastIndex = colon
    const [, name, port = ''] = (scheme !== undefined && behindScheme.exec(text)) || []
    if (scheme !== undefined && name !== undefined) add(scheme, name, port)
  }
  // As whoever opens it reads it: `http:host`, `http:\\host` and line breaks inside are addresses too.
  if (opensAs(text) && URL.canParse(text.trim())) {
    const { protocol, hostname, port } = new URL(text.trim())
    if (Object.hasOwn(usualPorts, protocol.slice(0, -1)) && hostname !== '') add(protocol.slice(0, -1), hostname, port)
  }
  return found
}

/** Whether a parser of URLs would see one of our schemes; it passes over line breaks and what cannot be seen before it. */
function opensAs(text: string): boolean {
  if (!schemeEnds.has(text.charAt(text.indexOf(':') - 1).toLowerCase())) return false
  const scheme = /^[\0-\x20\ufeff]*([a-z][a-z\t\r\n]*):/i.exec(text.trim())?.[1] ?? ''
  return Object.hasOwn(usualPorts, scheme.replace(/[\t\r\n]/g, '').toLowerCase())
}
