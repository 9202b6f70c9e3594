// The EventStore in memory, with the real one's filters, pages and counts.
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { MovingPicture, Sound } from '../../nodes/contract/capabilities.ts'
import { troubles } from '../../nodes/contract/alerts.ts'
import type { EventStore, EventView, TraceView } from '../../runtime/history/records.ts'

const waiting = ['unseen', 'urgent', 'incidents', 'urgent-incidents']

/** Events over these rows. */
export function memoryEvents(
  rows: Map<string, EventView>,
  frames: Map<string, Uint8Array>,
  sounds: Map<string, Sound>,
  traces: Map<string, TraceView['steps']> = new Map(),
  clips: ReadonlyMap<string, MovingPicture> = new Map(),
): EventStore {
  const find = (id: string): EventView => {
    const event = rows.get(id)
    if (event) return event
    throw new NotFoundError('EVENT_NOT_FOUND', `There is no event ${id}.`)
  }
  return {
    list: async ({ flow, kind, only, q, limit, cursor }) => {
      const isUnseen = (event: EventView): boolean => event.alert && event.acknowledgedAt === null
      const found = [...rows.values()].filter(
        (event) =>
          (flow === undefined || event.flow === flow) &&
          (kind === undefined || event.kind === kind) &&
          (q === undefined || event.text.includes(q)) &&
          (only === undefined || event.alert) &&
          (!(only && waiting.includes(only)) || isUnseen(event)) &&
          (!only?.startsWith('urgent') || !troubles.some((kind) => kind === event.kind)) &&
          (only !== 'seen-incidents' || !isUnseen(event)) &&
          (!only?.endsWith('incidents') || event.incident === event.id),
      )
      const from = Number(cursor ?? 0)
      return {
        events: found.toReversed().slice(from, from + limit),
        next: found.length > from + limit ? String(from + limit) : null,
        total: found.length,
        unseen: found.filter(isUnseen).length,
      }
    },
    get: async (id) => find(id),
    frame: async (id) => frames.get(find(id).id),
    acknowledge: async (id, by) => {
      const isFirst = find(id).acknowledgedAt === null
      const event = isFirst ? { ...find(id), acknowledgedAt: '2026-01-01T00:00:00.000Z', acknowledgedBy: by } : find(id)
      rows.set(id, event)
      return { event, isFirst, seen: isFirst ? [id] : [] }
    },
    acknowledgeAll: async ({ upTo }, by) => {
      const seen = [...rows.values()].filter(
        (event) => event.alert && event.acknowledgedAt === null && event.at <= upTo,
      )
      for (const event of seen) rows.set(event.id, { ...event, acknowledgedAt: upTo, acknowledgedBy: by })
      return seen.map(({ id, flow }) => ({ id, flow }))
    },
    rate: async (id, verdict) => {
      const event = { ...find(id), verdict }
      rows.set(id, event)
      return event
    },
    precision: async (flow) => {
      const of = (verdict: string): number =>
        [...rows.values()].filter((event) => event.flow === flow && event.verdict === verdict).length
      const [right, wrong] = [of('right'), of('wrong')]
      return { right, wrong, precision: right + wrong === 0 ? null : right / (right + wrong) }
    },
    precisions: async () => [],
    trace: async (id) => {
      const { flow, revision, at, node } = find(id)
      const step = { at, node, type: null, what: 'passed' as const, code: 'spoke' }
      return { event: id, flow, revision, steps: traces.get(id) ?? [step] }
    },
    recentFrames: async () => [],
    clip: async (id) => clips.get(find(id).id),
    sound: async (id, node) => {
      const sound = sounds.get(find(id).id)
      return sound && { ...sound, node: node ?? '', isFinished: true }
    },
    soundPart: async () => undefined,
    decisions: async () => ({ decisions: [], next: null }),
    timeline: async ({ from, to }) => ({ from, to, stepS: 60, tracks: [], marks: [], hasMore: false }),
  }
}
