// Rehearsals in memory, as the real store keeps them.
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { summarize } from '../../runtime/rehearsals/flow-tests.ts'
import type {
  ClipOutcome,
  Recording,
  RehearsalOrder,
  RehearsalStore,
  RehearsalView,
} from '../../runtime/rehearsals/records.ts'

interface Row {
  order: RehearsalOrder
  state: RehearsalView['state']
  reason: string | null
  createdAt: string
  endedAt: string | null
  clips: { clip: string; progress: number; outcome?: ClipOutcome; recording?: Recording }[]
}

export function memoryRehearsals(nowMs: () => number): RehearsalStore {
  const rows = new Map<string, Row>()
  const find = (id: string): Row => {
    const row = rows.get(id)
    if (!row) throw new NotFoundError('REHEARSAL_NOT_FOUND', `There is no rehearsal ${id}.`)
    return row
  }
  const at = (): string => new Date(nowMs()).toISOString()
  const view = ({ clips, createdAt, endedAt, order, reason, state }: Row): RehearsalView => ({
    id: order.id,
    flow: order.flow.id,
    revision: order.flow.revision,
    state,
    reason,
    request: order.request,
    createdAt,
    endedAt,
    progress: clips.reduce((sum, { progress }) => sum + progress, 0) / clips.length,
    summary: summarize(clips.flatMap(({ outcome }) => outcome?.checks ?? [])),
    clips: clips.map(({ clip, outcome, progress }) => ({ clip, progress, ...outcome })),
  })
  return {
    create: async (order) => {
      const id = `r${rows.size + 1}`
      const clips = order.request.clips.map((clip) => ({ clip, progress: 0 }))
      rows.set(id, { order: { ...order, id }, state: 'running', reason: null, createdAt: at(), endedAt: null, clips })
      return id
    },
    get: async (id) => view(find(id)),
    list: async (flowId) =>
      [...rows.values()]
        .filter(({ order }) => order.flow.id === flowId)
        .map(view)
        .reverse()
        .map((each) => ({
          ...each,
          clips: each.clips.map(({ captured: _captured, decisions: _decisions, events: _events, ...clip }) => clip),
        })),
    cancel: async (id) => {
      const row = find(id)
      if (row.state !== 'running') return false
      Object.assign(row, { state: 'cancelled', endedAt: at() })
      return true
    },
    begin: async (id) => {
      const row = rows.get(id)
      if (row?.state !== 'running') return null
      const left = row.clips.flatMap(({ clip, outcome }, index) => (outcome ? [] : [{ index, clip }]))
      return { order: row.order, left }
    },
    progress: async (id, index, progress) => {
      const row = find(id)
      Object.assign(row.clips[index]!, { progress })
      return row.state === 'running'
    },
    endClip: async (id, index, outcome, recording) => {
      Object.assign(find(id).clips[index]!, { progress: 1, outcome, recording })
    },
    end: async (id, state, reason) => {
      if (find(id).state === 'running') Object.assign(find(id), { state, reason, endedAt: at() })
    },
    recording: async (id, clip) => rows.get(id)?.clips.find((each) => each.clip === clip)?.recording,
    wanted: async () => [...rows.values()].filter(({ state }) => state === 'running').map(({ order }) => order.id),
  }
}
