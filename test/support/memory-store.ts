// EngineStore in memory, with the real one's rules: fencing by generation, one transaction a commit, a second try adds
// nothing. Can be taken away and given back, as a database that restarts.
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { Decision, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import { streamIdOf } from '../../runtime/actions/ids.ts'
import { speakersTo } from '../../runtime/streams/other-streams.ts'
import type { ActionRecord, SessionInput } from '../../runtime/actions/records.ts'
import type { EngineStore } from '../../runtime/streams/records.ts'
import type { EventRecord, RunKey, TickRecord } from '../../runtime/history/records.ts'

export interface MemoryStore extends EngineStore {
  events: EventRecord[]
  actions: ActionRecord[]
  decisions: (Decision & { streamId: string; run: number })[]
  inputs: SessionInput[]
  /** By stream: the newest state and its tick. */
  saved: Map<string, { tick: number; mediaTimeS: number; states: Record<string, unknown> }>
  statuses: Map<string, StreamStatus>
  /** The generation that may write, by stream; any may while unset. */
  generations: Map<string, number>
  writes: { ticks: number; commits: number }
  /** Of a flow with several streams. */
  plan?: { flow: string; plan: Plan }
  goAway(): void
  comeBack(): void
}

const isEnded = (state: StreamState | undefined): boolean =>
  state === 'finished' || state === 'failed' || state === 'stopped'

/** An empty store. */
export function memoryStore(): MemoryStore {
  let isAway = false
  const check = (): void => {
    if (isAway) throw new RetryableError('DB_UNREACHABLE', 'The database is away.')
  }
  const isStale = (key: RunKey): boolean => (store.generations.get(key.streamId) ?? key.generation) > key.generation
  const save = (record: TickRecord): void => {
    for (const decision of record.decisions) {
      const has = store.decisions.some(
        (known) =>
          known.streamId === record.streamId &&
          known.run === record.run &&
          known.tick === decision.tick &&
          known.node === decision.node,
      )
      if (!has) store.decisions.push({ ...structuredClone(decision), streamId: record.streamId, run: record.run })
    }
    const { streamId, tick, mediaTimeS, states } = record
    const known = store.saved.get(streamId)
    if ((known?.tick ?? -1) <= tick)
      store.saved.set(streamId, structuredClone({ tick, mediaTimeS, states: { ...known?.states, ...states } }))
  }
  const store: MemoryStore = {
    events: [],
    actions: [],
    decisions: [],
    inputs: [],
    saved: new Map(),
    statuses: new Map(),
    generations: new Map(),
    writes: { ticks: 0, commits: 0 },
    goAway: () => {
      isAway = true
    },
    comeBack: () => {
      isAway = false
    },
    writeTicks: async (records) => {
      check()
      store.writes.ticks++
      for (const record of records) if (!isStale(record)) save(record)
      return records.filter(isStale).map(({ streamId, run, generation }) => ({ streamId, run, generation }))
    },
    commitTick: async (commit) => {
      check()
      if (isStale(commit)) throw new StoppedError('Another worker has this stream.')
      await store.commitLate(commit)
    },
    commitLate: async (commit) => {
      check()
      store.writes.commits++
      if (!isStale(commit)) save(commit)
      for (const event of commit.events)
        if (!store.events.some((known) => known.id === event.id)) store.events.push(event)
      for (const { eventId, ...repeats } of commit.repeats ?? [])
        store.events
          .filter((known) => known.id === eventId)
          .forEach((known) => {
            known.fields = { ...known.fields, repeats }
          })
      for (const { eventId, steps } of commit.traces ?? [])
        for (const event of store.events.filter(({ id }) => id === eventId))
          event.trace = [...(event.trace ?? []), ...steps]
      for (const action of commit.actions)
        if (!store.actions.some((known) => known.id === action.id)) store.actions.push(action)
      store.inputs = store.inputs.filter((input) => !commit.consumed.includes(input.id))
      for (const input of commit.remote)
        if (!store.inputs.some((known) => known.id === input.id)) store.inputs.push(input)
    },
    writeStatus: async (rows) => {
      check()
      for (const row of rows) if (!isStale(row)) store.statuses.set(row.streamId, row.status)
    },
    othersOf: async (streamId) => {
      check()
      if (!store.plan) return { nodes: [], isOver: true }
      const { nodes, streams } = speakersTo(store.plan.plan, streamId.slice(store.plan.flow.length + 1))
      const speakers = streams.map((source) => store.statuses.get(streamIdOf(store.plan?.flow ?? '', source)))
      const isOver = speakers.every((status) => status?.isAtEnd || isEnded(status?.state))
      const waiting = store.inputs.some((input) => input.streamId === streamId)
      return { nodes, isOver: isOver && !waiting }
    },
    readInputs: async (streamId) => {
      check()
      return store.inputs.filter((input) => input.streamId === streamId).slice(0, 100)
    },
  }
  return store
}
