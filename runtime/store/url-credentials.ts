// Takes user names and passwords out of the URLs of a document and puts them back into one URL at the moment of use.
// Pure. What is taken out goes back to the same host and port only.

/** Stands for the user name and password in a stored URL. */
export const hiddenMark = '***'

export interface FoundCredential {
  node: string
  /** Dotted path into the config. */
  field: string
  host: string
  userinfo: string
}

interface UrlParts {
  scheme: string
  userinfo: string | null
  rest: string
}

const defaultPorts: Record<string, string> = {
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

/**
 * Splits by hand where URL parsers refuse: cameras have passwords with `#`, `/` and `?`, typed as they are.
 * Null when the text is no URL.
 */
function splitUrl(text: string): UrlParts | null {
  const match = /^\s*([a-z][a-z0-9+.-]*):\/\/(\S+)\s*$/i.exec(text)
  if (!match?.[1] || !match[2]) return null
  const [, scheme, body] = match
  const authority = authorityOf(scheme, body)
  // `admin:pa/ss@host`: what looks like the host has a port that is no number, so the password goes on behind the slash.
  const isPlainHost = /^(\[[^\]]*\]|[^:@]*)(:\d*)?$/.test(authority)
  const at = isPlainHost ? -1 : authority.includes('@') ? authority.lastIndexOf('@') : body.lastIndexOf('@')
  return at < 0
    ? { scheme, userinfo: null, rest: body }
    : { scheme, userinfo: body.slice(0, at), rest: body.slice(at + 1) }
}

/** A backslash is a slash to whoever opens an http(s) or ws(s) address, and a sign like any other elsewhere. */
function authorityOf(scheme: string, body: string): string {
  return (/^(?:https?|wss?)$/i.test(scheme) ? /^[^/\\?#]*/ : /^[^/?#]*/).exec(body)?.[0] ?? ''
}

function hostOf({ scheme, rest }: UrlParts): string {
  const authority = authorityOf(scheme, rest)
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority) ?? []
  return `${name.toLowerCase()}:${port || (defaultPorts[scheme.toLowerCase()] ?? '')}`
}

function hideInValue(value: unknown, node: string, path: string[], found: FoundCredential[]): unknown {
  if (typeof value === 'string') {
    const parts = splitUrl(value)
    if (!parts || parts.userinfo === null || parts.userinfo === hiddenMark) return value
    found.push({ node, field: path.join('.'), host: hostOf(parts), userinfo: parts.userinfo })
    return `${parts.scheme}://${hiddenMark}@${parts.rest}`
  }
  if (Array.isArray(value)) return value.map((each, index) => hideInValue(each, node, [...path, String(index)], found))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, hideInValue(each, node, [...path, key], found)]),
  )
}

/** A config with its credentials replaced by `***@`, and what was replaced. */
export function hideInConfig(
  config: Record<string, unknown>,
  node: string,
): { config: Record<string, unknown>; found: FoundCredential[] } {
  const found: FoundCredential[] = []
  return { config: hideInValue(config, node, [], found) as Record<string, unknown>, found }
}

/** A document with all its credentials replaced; everything else, unknown keys too, stays as it was. */
export function hideInDocument<D extends { nodes: { id: string; config: Record<string, unknown> }[] }>(
  document: D,
): { document: D; found: FoundCredential[] } {
  const found: FoundCredential[] = []
  const nodes = document.nodes.map((node) => {
    const hidden = hideInConfig(node.config, node.id)
    found.push(...hidden.found)
    return hidden.found.length > 0 ? { ...node, config: hidden.config } : node
  })
  return { document: found.length > 0 ? { ...document, nodes } : document, found }
}

/** The host and port a URL's hidden credentials belong to; null when nothing is hidden in it. */
export function hiddenHost(url: string): string | null {
  const parts = splitUrl(url)
  return parts?.userinfo === hiddenMark ? hostOf(parts) : null
}

/** The URL with its credentials back; without any when there are none for it. */
export function fillUrl(url: string, userinfo: string | undefined): string {
  const parts = splitUrl(url)
  if (parts?.userinfo !== hiddenMark) return url
  if (userinfo === undefined) return `${parts.scheme}://${parts.rest}`
  const colon = userinfo.indexOf(':')
  const fields = colon < 0 ? [userinfo] : [userinfo.slice(0, colon), userinfo.slice(colon + 1)]
  // Only what would end the password early: what was typed percent-encoded stays so.
  const safe = fields.map((field) => field.replace(/[/\\?#@[\]\s]/g, (character) => encodeURIComponent(character)))
  return `${parts.scheme}://${safe.join(':')}@${parts.rest}`
}
