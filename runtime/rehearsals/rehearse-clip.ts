// One clip through a flow's plan, at lockstep pace and with the world kept out: what would have been decided, said and sent, by the
// clip's own time. Writes nothing anywhere; the same clip and the same answers give the same outcome.
import type { AgentPort, Clock, Log, MediaPort, ModelPort } from '../../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { BugError, StoppedError } from '../../nodes/contract/errors.ts'
import type { Decision } from '../../nodes/contract/events.ts'
import { performAction, type NodeCalls, type SessionInput } from '../actions/index.ts'
import type { EventRecord } from '../history/index.ts'
import type { Bus, PictureRelay } from '../live/index.ts'
import { lockstepPace, MediaClock, runSession, type SessionEnd, type TickCommit } from '../streams/index.ts'
import { ActionDesk } from './action-desk.ts'
import { burntMedia } from './burnt-media.ts'
import { checkTests, testsOf } from './flow-tests.ts'
import { hearModels, replayModels } from './heard-models.ts'
import { keepBack, lentBack } from './kept-back.ts'
import type { CapturedAction, ClipOutcome, Recording, RehearsalOrder, RehearsedEvent } from './records.ts'

export interface RehearseDeps {
  /** The wall clock: what hangs is measured by it, and how long models take. */
  clock: Clock
  log: Log
  nodes: ReadonlyMap<string, NodeDefinition>
  /** Clips that are read in order. */
  media(owner: { flowId: string; nodeId: string; streamId: string }): MediaPort
  /** Their built-in one looks at every picture. */
  models: ModelPort
  /** Real ones, asked only by a rehearsal that says so. */
  agents: AgentPort
  /** Told whose code runs. Absent: nobody watches. */
  calls?: NodeCalls
}

export interface ClipOrder {
  order: Pick<RehearsalOrder, 'id' | 'flow' | 'plan' | 'request' | 'tests'>
  clip: string
  index: number
  /** An earlier run's, to be given again. */
  recording?: Recording | undefined
  onSecond?(mediaTimeS: number): void
}

/** What is put off when the clip ends, as an escalation, is gone through for so long. */
const afterEndMs = 3_600_000
/** About seven hours of pictures. */
const mostDecisions = 25_000
const mostEvents = 5_000
const mostPictures = 64

/** Rejects with StoppedError when the signal aborts, and with nothing else but a broken invariant of ours. */
export async function rehearseClip(
  clip: ClipOrder,
  deps: RehearseDeps,
  signal: AbortSignal,
): Promise<{ outcome: ClipOutcome; recording: Recording }> {
  const run = new ClipRun(clip, deps, signal)
  const end = await run.session()
  if (signal.aborted) throw new StoppedError()
  await run.lastActions()
  return run.outcome(end)
}

const nobody: Bus & PictureRelay = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  latest: async () => undefined,
}
const notHere = (): never => {
  throw new BugError('A rehearsal reaches nobody.')
}

class ClipRun {
  readonly #clip: ClipOrder
  readonly #deps: RehearseDeps
  readonly #stop = new AbortController()
  readonly #clock: MediaClock
  readonly #models: ReturnType<typeof hearModels>
  readonly #desk: ActionDesk
  readonly #kept: ReturnType<typeof keepBack>
  readonly #decisions: Decision[] = []
  readonly #captured: CapturedAction[] = []
  readonly #events: RehearsedEvent[] = []
  readonly #pictures = new Map<string, Pick<EventRecord, 'frame' | 'recent'>>()
  #inputs: SessionInput[] = []
  #mediaTimeS = 0
  #firstS: number | undefined
  #isTooLong = false

  constructor(clip: ClipOrder, deps: RehearseDeps, signal: AbortSignal) {
    this.#clip = clip
    this.#deps = deps
    const { order, recording } = clip
    const types = new Map(order.plan.actions.map(({ id, type }) => [id, type]))
    this.#clock = new MediaClock(Date.parse(order.request.made?.[clip.clip]?.startAt ?? order.request.startAt))
    this.#models = recording ? replayModels(recording.answers) : hearModels(deps.models, deps.clock)
    this.#kept = keepBack(
      deps.nodes,
      {
        clock: this.#clock,
        agents: order.request.askAgents ? deps.agents : undefined,
        replies: recording?.replies ?? [],
      },
      (node, captured) => {
        this.#captured.push({ mediaTimeS: this.#nowS, node, type: types.get(node) ?? '', ...captured })
      },
    )
    const stop = (): void => this.#stop.abort(new StoppedError('The rehearsal was stopped.', { isAtOnce: true }))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    this.#desk = this.#openDesk()
  }

  #openDesk(): ActionDesk {
    const { order } = this.#clip
    return new ActionDesk({
      flow: order.flow,
      plan: order.plan,
      clock: this.#clock,
      signal: this.#stop.signal,
      perform: (action, signal) =>
        performAction(
          action,
          lentBack(this.#kept, action.node.id, {
            clock: this.#clock,
            log: this.#deps.log,
            pictures: {
              ofEvent: async (id) => this.#pictures.get(id)?.frame ?? undefined,
              recentOfEvent: async (id) => this.#pictures.get(id)?.recent ?? [],
              md5: () => '',
            },
          }),
          signal,
        ),
      ended: ({ events, inputs }) => {
        this.#tell(events)
        this.#inputs.push(...inputs)
      },
    })
  }

  /** The clip from its first picture to its end. */
  session(): Promise<SessionEnd> {
    const { clip, index, order } = this.#clip
    const { calls, clock, log, media, nodes } = this.#deps
    const { source } = order.plan
    const pace = lockstepPace({ clock: this.#clock, wall: clock, settle: (untilMs) => this.#desk.settle(untilMs) })
    return runSession(
      {
        streamId: `${order.id}-${index}`,
        run: 1,
        generation: 1,
        flow: order.flow,
        plan: { ...order.plan, source: { ...source, config: { ...source.config, path: clip } } },
        resume: null,
      },
      {
        clock,
        log,
        nodes,
        media: ({ flow, streamId }) =>
          burntMedia(media({ flowId: flow.id, nodeId: source.id, streamId }), order.request.made?.[clip]?.filters),
        models: this.#models,
        store: {
          readInputs: async () => this.#inputs.slice(0, 100),
          othersOf: async () => ({ nodes: [], isOver: true }),
          writeTicks: notHere,
          commitTick: notHere,
          commitLate: notHere,
          writeStatus: notHere,
        },
        bus: nobody,
        relay: nobody,
        random: () => 0.5,
        recorder: { open: () => this.#ledger() },
        pace,
        ...(calls ? { calls } : {}),
      },
      this.#stop.signal,
    )
  }

  /** What was put off is gone through behind the end: who would have been told when nobody reacted. */
  async lastActions(): Promise<void> {
    if (this.#isTooLong) return
    await this.#desk.settle(this.#clock.nowMs() + afterEndMs)
  }

  outcome(end: SessionEnd): { outcome: ClipOutcome; recording: Recording } {
    const decisions = this.#decisions.sort((a, b) => a.tick - b.tick)
    const found = { decisions, captured: this.#captured }
    return {
      outcome: {
        ...found,
        state: end.state === 'finished' && !this.#isTooLong ? 'finished' : 'failed',
        trouble: this.#troubleOf(end),
        events: this.#events,
        checks: checkTests(found, testsOf(this.#clip.order.tests, this.#clip.clip)),
        tokens: decisions.reduce((sum, { visualTokens }) => sum + visualTokens, 0),
        modelMs: this.#models.modelMs,
        mediaS: this.#firstS === undefined ? 0 : rounded(this.#mediaTimeS - this.#firstS + 1),
      },
      recording: { answers: this.#models.answers, replies: this.#kept.replies },
    }
  }

  #troubleOf({ reason, state }: SessionEnd): string | null {
    if (this.#isTooLong) return `The clip is too long for one rehearsal: it was left after ${mostDecisions} decisions.`
    if (state !== 'finished') return reason ?? 'The clip could not be rehearsed.'
    const lost = this.#decisions.filter((decision) => decision.reason === 'model-unreachable')
    if (lost.length > 0)
      return `${lost.length} of ${this.#decisions.length} decisions have no answer of the model: ${lost.at(-1)?.text ?? ''}`
    return this.#desk.isFull ? 'This flow makes more actions than a rehearsal follows.' : null
  }

  #ledger(): ReturnType<Parameters<typeof runSession>[1]['recorder']['open']> {
    return {
      quiet: (record) => this.#pass(record),
      commit: async (commit) => {
        this.#pass(commit)
        this.#tell(commit.events)
        const used = new Set(commit.consumed)
        this.#inputs = this.#inputs.filter(({ id }) => !used.has(id))
        this.#desk.add(commit.actions)
        return true
      },
      status: () => undefined,
      takeLost: () => ({ decisions: 0, commits: 0 }),
      isWriting: true,
      trouble: null,
      close: async () => undefined,
    }
  }

  #pass({ decisions, mediaTimeS }: Pick<TickCommit, 'decisions' | 'mediaTimeS'>): void {
    this.#decisions.push(...decisions)
    if (decisions.length > 0) this.#firstS ??= mediaTimeS
    this.#mediaTimeS = Math.max(this.#mediaTimeS, mediaTimeS)
    this.#clip.onSecond?.(mediaTimeS)
    if (this.#decisions.length < mostDecisions) return
    this.#isTooLong = true
    this.#stop.abort(new StoppedError('The clip is too long.', { isAtOnce: true }))
  }

  #tell(events: readonly EventRecord[]): void {
    for (const { frame, id, kind, mediaTimeS, node, recent, text } of events) {
      if (this.#events.length < mostEvents) this.#events.push({ mediaTimeS: rounded(mediaTimeS), kind, node, text })
      if (!frame && !recent) continue
      this.#pictures.set(id, { frame, ...(recent ? { recent } : {}) })
      if (this.#pictures.size > mostPictures) this.#pictures.delete(this.#pictures.keys().next().value ?? '')
    }
  }

  get #nowS(): number {
    return rounded(this.#clock.mediaTimeS)
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
