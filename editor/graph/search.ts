// Finds node types by what people call them: names first, then the other words of a type, then what it can be set to, then its help.
import type { FieldSchema, NodeType } from '../views.ts'

interface Told {
  title: string
  type: string
  also: readonly string[]
  settings: string
  help: string
}

function told({ title, type, also = '', config, help, group, origin }: NodeType): Told {
  const options = Object.values(config.properties ?? {}).flatMap(({ label, options: choices = [] }: FieldSchema) => [
    label ?? '',
    ...choices.map((choice) => choice.label),
  ])
  return {
    title: title.toLowerCase(),
    type,
    also: also.toLowerCase().split(/,\s*/).filter(Boolean),
    settings: options.join(' ').toLowerCase(),
    help: `${help} ${group} ${origin?.package ?? ''}`.toLowerCase(),
  }
}

/** Where a word is found, as what it costs; undefined where it is nowhere. */
function costOf(word: string, { title, type, also, settings, help }: Told): number | undefined {
  if (title.startsWith(word)) return 0
  if (title.split(/\s+/).some((part) => part.startsWith(word))) return 1
  if (also.some((other) => other.startsWith(word))) return 3
  if (also.some((other) => other.split(/\s+/).some((part) => part.startsWith(word)))) return 4
  if (title.includes(word) || type.includes(word)) return 5
  if (also.some((other) => other.includes(word))) return 6
  if (settings.includes(word)) return 8
  return help.includes(word) ? 12 : undefined
}

/** The types in which every word is found, best first; all of them, in their order, for no words. */
export function rankTypes(types: readonly NodeType[], words: string): NodeType[] {
  const whole = words.trim().toLowerCase()
  const wanted = whole.split(/\s+/).filter(Boolean)
  const found = types.flatMap((type) => {
    const about = told(type)
    // What is known under just these words needs no second look.
    if (about.also.includes(whole)) return [{ type, cost: 2 * wanted.length }]
    const costs = wanted.map((word) => costOf(word, about))
    return costs.includes(undefined) ? [] : [{ type, cost: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0) }]
  })
  return found.sort((a, b) => a.cost - b.cost).map(({ type }) => type)
}
