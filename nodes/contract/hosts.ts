// Which hosts somebody wrote into a document: the ones they meant to reach. Pure; says nothing about whether they may be.

const address = /[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#"'<>\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:"'<>\\@]+)(?::(\d{1,5}))?/gi
const usualPorts: Record<string, number> = { http: 80, ws: 80, https: 443, wss: 443, rtsp: 554, rtmp: 1935, mqtt: 1883, mqtts: 8883, smtp: 25, smtps: 465 }

/** One name for one host: lower case, numbers in their usual form. Undefined for what is no host. */
export function plainHost(text: string): string | undefined {
  const bare = text.trim().replace(/\.$/, '')
  const inUrl = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare
  if (bare === '' || /[\s/?#@\\{}*]/.test(bare) || !URL.canParse(`http://${inUrl}/`)) return undefined
  const { hostname, port } = new URL(`http://${inUrl}/`)
  return port === '' && hostname !== '' ? hostname : undefined
}

/** `host:port` of every address in a value, whatever its shape; of `{ host, port }` pairs too. */
export function hostsIn(value: unknown): string[] {
  const found = new Set<string>()
  collect(value, found, 0)
  return [...found]
}

function collect(value: unknown, found: Set<string>, depth: number): void {
  if (depth > 40) return
  if (typeof value === 'string') {
    for (const match of value.matchAll(address)) {
      const scheme = match[0].slice(0, match[0].indexOf(':')).toLowerCase()
      const host = plainHost(match[1] ?? '')
      if (host !== undefined) found.add(`${host}:${match[2] === undefined ? usualPorts[scheme] ?? 80 : Number(match[2])}`)
    }
    return
  }
  if (typeof value !== 'object' || value === null) return
  if ('host' in value && typeof value.host === 'string') {
    const host = plainHost(value.host)
    if (host !== undefined) found.add('port' in value && Number.isInteger(value.port) ? `${host}:${String(value.port)}` : host)
  }
  for (const each of Object.values(value)) collect(each, found, depth + 1)
}
