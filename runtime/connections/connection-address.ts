// Where a connection sends its secret. A stored secret was given for one place: whoever names another one enters it again.
// Pure; never looks at a secret's value.
import type { Connection, ConnectionKindDefinition } from '../../nodes/contract/connections.ts'
import { hostsIn } from '../../nodes/contract/hosts.ts'

/** Those fields of any kind of connection that decide who gets to see the secret. */
function placeOf(
  definition: ConnectionKindDefinition | undefined,
  { kind, config }: Pick<Connection, 'kind' | 'config'>,
): string {
  const { url, host, port, command, ...others } = config
  // No address of its own means the service's usual one.
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const place = address
    ? [address.protocol, address.hostname.replace(/\.$/, ''), address.port]
    : [typeof url === 'string' ? url.trim() : '']
  return JSON.stringify([
    kind,
    place,
    text(host).toLowerCase(),
    text(port),
    text(command),
    // Of a kind from elsewhere any field may name a host.
    hostsIn(others).sort(),
    definition?.placeOf?.(config) ?? '',
  ])
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

/**
 * The stored secrets that must be entered again for `next`: all of them when it leads elsewhere and the change does not bring
 * its own. One that is emptied is taken away, which is an answer too.
 */
export function secretsToAskAgain(
  definition: ConnectionKindDefinition | undefined,
  before: Pick<Connection, 'kind' | 'config'> & { hasSecret: readonly string[] },
  next: Pick<Connection, 'kind' | 'config'>,
  given: Readonly<Record<string, string>>,
): string[] {
  if (placeOf(definition, before) === placeOf(definition, next)) return []
  return before.hasSecret.filter((name) => given[name] === undefined)
}
