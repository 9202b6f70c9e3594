// The timeline as lanes to look at: said, asked, answered, silent and why, in trouble. From the server's steps to shapes; pure.
import type { Reason } from '../../nodes/contract/events.ts'
import type { TimelineView } from '../views.ts'

export type LaneId = 'response' | 'delegate' | 'answer' | 'silence' | 'held' | 'trouble'
export interface Lane {
  id: LaneId
  /** Of each step the share that it holds, 0 to 1. */
  shares: number[]
  /** Seconds by reason, step by step; of the lanes of silence. */
  reasons: { reason: Reason; seconds: number[] }[]
}
export interface Lanes {
  fromMs: number
  toMs: number
  stepMs: number
  lanes: Lane[]
  marks: TimelineView['marks']
}

/** The model had nothing to say; it would have spoken, or was not asked to look; it could not. */
const silenceLanes: Record<Reason, LaneId> = {
  model: 'silence',
  'no-instruction': 'silence',
  duplicate: 'held',
  cooldown: 'held',
  schedule: 'held',
  'camera-lost': 'trouble',
  'heed-away': 'trouble',
  'model-unreachable': 'trouble',
  dropped: 'trouble',
}
const laneOf = (action: 'silence' | 'response' | 'delegate', reason: Reason): LaneId =>
  action === 'silence' ? silenceLanes[reason] : action

export const laneOrder: readonly LaneId[] = ['response', 'delegate', 'answer', 'silence', 'held', 'trouble']

/** Of one stream, or of all that are in the answer. What never happened has no lane. */
export function lanesOf(timeline: TimelineView, stream?: string): Lanes {
  const [fromMs, toMs] = [Date.parse(timeline.from), Date.parse(timeline.to)]
  const stepMs = timeline.stepS * 1000
  const count = Math.round((toMs - fromMs) / stepMs)
  const mine = (each: { stream: string }): boolean => stream === undefined || each.stream === stream
  const tracks = timeline.tracks.filter(mine)
  const marks = timeline.marks.filter(mine)
  const found = new Map<LaneId, Lane>()
  const lane = (id: LaneId): Lane => {
    const known = found.get(id) ?? { id, shares: new Array<number>(count).fill(0), reasons: [] }
    found.set(id, known)
    return known
  }
  for (const { lanes } of tracks)
    for (const { action, reason, seconds } of lanes) {
      const own = lane(laneOf(action, reason))
      own.reasons.push({ reason, seconds })
      seconds.forEach((each, at) => {
        own.shares[at] = Math.min(1, (own.shares[at] ?? 0) + each / timeline.stepS)
      })
    }
  for (const mark of marks) {
    if (mark.kind !== 'answer.received') continue
    const at = Math.min(count - 1, Math.floor((Date.parse(mark.at) - fromMs) / stepMs))
    if (at >= 0) lane('answer').shares[at] = 1
  }
  return { fromMs, toMs, stepMs, marks, lanes: laneOrder.flatMap((id) => found.get(id) ?? []) }
}

/**
 * One path for a lane in a box of 1000 by 1: what was said stands tall however short it was, silence is as high as its share.
 */
export function pathOf({ id, shares }: Lane): string {
  const width = 1000 / Math.max(1, shares.length)
  const isMoment = id === 'response' || id === 'delegate' || id === 'answer'
  // A second of a week is a hundredth of a hair.
  const least = isMoment ? 3 : width
  let path = ''
  let open: { x: number; end: number; height: number } | null = null
  const close = (): void => {
    if (open)
      path += `M${open.x.toFixed(2)} 1h${(open.end - open.x).toFixed(2)}v-${open.height.toFixed(2)}h-${(open.end - open.x).toFixed(2)}z`
    open = null
  }
  shares.forEach((share, at) => {
    if (share <= 0) return close()
    const x = at * width
    const height = isMoment ? 1 : Math.max(0.2, share)
    if (open && Math.abs(open.height - height) < 0.02 && open.end >= x - 0.01)
      open.end = Math.max(open.end, x + Math.max(width, least))
    else {
      close()
      open = { x, end: x + Math.max(width, least), height }
    }
  })
  close()
  return path
}

type Mark = TimelineView['marks'][number]

export interface MarkGroup {
  /** The one that matters most: what nobody has seen yet, then any alert, then the newest. It gives the place and the look. */
  lead: Mark
  /** Oldest first. */
  all: Mark[]
}

const weightOf = ({ alert, isSeen }: Mark): number => (alert ? (isSeen ? 1 : 2) : 0)

const leadOf = (all: readonly Mark[]): Mark =>
  all.reduce((lead, mark) => (weightOf(mark) >= weightOf(lead) ? mark : lead))

/** Marks that would lie on each other, as one. `apartMs`: how long a time one mark covers where it is drawn. */
export function groupMarks(marks: readonly Mark[], apartMs: number): MarkGroup[] {
  const apart = (a: Mark | undefined, b: Mark | undefined): number =>
    a && b ? Date.parse(b.at) - Date.parse(a.at) : Infinity
  const windows: Mark[][] = []
  for (const mark of [...marks].sort((a, b) => apart(b, a))) {
    const open = windows.at(-1)
    if (open && apart(open[0], mark) < apartMs) open.push(mark)
    else windows.push([mark])
  }
  // Each is drawn at the one that matters most in it, which may be beside that of its neighbour.
  const groups: MarkGroup[] = []
  for (const all of windows) {
    const before = groups.at(-1)
    if (before && apart(before.lead, leadOf(all)) < apartMs) {
      before.all.push(...all)
      before.lead = leadOf(before.all)
    } else groups.push({ lead: leadOf(all), all })
  }
  return groups
}

/** What filled the step at a moment: the lane that says most, with its reason. */
export function stepAt({ fromMs, stepMs, lanes }: Lanes, atMs: number): { lane: LaneId; reason: Reason | null } | null {
  const at = Math.floor((atMs - fromMs) / stepMs)
  const loud = lanes.find(
    ({ id, shares }) => (id === 'response' || id === 'delegate' || id === 'answer') && (shares[at] ?? 0) > 0,
  )
  const quiet = lanes
    .filter(({ id, shares }) => !['response', 'delegate', 'answer'].includes(id) && (shares[at] ?? 0) > 0)
    .sort((a, b) => (b.shares[at] ?? 0) - (a.shares[at] ?? 0))[0]
  const most = loud ?? quiet
  if (!most) return null
  const [reason] = [...most.reasons].sort((a, b) => (b.seconds[at] ?? 0) - (a.seconds[at] ?? 0))
  return { lane: most.id, reason: most.id === 'answer' ? null : (reason?.reason ?? null) }
}

/** The next mark before or after a moment. */
export function markBeside(
  marks: Lanes['marks'],
  atMs: number,
  way: 'before' | 'after',
): Lanes['marks'][number] | null {
  const timed = marks.map((mark) => ({ mark, ms: Date.parse(mark.at) })).sort((a, b) => a.ms - b.ms)
  const found = way === 'after' ? timed.find(({ ms }) => ms > atMs + 500) : timed.findLast(({ ms }) => ms < atMs - 500)
  return found?.mark ?? null
}

/** From a minute to a week. */
export const spans = [60, 600, 3600, 21_600, 86_400, 604_800] as const
export type SpanS = (typeof spans)[number]
