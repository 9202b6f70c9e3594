// What a stream remembers: read it, tell it something, correct it, make it forget. While the stream runs its memory node does
// the work, as with any other message; while it does not, the saved memory is changed. Never both.
import { randomUUID } from 'node:crypto'
import type { Router } from 'express'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import {
  editMemory,
  memoryEntries,
  MemoryEditSchema,
  memoryWarnings,
  readMemoryState,
} from '../../nodes/contract/memory.ts'
import type { MemoryEdit, MemoryState } from '../../nodes/contract/memory.ts'
import { inputFor, sendInputs } from './ask-routes.ts'
import type { StreamsRouteDeps } from './route-deps.ts'
import type { RunningStream } from './records.ts'
import type { MemoryView } from './route-answers.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { does } from '../../nodes/contract/define.ts'
import { FactSchema, TextSchema } from './route-bodies.ts'

/** Where a model's own memory lies among the saved states, as the engine names it. */
const modelStateOf = (node: string): string => `${node}#memory`

async function findStream(deps: StreamsRouteDeps, id: string): Promise<RunningStream> {
  const stream = await deps.running.stream(id)
  if (stream) return stream
  throw new NotFoundError(
    'STREAM_NOT_FOUND',
    `There is no stream “${id.slice(0, 140)}”. Deploy its flow first; the flow's status lists its streams.`,
  )
}

function memoryNodes({ nodes }: StreamsRouteDeps, stream: RunningStream): string[] {
  return stream.plan.ticks.filter(({ type }) => does(nodes.get(type), 'remember')).map(({ id }) => id)
}

async function readMemories(
  deps: StreamsRouteDeps,
  stream: RunningStream,
): Promise<{ node: string; state: MemoryState }[]> {
  const states = await deps.running.states(stream.id)
  return memoryNodes(deps, stream).map((node) => ({ node, state: readMemoryState(states[node]) }))
}

function toView({ node, state }: { node: string; state: MemoryState }): MemoryView {
  return { node, facts: state.facts, entries: memoryEntries(state.models), warnings: memoryWarnings(state) }
}

/** The memory node that holds a fact or an entry. */
async function holderOf(deps: StreamsRouteDeps, stream: RunningStream, id: string): Promise<string> {
  const memories = await readMemories(deps, stream)
  const holder = memories.find(
    ({ state }) =>
      state.facts.some((fact) => fact.id === id) || memoryEntries(state.models).some((entry) => entry.id === id),
  )
  if (holder) return holder.node
  throw new NotFoundError(
    'MEMORY_ENTRY_NOT_FOUND',
    'This is not remembered any more: it was changed, forgotten or dropped in the meantime. Read the memory again.',
  )
}

const words: Record<Exclude<MemoryEdit['op'], 'remember'>, string> = {
  correct: 'A memory was corrected.',
  forget: 'A memory was forgotten.',
}

/** `running`: the session does it at its next tick; `saved`: it is done. */
async function edit(
  deps: StreamsRouteDeps,
  stream: RunningStream,
  node: string,
  change: MemoryEdit,
): Promise<'running' | 'saved'> {
  if (!stream.isRunning) {
    const made = { id: randomUUID(), at: new Date(deps.nowMs()).toISOString() }
    if (await deps.running.changeStates(stream.id, (states) => changed(states, node, change, made))) return 'saved'
  }
  const told = change.op === 'remember' ? change.text : words[change.op]
  await sendInputs(deps, stream.flow, [
    inputFor(deps, { stream, node, port: 'message' }, told, { memoryEdit: MemoryEditSchema.parse(change) }),
  ])
  return 'running'
}

/** Only the states that are different afterwards. */
function changed(
  states: Record<string, unknown>,
  node: string,
  change: MemoryEdit,
  made: { id: string; at: string },
): Record<string, unknown> {
  const { state, changed: what } = editMemory(readMemoryState(states[node]), change, made)
  if (what === null) return {}
  if (what === 'facts') return { [node]: state }
  const {
    newestTick: _tick,
    given: _given,
    ...memory
  } = state.models[what.model] ?? { longTerm: '', midTerm: [], newestTick: 0 }
  return { [node]: state, [modelStateOf(what.model)]: memory }
}

async function remember(deps: StreamsRouteDeps, streamId: string, body: unknown): Promise<'running' | 'saved'> {
  const { text, node: wanted } = parseBody(FactSchema, body)
  const stream = await findStream(deps, streamId)
  const nodes = memoryNodes(deps, stream)
  const node = wanted === undefined ? nodes[0] : nodes.find((each) => each === wanted)
  if (node === undefined)
    throw new ConflictError(
      'MEMORY_NODE_MISSING',
      'This stream has no such memory node, so nothing can be remembered. Add a memory to the flow, wire it into the model and deploy again.',
    )
  return await edit(deps, stream, node, { op: 'remember', text })
}

/** `/api/streams/:id/memory` and what is in it. */
export function addMemoryRoutes(api: Router, deps: StreamsRouteDeps): void {
  api.get('/streams/:id/memory', async (request, response) => {
    const stream = await findStream(deps, request.params.id)
    response.json({
      stream: stream.id,
      isRunning: stream.isRunning,
      memories: (await readMemories(deps, stream)).map(toView),
    })
  })
  api.post('/streams/:id/memory/facts', async (request, response) => {
    const done = await remember(deps, request.params.id, request.body)
    response.status(done === 'saved' ? 201 : 202).json({ state: done })
  })
  // Facts and what the models made of what they saw are changed alike.
  for (const part of ['facts', 'summaries'] as const) {
    const change = async (
      streamId: string,
      id: string,
      read: () => MemoryEdit,
    ): Promise<{ status: number; body: unknown }> => {
      const stream = await findStream(deps, streamId)
      const wanted = read()
      const done = await edit(deps, stream, await holderOf(deps, stream, id), wanted)
      return { status: done === 'saved' ? 200 : 202, body: { state: done } }
    }
    api.put(`/streams/:id/memory/${part}/:entry`, async (request, response) => {
      const { entry, id } = request.params
      const { status, body } = await change(id, entry, () => ({
        op: 'correct',
        id: entry,
        text: parseBody(TextSchema, request.body).text,
      }))
      response.status(status).json(body)
    })
    api.delete(`/streams/:id/memory/${part}/:entry`, async (request, response) => {
      const { entry, id } = request.params
      const { status, body } = await change(id, entry, () => ({ op: 'forget', id: entry }))
      response.status(status).json(body)
    })
  }
}
