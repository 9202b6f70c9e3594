// EngineStore for very many ticks: keeps what must not be lost whole, counts the rest, and grows only with events.
// Can be taken away and given back; hands inputs out as the real one does.
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { ActionRecord, SessionInput } from '../../runtime/actions/records.ts'
import type { EngineStore } from '../../runtime/streams/records.ts'
import type { EventRecord, TickRecord } from '../../runtime/history/records.ts'

export interface DayStore extends EngineStore {
  /** Without their pictures: a day of them is not this process's to keep. */
  events: Map<string, EventRecord>
  actions: Map<string, ActionRecord>
  inputs: SessionInput[]
  decisions: number
  /** Ticks that were written twice with the same run. */
  doubled: number
  isAway: boolean
  saved: { tick: number; mediaTimeS: number; states: Record<string, unknown> } | null
}

/** For one stream of at most `mostTicks`. */
export function dayStore(mostTicks: number): DayStore {
  const seen = new Uint8Array(mostTicks + 10)
  const check = (): void => {
    if (store.isAway) throw new RetryableError('DB_UNREACHABLE', 'The database is away.')
  }
  const save = (record: TickRecord): void => {
    for (const { tick } of record.decisions) {
      store.decisions++
      if (seen[tick] === 1) store.doubled++
      seen[tick] = 1
    }
    const { tick, mediaTimeS, states } = record
    if ((store.saved?.tick ?? -1) <= tick)
      store.saved = { tick, mediaTimeS, states: { ...store.saved?.states, ...states } }
  }
  const store: DayStore = {
    events: new Map(),
    actions: new Map(),
    inputs: [],
    decisions: 0,
    doubled: 0,
    isAway: false,
    saved: null,
    writeTicks: async (records) => {
      check()
      for (const record of records) save(record)
      return []
    },
    commitTick: async (commit) => {
      check()
      save(commit)
      for (const event of commit.events)
        if (!store.events.has(event.id)) store.events.set(event.id, { ...event, frame: null })
      for (const action of commit.actions) if (!store.actions.has(action.id)) store.actions.set(action.id, action)
      store.inputs = store.inputs.filter(({ id }) => !commit.consumed.includes(id))
    },
    commitLate: (commit) => store.commitTick(commit),
    writeStatus: async () => check(),
    othersOf: async () => ({ nodes: [], isOver: true }),
    readInputs: async () => {
      check()
      return store.inputs.slice(0, 100)
    },
  }
  return store
}
