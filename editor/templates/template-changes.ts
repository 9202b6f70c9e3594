// What a newer version of a template would change in a flow, in sentences. Pure.
import { duration } from '../../nodes/contract/card-line.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { nameOf } from '../graph/check.ts'
import type { FieldSchema, NodeTypes } from '../views.ts'
import type { TemplateChange } from './template-views.ts'
import { say } from '../words/say.ts'

export interface ChangeWords {
  what: string
  /** A setting: what it is now, and what it would be. */
  from?: string
  to?: string
  keptOwn: boolean
}

function inWords(value: unknown, field?: FieldSchema): string {
  if (value === null || value === undefined || value === '') return say('nothing')
  if (Array.isArray(value)) return value.map((each) => inWords(each, field)).join(', ')
  if (field?.widget === 'duration' && typeof value === 'number') return duration(value)
  const option = field?.options?.find((each) => each.value === value)
  if (option) return option.label
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
}

/** `cam.frames → model.frames` with the names of the cards. */
function wireWords(wire: unknown, name: (id: string) => string): string {
  return String(wire)
    .split(' → ')
    .map((end) => name(end.slice(0, end.lastIndexOf('.'))))
    .join(' → ')
}

/** One for each change; `flow` before, `next` after. */
export function changeWords(
  changes: readonly TemplateChange[],
  { flow, next, types }: { flow: Flow; next: Flow | undefined; types: NodeTypes },
): ChangeWords[] {
  const nodeOf = (id: string) => [...(next?.nodes ?? []), ...flow.nodes].find((node) => node.id === id)
  const name = (id: string): string => nameOf(nodeOf(id), types)
  return changes.map(({ what, node, field, from, to, keptOwn }) => {
    const schema = types.get(nodeOf(node)?.type ?? '')?.config.properties?.[field ?? '']
    switch (what) {
      case 'setting':
        return {
          what: `${name(node)}: ${schema?.label ?? field ?? ''}`,
          from: inWords(from, schema),
          to: inWords(to, schema),
          keptOwn,
        }
      case 'node-added':
        return { what: say('New card: {name}', { name: name(node) }), keptOwn }
      case 'node-removed':
        return { what: `${keptOwn ? say('No longer part of it') : say('Goes away')}: ${name(node)}`, keptOwn }
      case 'wire-added':
        return { what: say('New wire: {wireWords}', { wireWords: wireWords(to, name) }), keptOwn }
      case 'wire-removed':
        return { what: say('Wire goes away: {wireWords}', { wireWords: wireWords(from, name) }), keptOwn }
    }
  })
}
