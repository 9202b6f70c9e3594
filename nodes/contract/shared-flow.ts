// What a flow that is shared says of itself before anybody takes it: a summary in words, and all that it would want here. Pure; read from
// the document and the node types alone, never from what the sender claims.
import { z } from 'zod'
import { cardLine, withoutCredentials, type WordedField, type WordedType } from './card-line.ts'
import { AbilitySchema, type Ability } from './connections.ts'
import type { Trait } from './define.ts'
import type { DrawnType } from './draw-flow.ts'
import type { Flow, FlowNode } from './flow.ts'
import { hostsOfConfig } from './hosts.ts'

/** A node type as far as a shared flow is read: what `GET /api/nodes` says of it is one. */
export interface DescribedType extends DrawnType {
  type: string
  version: number
  role: 'source' | 'tick' | 'action'
  does?: readonly Trait[]
}
export type DescribedTypes = ReadonlyMap<string, DescribedType>

const most = 4

function nameOf(node: FlowNode, types: DescribedTypes): string {
  return withoutCredentials(node.name || (types.get(node.type)?.title ?? node.type)).slice(0, 120)
}

function worded(node: FlowNode, type: WordedType): string {
  return withoutCredentials(cardLine(type, node.config))
    .slice(0, 200)
    .replace(/[.。]$/, '')
}

function listed(nodes: readonly FlowNode[], types: DescribedTypes): string {
  const words = nodes.slice(0, most).map((node) => {
    const type = types.get(node.type)
    const line = type ? worded(node, type) : ''
    return line === '' ? nameOf(node, types) : `${nameOf(node, types)} (${line})`
  })
  return nodes.length > most ? `${words.join(', ')} and ${nodes.length - most} more` : words.join(', ')
}

function sentence(lead: string, nodes: readonly FlowNode[], types: DescribedTypes): string[] {
  return nodes.length === 0 ? [] : [`${lead} ${listed(nodes, types)}.`]
}

/** What the flow does, in a few sentences a person can read. */
export function summaryOf(flow: Flow, types: DescribedTypes): string {
  const of = (test: (type: DescribedType) => boolean): FlowNode[] =>
    flow.nodes.filter((node) => {
      const type = types.get(node.type)
      return type !== undefined && test(type)
    })
  const unknown = flow.nodes.filter((node) => !types.has(node.type))
  const tests = Array.isArray(flow.tests) ? flow.tests.length : 0
  const lines = [
    ...sentence(
      'Watches:',
      of(({ role }) => role === 'source'),
      types,
    ),
    ...sentence(
      'Decides:',
      of(({ role, group }) => role === 'tick' && group === 'interaction'),
      types,
    ),
    ...sentence(
      'Then:',
      of(({ role, group }) => role === 'tick' && group !== 'interaction' && group !== 'video'),
      types,
    ),
    ...sentence(
      'Does:',
      of(({ role }) => role === 'action'),
      types,
    ),
    ...sentence('Not known here:', unknown, types),
    ...(tests > 0 ? [`Comes with ${tests === 1 ? 'one test' : `${tests} tests`}.`] : []),
  ]
  return lines.length === 0 ? 'Nothing is drawn yet.' : lines.join('\n')
}

/** Who asks for something: the cards' names. */
const asked = { cards: z.array(z.string()) }

export const WantsSchema = z.object({
  /** Where its pictures come from. */
  cameras: z.array(z.object({ node: z.string(), name: z.string(), words: z.string() })),
  /** Cameras of the sender's that it points to by their names. */
  pointed: z.array(z.object({ camera: z.string(), ...asked })),
  /** `host:port` of each address in it. */
  hosts: z.array(z.object({ host: z.string(), ...asked })),
  /** Connections that may run a program on this machine. */
  programs: z.array(z.object({ connection: z.string(), ...asked })),
  /** What it takes a named server for, programs left out. */
  connections: z.array(z.object({ connection: z.string(), can: AbilitySchema.nullable(), ...asked })),
  /** What an export has left out, in words: it has to be entered here. */
  secrets: z.array(z.string()),
  /** People and places that are told. */
  people: z.array(z.object({ to: z.string(), ...asked })),
  /** Node types that are not known. */
  unknown: z.array(z.string()),
  /** Cards whose settings are written for a later version of their type. */
  newer: z.array(z.string()),
})
export type Wants = z.infer<typeof WantsSchema>

function shows(field: WordedField, fields: Record<string, WordedField>, config: Record<string, unknown>): boolean {
  if (!field.showIf) return true
  const other = config[field.showIf.field] ?? fields[field.showIf.field]?.default
  return field.showIf.is.includes(other as string)
}

/** Who asks, each once, in the order they were met. */
type Asked = Map<string, Set<string>>

function add(map: Asked, key: string, card: string): void {
  const cards = map.get(key)
  if (cards) cards.add(card)
  else map.set(key, new Set([card]))
}

/** The list that an export has written, as far as it can be read. */
function secretsIn(flow: Flow): string[] {
  if (!Array.isArray(flow.removed)) return []
  return (flow.removed as unknown[]).slice(0, 200).flatMap((each) => {
    const message = typeof each === 'object' && each !== null && 'message' in each ? each.message : undefined
    return typeof message === 'string' ? [message.slice(0, 300)] : []
  })
}

/** All that a flow would want here. `mayRun`: what connections are good for of which some kinds run a program. */
export function wantsOf(flow: Flow, types: DescribedTypes, mayRun: ReadonlySet<Ability>): Wants {
  const hosts: Asked = new Map()
  const people: Asked = new Map()
  const programs: Asked = new Map()
  const connections: Asked = new Map()
  const abilities = new Map<string, Ability>()
  const noPrograms = new Set<string>()
  const pointed: Asked = new Map()
  for (const node of flow.nodes) {
    const card = nameOf(node, types)
    for (const { host } of hostsOfConfig(node.config)) add(hosts, host, card)
    const fields = types.get(node.type)?.config.properties ?? {}
    for (const [name, field] of Object.entries(fields)) {
      const value = node.config[name]
      if (field.widget === 'cameras' && Array.isArray(value) && shows(field, fields, node.config))
        for (const camera of value as unknown[])
          if (typeof camera === 'string' && camera !== '') add(pointed, camera, card)
      if (typeof value !== 'string' || value.trim() === '' || !shows(field, fields, node.config)) continue
      if (field.receiver) add(people, value.trim(), card)
      if (field.widget !== 'connection') continue
      if (field.can !== undefined && mayRun.has(field.can)) add(programs, value, card)
      // A program could not do this: who names it for both means no program. A card that is off proves nothing.
      if (field.can !== undefined && !mayRun.has(field.can) && node.disabled !== true) noPrograms.add(value)
      add(connections, value, card)
      if (field.can !== undefined && !abilities.has(value)) abilities.set(value, field.can)
    }
  }
  const sources = flow.nodes.flatMap((node) => {
    const type = types.get(node.type)
    return type?.role === 'source' ? [{ node: node.id, name: nameOf(node, types), words: worded(node, type) }] : []
  })
  return {
    cameras: sources,
    pointed: [...pointed].map(([camera, cards]) => ({ camera, cards: [...cards] })),
    hosts: [...hosts].map(([host, cards]) => ({ host, cards: [...cards] })),
    programs: [...programs]
      .filter(([connection]) => !noPrograms.has(connection))
      .map(([connection, cards]) => ({ connection, cards: [...cards] })),
    connections: [...connections].map(([connection, cards]) => ({
      connection,
      can: abilities.get(connection) ?? null,
      cards: [...cards],
    })),
    secrets: secretsIn(flow),
    people: [...people].map(([to, cards]) => ({ to, cards: [...cards] })),
    unknown: [...new Set(flow.nodes.map(({ type }) => type).filter((type) => !types.has(type)))].sort(),
    newer: flow.nodes
      .filter((node) => node.version > (types.get(node.type)?.version ?? Infinity))
      .map((node) => nameOf(node, types)),
  }
}
