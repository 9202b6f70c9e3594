// Remembers for a stream: facts it is told, and what the models behind it have in mind, kept across restarts and deploys.
// Never gives a model its own words twice: those the model's session restores by itself.
import { z } from 'zod'
import { defineNode, port, type LentMemory, type TickContext } from '../contract/define.ts'
import { fromOutside, type Message } from '../contract/events.ts'
import {
  editMemory,
  emptyMemory,
  factsText,
  MemoryEditSchema,
  memoryWarnings,
  readMemoryState,
  rememberFact,
  type MemoryState,
} from '../contract/memory.ts'

const config = z.object({
  keepFacts: z.number().int().min(1).max(50).default(20).meta({
    label: 'Facts to keep',
    widget: 'number',
    advanced: true,
    help: 'The oldest goes when there are more, or when they are too long together.',
  }),
})
type Context = TickContext<z.output<typeof config>, MemoryState>

export default defineNode({
  type: 'memory',
  version: 1,
  title: 'Memory',
  icon: 'brain',
  group: 'interaction',
  also: 'remember, facts, context, history, knowledge, 记忆',
  does: ['remember'],
  help: [
    'Remembers for a stream, across restarts of Heed, of a worker and of the model server, and across deploys.',
    'Example: wire "Memory" into the model and tell it "The grandmother\'s room is on the left."',
    "Facts stand at the head of the model's instruction.",
    'What the model sums up by itself is kept beside them and given back when its session was lost; the history says so.',
    'Everything can be read, corrected and forgotten here.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { label: 'Remember', help: 'Facts, one a message.' }) },
    out: { memory: port('memory', { help: 'To the model whose memory this is.' }) },
  },
  config,
  card: 'keeps {{keepFacts}} facts',
  needs: ['clock'],
  state: (): MemoryState => emptyMemory(),
  onTick: ({ message: messages }, ctx) => {
    const before = factsText(ctx.state.facts)
    const lent = ctx.modelMemories?.() ?? []
    let state = withModels(readMemoryState(ctx.state), lent, ctx.tick)
    for (const message of messages) state = taken(state, message, lent, ctx.config.keepFacts)
    Object.assign(ctx.state, state)
    if (ctx.tick.start === 'resumed') noteRestored(ctx)
    show(ctx)
    const text = factsText(state.facts)
    return text !== before || ctx.tick.start !== undefined ? { memory: { text } } : {}
  },
})

/** What the models have in mind now; a summary that is new starts the clock of its age anew. */
function withModels(state: MemoryState, lent: LentMemory[], tick: Context['tick']): MemoryState {
  const isNewRun = tick.number < state.tick
  const models = Object.fromEntries(
    lent.flatMap(({ node, memory }) => {
      const known = state.models[node]
      if (!memory) return known ? [[node, { ...known, ...(isNewRun ? { newestTick: tick.number } : {}) }]] : []
      const isNew = !known || isNewRun || newest(known) !== newest(memory)
      return [[node, { ...memory, newestTick: isNew ? tick.number : known.newestTick }]]
    }),
  )
  return { ...state, tick: tick.number, models }
}

function newest({ longTerm, midTerm }: { longTerm: string; midTerm: { range: string; text: string }[] }): string {
  const last = midTerm.at(-1)
  return `${longTerm}\n${midTerm.length}\n${last?.range ?? ''}\n${last?.text ?? ''}`
}

/** A fact, or what a person wants changed: only a message from outside may change anything. */
function taken(state: MemoryState, message: Message, lent: LentMemory[], most: number): MemoryState {
  const made = { id: message.id, at: message.at }
  const edit = message.source.node === fromOutside ? MemoryEditSchema.safeParse(message.fields?.memoryEdit) : undefined
  if (!edit?.success || edit.data.op === 'remember') return rememberFact(state, { ...made, text: message.text }, most)
  const { changed, state: after } = editMemory(state, edit.data, made)
  if (changed === null || changed === 'facts') return after
  const {
    newestTick: _tick,
    given: _given,
    ...memory
  } = after.models[changed.model] ?? { longTerm: '', midTerm: [], newestTick: 0 }
  lent.find(({ node }) => node === changed.model)?.replace(memory)
  return after
}

function counted(state: MemoryState): string[] {
  const of = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  const models = Object.values(state.models)
  const sum = (count: (memory: (typeof models)[number]) => number): number =>
    models.reduce((all, memory) => all + count(memory), 0)
  return [
    ...of(state.facts.length, 'fact', 'facts'),
    ...of(
      sum(({ longTerm, midTerm }) => midTerm.length + (longTerm === '' ? 0 : 1)),
      'summary',
      'summaries',
    ),
    ...of(
      sum(({ questions }) => questions?.length ?? 0),
      'answer',
      'answers',
    ),
  ]
}

function noteRestored({ note, state }: Context): void {
  const parts = counted(state)
  if (parts.length > 0)
    note?.(
      'memory.restored',
      `The stream was taken up again and goes on with what was remembered: ${parts.join(', ')}.`,
    )
}

function show({ state, status }: Context): void {
  const warnings = memoryWarnings(state)
  const parts = counted(state)
  status(warnings[0] ?? (parts.length === 0 ? 'Nothing remembered yet' : `Remembers ${parts.join(', ')}`), {
    tone: warnings.length > 0 ? 'warn' : 'ok',
    data: { facts: state.facts.length, dropped: state.dropped, warnings },
  })
}
