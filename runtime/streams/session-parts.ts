// Builds what a session stands on out of its order: camera, the clock. Starts none of it and keeps nothing.
import type { TickInfo } from '../../nodes/contract/define.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'
import type { PlanNode, PlanStream } from '../../nodes/contract/plan.ts'
import { remainingNodes } from '../compile/index.ts'
import type { EngineDeps, SessionOrder } from './records.ts'
import type { SessionInput } from '../actions/index.ts'
import type { Openings } from './openings.ts'
import type { Pace, StreamSource } from './pace.ts'
import type { TickDraft } from './routing.ts'
import type { CameraView } from './source.ts'
import type { StatusBoard } from './status.ts'
import { clockKey, StreamClock } from './stream-clock.ts'

/** The clock of a live stream; null for a clip, whose seconds are its own. */
export function clockOf({ plan, resume }: SessionOrder, nowMs: number): StreamClock | null {
  if (plan.source.config.kind === 'file') return null
  if (!resume || resume.tick === 0) return new StreamClock(null, nowMs)
  const { mediaTimeS, states, status } = resume
  return new StreamClock({ mediaTimeS, saved: states[clockKey], lastFrameAt: status?.lastFrameAt ?? null }, nowMs)
}

/** The stream's camera, with what earlier workers knew of it; a type that is not installed ends the stream with words. */
export function openSource(
  order: SessionOrder,
  deps: EngineDeps & { openings?: Openings },
  pace: Pace,
  known: { seconds: StreamClock | null; refusals: number },
  onFast: (frame: FastFrame) => void,
): StreamSource {
  const { plan, resume } = order
  const definition = deps.nodes.get(plan.source.type)
  if (definition?.role !== 'source')
    throw new FatalError(
      'RUN_NODE_UNKNOWN',
      `The camera type "${plan.source.type}" is not installed here. Install its package on every worker, then deploy again.`,
    )
  const { clock, log, openings, random } = deps
  return pace.open({
    definition,
    node: plan.source,
    taps: plan.taps,
    media: deps.media(order),
    clock,
    log,
    random,
    openings,
    resumeAtS: resume && resume.tick > 0 ? resume.mediaTimeS : null,
    refusals: known.refusals,
    ...(known.seconds ? { seconds: known.seconds } : {}),
    ...(plan.taps.fast ? { onFast } : {}),
  })
}

/** Nodes of one plan that the other has not, or has as another type or version. */
export function goneNodes(before: PlanStream, after: PlanStream): PlanNode[] {
  const remaining = remainingNodes(before, after)
  const actions = new Set(after.actions.map(({ id }) => id))
  return [...before.ticks, ...before.actions].filter(({ id }) => !remaining.has(id) && !actions.has(id))
}

/** What a tick has decided and shown, for whoever looks on. */
export function showDraft(
  draft: TickDraft,
  { flow, streamId }: SessionOrder,
  { bus, relay }: Pick<EngineDeps, 'bus' | 'relay'>,
  board: StatusBoard,
): void {
  if (draft.shown) relay.publish(`stream:${streamId}`, draft.shown.full.jpeg)
  const { passes } = draft
  if (passes.length > 0)
    bus.publish({
      type: 'wires',
      flow: flow.id,
      stream: streamId,
      at: new Date(draft.tickInfo.atMs).toISOString(),
      passes,
    })
  for (const decision of draft.decisions) {
    board.decision(decision)
    bus.publish({ type: 'decision', flow: flow.id, stream: streamId, decision })
  }
}

export interface PassOptions {
  /** The session ends; nothing comes after it. */
  isLastWord?: boolean
  /** Not all nodes. */
  only?: ReadonlySet<string> | undefined
}

/** One pass of a session over its nodes. */
export interface Pass extends PassOptions {
  view: CameraView
  seconds: number
  atMs: number
  frame: Frame | undefined
  used: SessionInput[]
  /** Where the stream stood at the pass before. */
  before: { tick: number; mediaTimeS: number }
}

/** What the nodes are told of a pass. */
export function tickInfo(
  { view, seconds, atMs, before }: Pass,
  order: SessionOrder,
  now: {
    number: number
    mediaTimeS: number
    isFirst: boolean
    isPausing: boolean
    isLeaving: boolean
    loopS: number | undefined
  },
): TickInfo {
  return {
    number: now.number,
    atMs,
    mediaTimeS: now.mediaTimeS,
    sinceS: before.tick === 0 ? now.mediaTimeS : before.mediaTimeS,
    seconds,
    camera: view.camera,
    ...(view.camera === 'lost' && view.reason !== null ? { cameraReason: view.reason } : {}),
    last: view.ended || view.failed,
    ...(now.isPausing ? { pause: true } : {}),
    ...(now.isLeaving ? { leaving: true } : {}),
    ...(now.loopS === undefined ? {} : { loopS: now.loopS }),
    ...(now.isFirst ? { start: order.resume || order.carried ? 'resumed' : 'fresh' } : {}),
  }
}
