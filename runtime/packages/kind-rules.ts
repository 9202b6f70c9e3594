// What a kind of connection from outside must be, beyond its types: checked when it is loaded, so that nothing built in can break
// on it. Pure; never tries one.
import { z } from 'zod'
import {
  abilityWords,
  connectionGroups,
  ConnectionKindSchema,
  type ConnectionKindDefinition,
  type ConnectionKinds,
} from '../../nodes/contract/connections.ts'

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** Everything wrong with what a file exports by default; `builtIn` says which ways to do a thing there are. */
export function kindFaults(candidate: unknown, builtIn: ConnectionKinds): string[] {
  if (typeof candidate !== 'object' || candidate === null || !('kind' in candidate))
    return ['its default export is no kind of connection: export default defineConnectionKind(…)']
  const definition = candidate as ConnectionKindDefinition
  const faults: string[] = []
  if (!ConnectionKindSchema.safeParse(definition.kind).success)
    faults.push(`kind "${String(definition.kind)}" must be lower-case words joined by "-"`)
  for (const name of ['title', 'text', 'icon'] as const) if (!isText(definition[name])) faults.push(`${name} is empty`)
  if (!(connectionGroups as readonly unknown[]).includes(definition.group))
    faults.push(`group must be one of ${connectionGroups.join(', ')}`)
  if (definition.isBuiltIn) faults.push('isBuiltIn is for what comes with Heed')
  return [...faults, ...configFaults(definition), ...secretFaults(definition), ...abilityFaults(definition, builtIn)]
}

function configFaults({ config }: ConnectionKindDefinition): string[] {
  if (!(config instanceof z.ZodObject)) return ['config must be a z.object(…)']
  try {
    z.toJSONSchema(config, { io: 'input' })
    return []
  } catch (error) {
    return [`config cannot be told to the editor as JSON Schema: ${String(error)}`]
  }
}

function secretFaults({ secrets, needs }: ConnectionKindDefinition): string[] {
  if (
    !Array.isArray(secrets) ||
    !secrets.every(({ name, label, help }) => isText(name) && isText(label) && isText(help))
  )
    return ['secrets must be a list of { name, label, help }']
  const strays = (needs?.oneOf ?? []).filter((name) => !secrets.some((secret) => secret.name === name))
  return strays.map((name) => `needs the secret "${name}", which it does not ask for`)
}

function abilityFaults({ can, test, tryOut }: ConnectionKindDefinition, builtIn: ConnectionKinds): string[] {
  if (typeof can !== 'object' || can === null || Object.keys(can).length === 0)
    return ['can must say at least one thing that it can do']
  const faults = Object.entries(can).flatMap(([ability, way]) => {
    if (ability.startsWith('own-')) return []
    if (!Object.hasOwn(abilityWords, ability))
      return [`can "${ability}", which is none of ${Object.keys(abilityWords).join(', ')} and does not begin with own-`]
    const ways = new Set([...builtIn.values()].flatMap((kind) => kind.can[ability as keyof typeof abilityWords] ?? []))
    return way !== undefined && ways.has(way)
      ? []
      : [`can ${ability} by "${way}", but there are only ${[...ways].sort().join(', ')}`]
  })
  if (can[test] === undefined)
    faults.push(`test must name what is put to the test, one of ${Object.keys(can).join(', ')}`)
  else if (test.startsWith('own-') && typeof tryOut !== 'function')
    faults.push(`"${test}" is its own, so it must bring tryOut(connection, { http, signal })`)
  return faults
}
