// Running streams in memory, for the API's tests: what was put before them can be read, and their states can be set.
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { RunningStore, RunningStream } from '../../runtime/streams/records.ts'
import type { SessionInput } from '../../runtime/actions/records.ts'

export interface MemoryRunning extends RunningStore {
  rows: RunningStream[]
  saved: Map<string, Record<string, unknown>>
  inputs: SessionInput[]
}

/** A store whose flows are those of its rows. */
export function memoryRunning(rows: RunningStream[] = []): MemoryRunning {
  const store: MemoryRunning = {
    rows,
    saved: new Map(),
    inputs: [],
    streams: async (flow) => {
      const found = store.rows.filter((row) => row.flow === flow)
      if (found.length === 0) throw new NotFoundError('FLOW_NOT_FOUND', `There is no flow ${flow}.`)
      return found
    },
    stream: async (id) => store.rows.find((row) => row.id === id),
    everywhere: async () => store.rows.filter((row) => row.isRunning),
    states: async (id) => structuredClone(store.saved.get(id) ?? {}),
    changeStates: async (id, change) => {
      const row = store.rows.find((each) => each.id === id)
      if (!row || row.isRunning) return false
      store.saved.set(id, { ...store.saved.get(id), ...change(structuredClone(store.saved.get(id) ?? {})) })
      return true
    },
    addInputs: async (inputs) => {
      store.inputs.push(...inputs)
    },
  }
  return store
}
