// Which hosts somebody wrote into a document: the ones they meant to reach. Pure; says nothing about whether they may be.

import { replaceAddresses, splitAddress } from './addresses.ts'

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
  collect(value, found)
  return found
}

/** As deep as a document goes: each level waits in a list, not on the stack. */
function collect(whole: unknown, found: NamedHost[]): void {
  const waiting: { value: unknown; path: Path | null }[] = [{ value: whole, path: null }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next
    if (typeof value === 'string') {
      for (const host of addressesIn(value)) found.push({ host, field: dotted(path) })
    } else if (typeof value === 'object' && value !== null) {
      if ('host' in value && typeof value.host === 'string') {
        const host = plainHost(value.host)
        const port = 'port' in value && Number.isInteger(value.port) ? `:${String(value.port)}` : ''
        if (host !== undefined) found.push({ host: `${host}${port}`, field: dotted({ key: 'host', in: path }) })
      }
      for (const [key, each] of Object.entries(value).reverse()) waiting.push({ value: each, path: { key, in: path } })
    }
  }
}

interface Path {
  key: string
  in: Path | null
}

function dotted(path: Path | null): string {
  const keys: string[] = []
  for (let at = path; at; at = at.in) keys.push(at.key)
  return keys.reverse().join('.')
}

function addressesIn(text: string): string[] {
  if (!text.includes(':')) return []
  const found = new Set<string>()
  const add = (scheme: string, name: string, port: string): void => {
    const host = plainHost(name)
    if (host !== undefined)
      found.add(`${host}:${port === '' ? (usualPorts[scheme.toLowerCase()] ?? 80) : Number(port)}`)
  }
  // As they are opened, and as others could read them: a password may look like a host.
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
  if (URL.canParse(text.trim())) {
    const { protocol, hostname, port } = new URL(text.trim())
    if (Object.hasOwn(usualPorts, protocol.slice(0, -1)) && hostname !== '') add(protocol.slice(0, -1), hostname, port)
  }
  return [...found]
}
