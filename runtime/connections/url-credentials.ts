// Takes user names, passwords and keys out of the addresses of a document and puts them back into one address at the moment of
// use. Pure. What is taken out goes back to the same host and port only, and what was given for an encrypted address to no other.
import { addressField, fillAddress, hiddenIn, hideInAddress } from '../../nodes/contract/address-secrets.ts'

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

function hideInValue(value: unknown, node: string, path: string[], found: FoundCredential[]): unknown {
  if (typeof value === 'string') {
    const hidden = hideInAddress(value, addressField.test(path.at(-1) ?? ''))
    if (!hidden || hidden.secrets.length === 0) return value
    for (const { slot, value: userinfo } of hidden.secrets)
      found.push({ node, field: path.join('.') + slot, host: hidden.host, isEncrypted: hidden.isEncrypted, userinfo })
    return hidden.text
  }
  if (Array.isArray(value)) return value.map((each, index) => hideInValue(each, node, [...path, String(index)], found))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, hideInValue(each, node, [...path, key], found)]),
  )
}

/** A config with the secrets of its addresses replaced by `***`, and what was replaced. */
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
  return hiddenIn(url)?.host ?? null
}

/** Which part of an address a stored secret is: the end of its field. */
export function slotOf(field: string): string {
  return / (?:\?[a-z0-9_-]+|\/\d+)(?:\.\d+)?$/.exec(field)?.[0] ?? ''
}

/** The URL with its login and its other secrets back; without any where there are none for it. */
export function fillUrl(
  url: string,
  userinfo: string | undefined,
  others: ReadonlyMap<string, string> = new Map(),
): string {
  return fillAddress(url, userinfo === undefined ? others : new Map([...others, ['', userinfo]]))
}
