// Builds what a session stands on out of its order: camera, links to models, the clock. Starts none of it and keeps nothing.
import type { ModelMemory } from '../../nodes/contract/capabilities.ts'
import type { TickInfo } from '../../nodes/contract/define.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import type { EngineDeps, SessionOrder } from './records.ts'
import type { SessionInput } from '../actions/index.ts'
import { memoryKey } from './memory.ts'
import { ModelLink } from './model-link.ts'
import type { Openings } from './openings.ts'
import type { Pace, StreamSource } from './pace.ts'
import type { TickDraft } from './routing.ts'
import type { CameraView } from './source.ts'
import type { StatusBoard } from './status.ts'
import { clockKey, StreamClock } from './stream-clock.ts'
import { tickDefinition } from './tick.ts'

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

/** The links of all nodes that need a model, by node id. */
export function linkModels(
  order: SessionOrder,
  deps: Pick<EngineDeps, 'clock' | 'models' | 'nodes'>,
  on: { restored(node: string, text: string): void; trouble(node: string, trouble: string | null): void },
): Map<string, ModelLink> {
  const asking = order.plan.ticks.filter((node) => tickDefinition(deps.nodes, node).needs.includes('model'))
  return new Map(
    asking.map((node) => [
      node.id,
      linkModel(order, deps, node, {
        restored: (text) => on.restored(node.id, text),
        trouble: (trouble) => on.trouble(node.id, trouble),
      }),
    ]),
  )
}

/** A node's link to its model. `restored` is told when the model was given its memory again, in words. */
function linkModel(
  order: SessionOrder,
  { clock, models }: Pick<EngineDeps, 'clock' | 'models'>,
  { id, config }: PlanNode,
  on: { restored(text: string): void; trouble(trouble: string | null): void },
): ModelLink {
  const seconds = typeof config.timeoutS === 'number' ? config.timeoutS : 5
  return new ModelLink({
    models,
    clock,
    connection: String(config.connection ?? ''),
    config,
    timeoutMs: seconds * 1000,
    streamKey: `${order.streamId}.${order.run}.${id}`,
    memory: (order.resume?.states ?? order.carried)?.[memoryKey(id)] as ModelMemory | undefined,
    isNew: order.resume === null,
    onRestarted: (isCorrected) =>
      on.restored(
        isCorrected
          ? 'What the model remembers was changed by a person. Its session was begun anew with its instruction and the memory as it is now.'
          : 'The model had no session for this stream any more. It was given its instruction and memory again.',
      ),
    onTrouble: on.trouble,
  })
}

/** What a tick has decided and shown, for whoever looks on. */
export function showDraft(
  draft: TickDraft,
  { flow, streamId }: SessionOrder,
  { bus, relay }: Pick<EngineDeps, 'bus' | 'relay'>,
  board: StatusBoard,
): void {
  if (draft.shown) relay.publish(`stream:${streamId}`, draft.shown.full.jpeg)
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
  now: { number: number; mediaTimeS: number; isFirst: boolean; isPausing: boolean; loopS: number | undefined },
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
    ...(now.loopS === undefined ? {} : { loopS: now.loopS }),
    ...(now.isFirst ? { start: order.resume || order.carried ? 'resumed' : 'fresh' } : {}),
  }
}
