// Finds the kinds of connection: each is one file in kinds/. Serves them as data; never opens a connection.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { connectionGroups } from '../../nodes/contract/connections.ts'
import type { ConnectionKindDefinition, ConnectionKinds } from '../../nodes/contract/connections.ts'

/** The built-in kinds and those from packages, in the order in which they are offered: models first, what comes with Heed before what is added. */
export async function loadConnectionKinds(added: readonly ConnectionKindDefinition[] = []): Promise<ConnectionKinds> {
  const folder = path.join(import.meta.dirname, 'kinds')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
  const loaded = await Promise.all(
    files.map(async (name) => {
      const module = (await import(pathToFileURL(path.join(folder, name)).href)) as {
        default: ConnectionKindDefinition
      }
      return module.default
    }),
  )
  const rank = ({ group, isBuiltIn, title }: ConnectionKindDefinition): string =>
    `${connectionGroups.indexOf(group)} ${isBuiltIn ? 0 : 1} ${title}`
  return new Map([...loaded, ...added].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((each) => [each.kind, each]))
}

/** What every installation has from its first start; a flow may rely on them. Each has the name of its kind. */
export function builtInNames(kinds: ConnectionKinds): string[] {
  return [...kinds.values()].flatMap(({ kind, isBuiltIn }) => (isBuiltIn ? [kind] : []))
}

/** A kind without its functions, as the editor draws its form from it; `config` as JSON Schema with the metas beside each field. */
export function describeKind(definition: ConnectionKindDefinition) {
  const {
    kind,
    title,
    text,
    icon,
    group,
    secrets,
    can,
    isBuiltIn = false,
    isUnlisted = false,
    origin = null,
  } = definition
  const config = z.toJSONSchema(definition.config, { io: 'input', unrepresentable: 'any' })
  return { kind, title, text, icon, group, config, secrets, can, isBuiltIn, isUnlisted, origin }
}
export type ConnectionKindView = ReturnType<typeof describeKind>
