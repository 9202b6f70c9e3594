// One live run of a stream: ticks on a steady clock, what they leave behind, and an end with a reason.
// Never talks to a database, a queue or a model by itself, and never ends the process.
import { BugError, FatalError, isStopped, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { EventKind } from '../../nodes/contract/events.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import type { EngineDeps, SessionOrder } from './deps.ts'
import { Health, healthKey } from './health.ts'
import { Inputs } from './inputs.ts'
import { Journal, type TickPosition } from './journal.ts'
import { memoryKey } from './memory.ts'
import { ModelLink } from './model-link.ts'
import type { Openings } from './openings.ts'
import type { Ledger, Recorder } from './recorder.ts'
import type { TickDraft } from './routing.ts'
import { isFinite, Source, type CameraView } from './source.ts'
import { StatusBoard } from './status.ts'
import { tickDefinition, TickRunner } from './tick.ts'

export const tickMs = 1000
/** One pass stands for at most this many late ticks; what is later still is recorded as dropped. */
const mostSeconds = 5
/** After a long standstill (a suspended machine) not every missed second gets a row of its own. */
const mostDroppedRows = 60
const lookMs = 250
const closeMs = 5000

export type SessionDeps = EngineDeps & { recorder: Recorder; openings?: Openings }
export interface SessionEnd {
  state: 'finished' | 'failed' | 'stopped'
  reason: string | null
}

/** A stop that a person asked for carries StoppedError's own words; with any other reason another worker goes on. */
function isHandover(signal: AbortSignal): boolean {
  return !(signal.reason instanceof StoppedError && signal.reason.message === new StoppedError().message)
}

/** Runs one stream until its source ends, something fails for good, or the signal aborts. Never rejects. */
export async function runSession(order: SessionOrder, deps: SessionDeps, signal: AbortSignal): Promise<SessionEnd> {
  return await new Session(order, deps, signal).run()
}

/*
 *  starting ──first frame, or the camera is late──► running ◄──► degraded    (camera, model or database away)
 *     │                                                │
 *     │ a file cannot be read, a node type is missing  │ file at its end ─► finished    last tick, model reset
 *     └──────────────► failed ◄────────────────────────┤ signal, stop    ─► stopped     model reset
 *                                                      │ signal, handover ─► stopped    model keeps its session, no event
 *                                                      └ stale run        ─► stopped    nothing is written any more
 */
class Session {
  readonly #order: SessionOrder
  readonly #deps: SessionDeps
  readonly #outer: AbortSignal
  readonly #control = new AbortController()
  readonly #board: StatusBoard
  readonly #health: Health
  readonly #ledger: Ledger
  readonly #journal: Journal
  readonly #models = new Map<string, ModelLink>()
  #source: Source | null = null
  #runner: TickRunner | null = null
  #inputs: Inputs | null = null
  #tick: number
  #mediaTimeS: number
  #frameAtMs: number
  #isStale = false
  #hasTicked = false
  #hasSeen = false

  constructor(order: SessionOrder, deps: SessionDeps, signal: AbortSignal) {
    this.#order = order
    this.#deps = deps
    this.#outer = signal
    this.#board = new StatusBoard(order)
    this.#health = new Health(order.plan.source.id, order.resume?.states[healthKey])
    this.#tick = order.resume?.tick ?? 0
    this.#mediaTimeS = order.resume?.mediaTimeS ?? 0
    this.#frameAtMs = deps.clock.nowMs()
    this.#ledger = deps.recorder.open(order, () => {
      this.#isStale = true
      this.#control.abort(new StoppedError('Another worker has taken this stream over.'))
    })
    this.#journal = new Journal(order, this.#ledger, deps.bus, deps.clock)
  }

  async run(): Promise<SessionEnd> {
    const stop = (): void => this.#control.abort(this.#outer.reason)
    if (this.#outer.aborted) stop()
    this.#outer.addEventListener('abort', stop, { once: true })
    let end: SessionEnd
    try {
      this.#begin()
      end = await this.#ticking()
    } catch (error) {
      end = this.#endOf(error)
    }
    this.#outer.removeEventListener('abort', stop)
    await this.#close(end)
    return end
  }

  #endOf(error: unknown): SessionEnd {
    if (isStopped(error) || this.#control.signal.aborted)
      return { state: 'stopped', reason: this.#isStale ? 'Another worker has taken this stream over.' : null }
    const { message } = toError(error)
    this.#deps.log.error(
      { stream: this.#order.streamId, error: message, isBug: error instanceof BugError },
      'session ends',
    )
    return { state: 'failed', reason: message }
  }

  #begin(): void {
    const { bus, clock, log, nodes, random } = this.#deps
    const { plan, resume } = this.#order
    this.#publishStatus()
    for (const node of plan.ticks)
      if (tickDefinition(nodes, node).needs.includes('model'))
        this.#models.set(node.id, this.#linkModel(node.id, node.config))
    this.#runner = new TickRunner({
      order: this.#order,
      nodes,
      clock,
      log,
      models: this.#models,
      onStatus: (node, status) => this.#board.node(node, status),
    })
    this.#inputs = new Inputs(this.#order.streamId, { store: this.#deps.store, bus, clock, log })
    const definition = nodes.get(plan.source.type)
    if (definition?.role !== 'source')
      throw new FatalError(
        'RUN_NODE_UNKNOWN',
        `The camera type "${plan.source.type}" is not installed here. Install its package on every worker, then deploy again.`,
      )
    const feeds = [...this.#models.values()]
    this.#source = new Source({
      definition,
      node: plan.source,
      taps: plan.taps,
      media: this.#deps.media(this.#order),
      clock,
      log,
      random,
      openings: this.#deps.openings,
      resumeAtS: resume && resume.tick > 0 ? resume.mediaTimeS : null,
      refusals: this.#health.refusals,
      ...(plan.taps.fast
        ? {
            onFast: (frame) => {
              for (const model of feeds) model.feed(frame)
            },
          }
        : {}),
    })
    for (const model of feeds) model.start()
    this.#source.start()
  }

  #linkModel(node: string, config: Record<string, unknown>): ModelLink {
    const { clock, models } = this.#deps
    const seconds = typeof config.timeoutS === 'number' ? config.timeoutS : 5
    return new ModelLink({
      models,
      clock,
      connection: String(config.connection ?? ''),
      config,
      timeoutMs: seconds * 1000,
      streamKey: `${this.#order.streamId}.${this.#order.run}.${node}`,
      memory: (this.#order.resume?.states ?? this.#order.carried)?.[memoryKey(node)] as ModelLink['memory'],
      isNew: this.#order.resume === null,
      onRestarted: (isCorrected) =>
        this.#note(
          'memory.restored',
          node,
          isCorrected
            ? 'What the model remembers was changed by a person. Its session was begun anew with its instruction and the memory as it is now.'
            : 'The model had no session for this stream any more. It was given its instruction and memory again.',
        ),
      onTrouble: (trouble) => this.#health.trouble(node, trouble),
    })
  }

  async #ticking(): Promise<SessionEnd> {
    const { clock } = this.#deps
    const { source, signal } = { source: this.#running.source, signal: this.#control.signal }
    this.#journal.commitNotes(this.#position)
    for (
      let view = this.#lookAtCamera();
      source.mailbox.isEmpty && view.camera === 'ok' && !view.ended && !view.failed;
      view = this.#lookAtCamera()
    ) {
      await source.mailbox.wait(clock, lookMs, signal)
    }
    for (let dueMs = clock.nowMs(); ;) {
      const view = this.#lookAtCamera()
      if (view.failed) return { state: 'failed', reason: view.reason }
      const now = clock.nowMs()
      if (view.ended) {
        await this.#pass(view, Math.min(mostSeconds, Math.max(1, lateTicks(now, dueMs))))
        return { state: 'finished', reason: null }
      }
      // A wall clock that was set back must not make the stream wait for it.
      if (dueMs - now > tickMs) dueMs = now + tickMs
      // Not due yet, or due without its picture: a frame that is a little late is waited for, the tick is made up with it.
      if (now < dueMs) await source.mailbox.wait(clock, dueMs - now, signal)
      else if (source.mailbox.isEmpty && view.camera === 'ok') await source.mailbox.wait(clock, lookMs, signal)
      else {
        const late = lateTicks(now, dueMs)
        dueMs += late * tickMs
        if (late > mostSeconds) this.#recordDropped(late - mostSeconds)
        await this.#pass(view, Math.min(late, mostSeconds))
      }
    }
  }

  /** Looks, and shows what it has seen on the card: between ticks too, as long as there are none. */
  #lookAtCamera(): CameraView {
    const { source } = this.#running
    const view = source.look()
    const camera = source.status()
    this.#health.refusals = source.refusals
    this.#board.camera(camera)
    if (this.#board.state === 'starting')
      this.#board.setState('starting', camera.state === 'connecting' ? null : camera.text)
    this.#publishStatus()
    return view
  }

  get #running(): { source: Source; runner: TickRunner; inputs: Inputs } {
    if (!this.#source || !this.#runner || !this.#inputs) throw new BugError('A session ticks before it has begun.')
    return { source: this.#source, runner: this.#runner, inputs: this.#inputs }
  }

  async #pass(view: CameraView, seconds: number): Promise<void> {
    const { clock } = this.#deps
    const { source, runner, inputs } = this.#running
    const atMs = clock.nowMs()
    const frame = source.mailbox.take()
    const used = inputs.take()
    const sinceS = this.#tick === 0 ? undefined : this.#mediaTimeS
    this.#tick += seconds
    this.#seeFrame(frame, view, atMs)
    for (const note of this.#health.camera(view)) this.#note(note.kind, note.node, note.text)
    const draft = await runner.run(
      {
        number: this.#tick,
        atMs,
        mediaTimeS: this.#mediaTimeS,
        sinceS: sinceS ?? this.#mediaTimeS,
        seconds,
        camera: view.camera,
        last: view.ended,
        ...(this.#hasTicked ? {} : { start: this.#order.resume || this.#order.carried ? 'resumed' : 'fresh' }),
      },
      frame,
      used,
      this.#control.signal,
    )
    this.#hasTicked = true
    for (const note of this.#health.decisions(draft.decisions, atMs)) this.#note(note.kind, note.node, note.text)
    this.#journal.noteLosses({ tick: this.#tick, mediaTimeS: this.#mediaTimeS })
    this.#board.tick(this.#tick, clock.nowMs() - atMs)
    this.#board.dropped(source.mailbox.dropped)
    this.#show(draft)
    this.#journal.tick(
      draft,
      used.map((input) => input.id),
      this.#position,
    )
    const { state, reason } = this.#health.state(this.#ledger.isWriting)
    this.#board.setState(state, reason)
    this.#publishStatus()
  }

  #seeFrame(frame: Frame | undefined, view: CameraView, atMs: number): void {
    if (frame) {
      this.#mediaTimeS = frame.mediaTimeS
      // Not before: that it is watched is true from its first picture on.
      if (!this.#hasSeen && !this.#order.resume)
        this.#note(
          'stream.started',
          this.#order.plan.source.id,
          isFinite(this.#order.plan.source) ? 'The file plays.' : 'The camera is being watched.',
        )
      this.#hasSeen = true
      this.#frameAtMs = atMs
      this.#board.frameAt(frame.atMs)
    } else if (view.camera === 'lost') {
      this.#mediaTimeS += Math.max(0, atMs - this.#frameAtMs) / 1000
      this.#frameAtMs = atMs
    }
  }

  #show(draft: TickDraft): void {
    const { bus, relay } = this.#deps
    if (draft.shown) relay.publish(`stream:${this.#order.streamId}`, draft.shown.full.jpeg)
    for (const decision of draft.decisions) {
      this.#board.decision(decision)
      bus.publish({ type: 'decision', flow: this.#order.flow.id, stream: this.#order.streamId, decision })
    }
  }

  #note(kind: EventKind, node: string, text: string): void {
    this.#journal.note(kind, node, text, { tick: this.#tick, mediaTimeS: this.#mediaTimeS })
  }

  get #position(): TickPosition {
    const health = this.#health.saved()
    return {
      tick: this.#tick,
      mediaTimeS: this.#mediaTimeS,
      states: { ...this.#runner?.states(), ...(health ? { [healthKey]: health } : {}) },
    }
  }

  #recordDropped(count: number): void {
    const { runner } = this.#running
    const atMs = this.#deps.clock.nowMs()
    const first = this.#tick + 1
    this.#tick += count
    const decisions = Array.from({ length: Math.min(count, mostDroppedRows) }, (_unused, index) =>
      runner.droppedDecisions(first + index, atMs, this.#mediaTimeS),
    ).flat()
    for (const decision of decisions) this.#board.decision(decision)
    this.#journal.quiet(decisions, this.#position)
  }

  #publishStatus(): void {
    const status = this.#board.due(this.#deps.clock.nowMs())
    if (!status) return
    this.#ledger.status(status)
    this.#deps.bus.publish({ type: 'status', flow: this.#order.flow.id, status })
  }

  async #close(end: SessionEnd): Promise<void> {
    const isHandedOver = end.state === 'stopped' && (this.#isStale || isHandover(this.#outer))
    this.#inputs?.stop()
    await this.#source?.stop()
    await Promise.all([...this.#models.values()].map((model) => (isHandedOver ? model.release() : model.close())))
    if (!isHandedOver) {
      this.#note(
        `stream.${end.state}`,
        this.#order.plan.source.id,
        end.reason ??
          { finished: 'The file is at its end.', failed: 'The stream failed.', stopped: 'Stopped.' }[end.state],
      )
      this.#board.setState(end.state, end.reason)
      this.#journal.commitNotes(this.#position)
      this.#publishStatus()
    }
    await this.#ledger.close(closeMs)
  }
}

function lateTicks(nowMs: number, dueMs: number): number {
  return Math.max(0, Math.floor((nowMs - dueMs) / tickMs) + 1)
}
