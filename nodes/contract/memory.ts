// What a stream remembers: facts people told it and what its models have in mind. Data and pure work on it, shared by the
// memory node (while a stream runs) and the API (while it does not). Never reads a clock and never grows without bound.
import { z } from 'zod'
import type { ModelMemory } from './capabilities.ts'

/** So many ticks make a chunk; the model sums up each one. */
export const chunkTicks = 100
const staleAfterTicks = 2 * chunkTicks
/** What is remembered must fit at the head of an instruction. */
export const longestFact = 300
const longestFacts = 1900
const longestId = 80
const keptFacts = 50

export interface Fact {
  id: string
  text: string
  at: string
}
export interface KeptMemory extends ModelMemory {
  /** The tick at which the newest summary came, or watching began. */
  newestTick: number
}
export interface MemoryState {
  facts: Fact[]
  /** Facts that had to go to make room. */
  dropped: number
  /** The newest tick this state knows of. */
  tick: number
  /** By model node; absent while a model has never reported any. */
  models: Record<string, KeptMemory>
}

export const emptyMemory = (): MemoryState => ({ facts: [], dropped: 0, tick: 0, models: {} })

const line = z.string().trim().min(1).max(4000)
/** What a person may do to a memory. `id` is a fact's or an entry's. */
export const MemoryEditSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('remember'), text: line }),
  z.object({ op: z.literal('correct'), id: z.string().min(1).max(longestId), text: line }),
  z.object({ op: z.literal('forget'), id: z.string().min(1).max(longestId) }),
])
export type MemoryEdit = z.infer<typeof MemoryEditSchema>

/** One thing a model has in mind, with an id made from its words: it fits only as long as they do. */
export interface MemoryEntry {
  id: string
  model: string
  part: 'long-term' | 'summary' | 'question' | 'said'
  range: string
  text: string
  answer?: string
}

/** Saved state of any age, read as well as it goes. */
export function readMemoryState(saved: unknown): MemoryState {
  const value = typeof saved === 'object' && saved !== null ? (saved as Partial<MemoryState>) : {}
  return { ...emptyMemory(), ...value }
}

/** Adds a fact, once per id; the oldest go when there are too many or they are too long together. */
export function rememberFact(state: MemoryState, fact: Fact, most = keptFacts): MemoryState {
  const text = oneLine(fact.text).slice(0, longestFact)
  const id = fact.id.slice(0, longestId)
  if (text === '' || state.facts.some((known) => known.id === id)) return state
  // The same words again are the same fact, only fresher.
  return makeRoom(
    { ...state, facts: [...state.facts.filter((known) => known.text !== text), { id, text, at: fact.at }] },
    most,
  )
}

function makeRoom(state: MemoryState, most: number): MemoryState {
  let { facts } = state
  while (facts.length > most || factsText(facts).length > longestFacts) facts = facts.slice(1)
  return { ...state, facts, dropped: state.dropped + state.facts.length - facts.length }
}

/** The facts as the head of an instruction; empty when there are none. */
export function factsText(facts: readonly Fact[]): string {
  return facts.map(({ text }) => `- ${text}`).join('\n')
}

/** Everything the models have in mind, one by one. */
export function memoryEntries(models: Record<string, ModelMemory>): MemoryEntry[] {
  return Object.entries(models).flatMap(([model, memory]) => {
    const entry = (part: MemoryEntry['part'], range: string, text: string): MemoryEntry => ({
      id: entryId(model, part, range, text),
      model,
      part,
      range,
      text,
    })
    return [
      ...(memory.longTerm === '' ? [] : [entry('long-term', '', memory.longTerm)]),
      ...memory.midTerm.map(({ range, text }) => entry('summary', range, text)),
      ...(memory.questions ?? []).map(({ at, question, answer }) => ({
        ...entry('question', at, `${question} ${answer}`),
        answer,
      })),
      ...(memory.said ?? []).map((said) => entry('said', saidAt(said), said.text)),
    ]
  })
}

/** Applies a person's edit. `changed` says what it touched: the facts, the memory of a model, or nothing. */
export function editMemory(
  state: MemoryState,
  edit: MemoryEdit,
  made: { id: string; at: string },
): { state: MemoryState; changed: 'facts' | { model: string } | null } {
  if (edit.op === 'remember') return { state: rememberFact(state, { ...made, text: edit.text }), changed: 'facts' }
  const text = edit.op === 'correct' ? edit.text.trim() : ''
  if (state.facts.some(({ id }) => id === edit.id)) {
    const facts = state.facts
      .map((fact) => (fact.id === edit.id ? { ...fact, text: oneLine(text).slice(0, longestFact), at: made.at } : fact))
      .filter((fact) => fact.text !== '')
    return { state: makeRoom({ ...state, facts }, keptFacts), changed: 'facts' }
  }
  const entry = memoryEntries(state.models).find(({ id }) => id === edit.id)
  const kept = entry && state.models[entry.model]
  if (!entry || !kept) return { state, changed: null }
  return {
    state: { ...state, models: { ...state.models, [entry.model]: { ...kept, ...edited(kept, entry, text) } } },
    changed: { model: entry.model },
  }
}

function edited(memory: ModelMemory, entry: MemoryEntry, text: string): Partial<ModelMemory> {
  const is = (part: MemoryEntry['part'], range: string, words: string): boolean =>
    entry.id === entryId(entry.model, part, range, words)
  if (entry.part === 'long-term') return { longTerm: text }
  if (entry.part === 'summary') {
    return {
      midTerm: memory.midTerm
        .map((each) => (is('summary', each.range, each.text) ? { ...each, text } : each))
        .filter((each) => each.text !== ''),
    }
  }
  if (entry.part === 'said') {
    return {
      said: (memory.said ?? [])
        .map((each) => (is('said', saidAt(each), each.text) ? { ...each, text } : each))
        .filter((each) => each.text !== ''),
    }
  }
  const isThis = ({ at, question, answer }: { at: string; question: string; answer: string }): boolean =>
    is('question', at, `${question} ${answer}`)
  return {
    questions: (memory.questions ?? [])
      .map((each) => (isThis(each) ? { ...each, answer: text } : each))
      .filter((each) => each.answer !== ''),
  }
}

function saidAt({ atS }: { atS: number }): string {
  return `${atS.toFixed(1)} s`
}

/** What is wrong with a memory, in words; nothing when all is well. */
export function memoryWarnings(state: MemoryState): string[] {
  const ofModels = Object.entries(state.models).flatMap(([model, kept]) => {
    const since = state.tick - kept.newestTick
    if (since <= staleAfterTicks) return []
    const minutes = Math.round(since / 60)
    return kept.midTerm.length === 0 && kept.longTerm === ''
      ? [
          `The model "${model}" has watched for ${minutes} min and has summed up nothing yet. After a restart it would begin with no memory.`,
        ]
      : [
          `The newest summary of the model "${model}" is ${minutes} min old; one should come about every ${Math.round((chunkTicks / 60) * 10) / 10} min.`,
        ]
  })
  return state.dropped === 0
    ? ofModels
    : [
        ...ofModels,
        `${state.dropped} older ${state.dropped === 1 ? 'fact was' : 'facts were'} dropped: there was no more room.`,
      ]
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** FNV-1a over the words: short, and the same everywhere. */
function entryId(...parts: string[]): string {
  let hash = 0x811c9dc5
  for (const char of parts.join('\u0001')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return `m${(hash >>> 0).toString(16).padStart(8, '0')}`
}
