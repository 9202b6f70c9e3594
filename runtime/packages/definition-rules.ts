// What a node definition must be, beyond its types: checked when it is loaded, so that a bad package fails at boot by name.
// Pure; never runs a node.
import { z } from 'zod'
import {
  actPort,
  traitWords,
  type ActionNode,
  type Need,
  type NodeDefinition,
  type Ports,
} from '../../nodes/contract/define.ts'
import { eventKinds } from '../../nodes/contract/events.ts'
import { kinds } from '../../nodes/contract/kinds.ts'

const groups: readonly unknown[] = ['video', 'interaction', 'logic', 'action']

/** What the runtime can lend each role: a tick cannot reach the world, an action cannot reach a session. */
const lends: Record<NodeDefinition['role'], readonly Need[]> = {
  source: ['clock', 'media'],
  tick: ['clock', 'model'],
  action: [
    'clock',
    'http',
    'connections',
    'pictures',
    'agents',
    'speech',
    'mail',
    'mqtt',
    'push',
    'node-red',
    'events',
    'clips',
  ],
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** Everything wrong with what a node file exports by default; empty when it is a definition. */
export function definitionFaults(candidate: unknown): string[] {
  if (typeof candidate !== 'object' || candidate === null || !('role' in candidate)) {
    return ['its default export is no definition: export default defineNode(…), defineSource(…) or defineAction(…)']
  }
  const definition = candidate as NodeDefinition
  if (!Object.hasOwn(lends, definition.role))
    return [`its role "${String(definition.role)}" is not source, tick or action`]
  if (!(definition.config instanceof z.ZodObject)) return ['config must be a z.object(…)']
  return [
    ...textFaults(definition),
    ...portFaults(definition),
    ...configFaults(definition),
    ...versionFaults(definition),
    ...roleFaults(definition),
  ]
}

function textFaults({ type, title, icon, group, help, also = '', does = [] }: NodeDefinition): string[] {
  const faults: string[] = []
  if (!isText(type) || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type))
    faults.push(`type "${String(type)}" must be lower-case words joined by "-"`)
  if (!isText(title) || title.length > 40) faults.push('title must be 1 to 40 characters')
  if (!isText(icon) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(icon))
    faults.push(`icon "${String(icon)}" must be a Tabler icon name such as "bell"`)
  if (typeof also !== 'string') faults.push('also must be words with commas between')
  for (const trait of does)
    if (!Object.hasOwn(traitWords, trait))
      faults.push(`does "${trait}", which is none of ${Object.keys(traitWords).join(', ')}`)
  if (!groups.includes(group)) faults.push(`group must be one of ${groups.join(', ')}`)
  if (!isText(help)) faults.push('help is empty')
  else if (help.split('\n').length > 10) faults.push(`help has ${help.split('\n').length} lines; at most 10`)
  return faults
}

function portFaults({ ports }: NodeDefinition): string[] {
  if (typeof ports?.in !== 'object' || typeof ports.out !== 'object') return ['ports must be { in: …, out: … }']
  const check = (side: 'in' | 'out', all: Ports): string[] =>
    Object.entries(all).flatMap(([name, port]) => {
      const faults: string[] = []
      if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) faults.push(`port "${name}" must be a camelCase word`)
      if (!(kinds as readonly unknown[]).includes(port.kind))
        faults.push(`port "${name}" has the unknown kind "${String(port.kind)}"`)
      if (!isText(port.label)) faults.push(`port "${name}" has no label`)
      if (port.event !== null && side === 'in')
        faults.push(`in port "${name}" has an event; only what is sent is recorded`)
      if (port.event !== null && !(eventKinds as readonly unknown[]).includes(port.event))
        faults.push(`port "${name}" has the unknown event "${port.event}"`)
      return faults
    })
  return [...check('in', ports.in), ...check('out', ports.out)]
}

function configFaults({ config, card }: NodeDefinition): string[] {
  const faults: string[] = []
  const fields = Object.keys(config.shape)
  for (const [, field] of (isText(card) ? card : '').matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
    if (field !== undefined && !fields.includes(field))
      faults.push(`card shows {{${field}}}, which config does not have`)
  }
  if (typeof card !== 'string' || card.includes('\n')) faults.push('card must be one line')
  try {
    z.toJSONSchema(config, { io: 'input' })
  } catch (error) {
    faults.push(`config cannot be told to the editor as JSON Schema: ${String(error)}`)
  }
  return faults
}

function versionFaults({ version, migrations = {} }: NodeDefinition): string[] {
  if (!Number.isInteger(version) || version < 1) return ['version must be a whole number from 1']
  const wanted = Array.from({ length: version - 1 }, (_, index) => String(index + 2))
  const missing = wanted
    .filter((to) => !Object.hasOwn(migrations, to))
    .map((to) => `the migration to version ${to} is missing`)
  const stray = Object.keys(migrations)
    .filter((to) => !wanted.includes(to))
    .map((to) => `there is a migration to version ${to}, but the version is ${version}`)
  return [...missing, ...stray]
}

function roleFaults(definition: NodeDefinition): string[] {
  const faults: string[] = []
  const needs: readonly Need[] = Array.isArray(definition.needs) ? definition.needs : []
  if (!Array.isArray(definition.needs)) faults.push('needs must be a list')
  for (const need of needs) {
    if (!lends[definition.role].includes(need))
      faults.push(`needs "${need}", which a ${definition.role} node is not lent (${lends[definition.role].join(', ')})`)
  }
  if (new Set(needs).size !== needs.length) faults.push('needs names something twice')
  const { in: taken, out } = definition.ports ?? { in: {}, out: {} }
  if (definition.role === 'source') {
    if (Object.keys(taken ?? {}).length > 0) faults.push('a source has no in ports')
    if (!Object.values(out ?? {}).some((port) => port.kind === 'frames'))
      faults.push('a source needs an out port of kind frames')
    if (typeof definition.open !== 'function') faults.push('a source needs open(ctx)')
  } else if (definition.role === 'tick') {
    if (typeof definition.onTick !== 'function' || typeof definition.state !== 'function')
      faults.push('a tick node needs state() and onTick(inputs, ctx)')
    if (definition.acts) {
      faults.push(...actingFaults(definition.acts))
      for (const need of definition.acts.needs)
        if (!lends.action.includes(need)) faults.push(`needs "${need}" for its half that acts, which is not lent`)
    }
    if (Object.hasOwn(out ?? {}, actPort)) faults.push(`an out port cannot be called "${actPort}"`)
  } else {
    if (Object.keys(taken ?? {}).length === 0) faults.push('an action needs an in port')
    faults.push(...actingFaults(definition))
  }
  return faults
}

function actingFaults(acting: Pick<ActionNode, 'perform' | 'timeoutMs' | 'maxAttempts'>): string[] {
  const faults: string[] = []
  if (typeof acting.perform !== 'function') faults.push('an action needs perform(message, ctx)')
  if (!(acting.timeoutMs > 0)) faults.push('timeoutMs must be more than 0')
  if (!Number.isInteger(acting.maxAttempts) || acting.maxAttempts < 1)
    faults.push('maxAttempts must be a whole number from 1')
  return faults
}
