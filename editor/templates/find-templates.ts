// Which templates somebody looks for: by words in either language, by capability, by whether they run here. Pure.
import { capabilityWords } from './gallery-words.ts'
import type { TemplateView } from './template-views.ts'

export interface Wanted {
  words: string
  capability: string | null
  onlyHere: boolean
}

/** 3 where the title has the word, 2 a tag or the capability, 1 the purpose, 0 nothing. */
function rankOf(template: TemplateView, word: string): number {
  const has = (text: string): boolean => text.toLowerCase().includes(word)
  if (has(template.title) || has(template.id)) return 3
  const capability = capabilityWords.find(([name]) => name === template.capability)?.[1]
  if ([...template.tags, capability?.en ?? '', capability?.zh ?? ''].some(has)) return 2
  return has(template.purpose) ? 1 : 0
}

/** Those with every word, the best first; of equals, those that run here. */
export function findTemplates(templates: readonly TemplateView[], wanted: Wanted): TemplateView[] {
  const sought = wanted.words.toLowerCase().split(/\s+/).filter(Boolean)
  const ranked = templates
    .filter(({ capability }) => wanted.capability === null || capability === wanted.capability)
    .filter(({ runsHere }) => !wanted.onlyHere || runsHere)
    .map((template) => ({ template, ranks: sought.map((word) => rankOf(template, word)) }))
    .filter(({ ranks }) => ranks.every((rank) => rank > 0))
    .map(({ template, ranks }) => ({ template, rank: ranks.reduce((sum, rank) => sum + rank, 0) }))
  return ranked
    .sort((a, b) => b.rank - a.rank || Number(b.template.runsHere) - Number(a.template.runsHere))
    .map(({ template }) => template)
}
