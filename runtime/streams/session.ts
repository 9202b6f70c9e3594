// One live run of a stream: ticks on a steady clock, what they leave behind, and an end with a reason.
// Never talks to a database, a queue or a model by itself, and never ends the process.
import { BugError, isStopped, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { EventKind } from '../../nodes/contract/events.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import type { EngineDeps, PlanChanges, SessionOrder } from './records.ts'
import { awayWords, gapFields, heedAway, missedRows, tickMs } from './gaps.ts'
import { endWords, Grace, isHandover, stayWords } from './grace.ts'
import { Health, healthKey } from './health.ts'
import { Inputs } from './inputs.ts'
import { Journal, type TickPosition } from './journal.ts'
import { ModelLinks } from './model-links.ts'
import type { Openings } from './openings.ts'
import { downstream, stayForOthers } from './other-streams.ts'
import { livePace, type Pace, type StreamSource } from './pace.ts'
import type { Ledger, Recorder } from './recorder.ts'
import type { TickDraft } from './routing.ts'
import { clockOf, goneNodes, openSource, showDraft, tickInfo, type Pass, type PassOptions } from './session-parts.ts'
import { isFinite, type CameraView } from './source.ts'
import { StatusBoard } from './status.ts'
import { clockKey, type StreamClock } from './stream-clock.ts'
import { TickRunner, type Unwatched } from './tick.ts'

/** Without pictures for this long, a model that is fed quick ones decides on those it has. */
const pauseAfterMs = 2500
/** What is on its way when this worker is stopped has this long to arrive; a process that ends has 20 s for everything. */
const lastWordsMs = 8000
const closeMs = 5000

export type SessionDeps = EngineDeps & {
  recorder: Pick<Recorder, 'open'>
  openings?: Openings
  /** Of this session; absent: live, on `clock`. */
  pace?: Pace
  /** Where another plan is found; absent: it runs by its order's to the end. */
  changes?: PlanChanges
}
export interface SessionEnd {
  state: 'finished' | 'failed' | 'stopped'
  reason: string | null
}

/** Runs one stream until its source ends, something fails for good, or the signal aborts. Never rejects. */
export async function runSession(order: SessionOrder, deps: SessionDeps, signal: AbortSignal): Promise<SessionEnd> {
  return await new Session(order, deps, signal).run()
}

/*
 *  starting ──first frame, or the camera is late──► running ◄──► degraded    (camera, model or database away)
 *     │                                                │
 *     │ a file cannot be read, a node type is missing  │ file at its end ─► finished    last tick, others' messages, model reset
 *     └──────────────► failed ◄────────────────────────┤ signal, stop    ─► stopped     model reset
 *                                                      │ signal, handover ─► stopped    model keeps its session, no event
 *                                                      └ stale run        ─► stopped    nothing is written any more
 */
class Session {
  #order: SessionOrder
  readonly #deps: SessionDeps
  readonly #outer: AbortSignal
  readonly #control = new AbortController()
  readonly #board: StatusBoard
  readonly #health: Health
  readonly #ledger: Ledger
  readonly #journal: Journal
  readonly #models: ModelLinks
  readonly #grace: Grace
  readonly #pace: Pace
  /** Of live cameras; a clip's seconds are its own. */
  readonly #seconds: StreamClock | null
  #source: StreamSource | null = null
  #runner: TickRunner | null = null
  #inputs: Inputs | null = null
  #tick: number
  #mediaTimeS: number
  #isStale = false
  #hasTicked = false
  #isPaused = false
  #ended: ReturnType<Health['state']> | null = null
  #loopS: number | undefined
  #hasSeen = false
  #written: Promise<void> = Promise.resolve()

  constructor(order: SessionOrder, deps: SessionDeps, signal: AbortSignal) {
    this.#order = order
    this.#pace = deps.pace ?? livePace(deps.clock)
    const { clock } = this.#pace
    this.#deps = { ...deps, clock }
    this.#outer = signal
    this.#board = new StatusBoard(order)
    this.#health = new Health(order.plan.source.id, order.resume?.states[healthKey])
    this.#tick = order.resume?.tick ?? 0
    this.#mediaTimeS = order.resume?.mediaTimeS ?? 0
    this.#grace = new Grace(deps.clock, lastWordsMs)
    this.#seconds = clockOf(order, clock.nowMs())
    this.#ledger = deps.recorder.open(order, () => {
      this.#isStale = true
      this.#stop(new StoppedError('Another worker has taken this stream over.', { isAtOnce: true }))
    })
    this.#journal = new Journal(order, this.#ledger, deps.bus, clock)
    this.#models = new ModelLinks({
      ...this.#deps,
      onRestored: (node, text) => this.#note('memory.restored', node, text),
      onTrouble: (node, trouble) => this.#health.trouble(node, trouble),
    })
  }

  async run(): Promise<SessionEnd> {
    const stop = (): void => this.#stop(this.#outer.reason)
    if (this.#outer.aborted) stop()
    this.#outer.addEventListener('abort', stop, { once: true })
    let end: SessionEnd
    try {
      this.#begin()
      end = await this.#ticking()
      await this.#stay(end)
    } catch (error) {
      end = this.#endOf(error)
    }
    if (end.state === 'stopped' && this.#source) {
      const view = this.#source.look()
      await Promise.all([this.#source.stop(), this.#lastWords(view)])
    }
    this.#grace.end()
    this.#outer.removeEventListener('abort', stop)
    await this.#close(end)
    return end
  }

  #stop(reason: unknown): void {
    this.#grace.begin(reason)
    this.#control.abort(reason)
  }

  #endOf(error: unknown): SessionEnd {
    if (isStopped(error) || this.#control.signal.aborted)
      return { state: 'stopped', reason: this.#isStale ? 'Another worker has taken this stream over.' : null }
    const { message } = toError(error)
    const isBug = error instanceof BugError
    this.#deps.log.error({ stream: this.#order.streamId, error: message, isBug }, 'session ends')
    return { state: 'failed', reason: message }
  }

  #begin(): void {
    this.#publishStatus()
    this.#models.begin(this.#order)
    this.#runner = new TickRunner({
      ...this.#deps,
      order: this.#order,
      models: this.#models,
      patience: this.#pace.patience,
      onStatus: (node, status) => this.#board.node(node, status),
      onHanging: (node, trouble) => this.#health.trouble(node, trouble),
    })
    this.#inputs = new Inputs(this.#order.streamId, this.#deps)
    this.#source = openSource(
      this.#order,
      this.#deps,
      this.#pace,
      { seconds: this.#seconds, refusals: this.#health.refusals },
      (frame) => this.#models.feed(frame),
    )
    this.#models.start()
    this.#source.start()
  }

  async #ticking(): Promise<SessionEnd> {
    void this.#journal.commitNotes(this.#position)
    const turns = this.#pace.turns({
      signal: this.#control.signal,
      look: () => this.#lookAtCamera(),
      mustDecide: (nowMs) => this.#mustDecide(nowMs),
      ready: () => this.#models.ready(),
      begun: () => this.#countAbsence(),
      written: () => this.#written,
      readInputs: () => this.#running.inputs.read(),
    })
    for await (const { view, seconds, missed } of turns) {
      if (view.failed) {
        await this.#lastWords(view)
        return { state: 'failed', reason: view.reason }
      }
      if (missed) this.#recordMissed(missed.count, missed.endMs, missed.why)
      await this.#pass(view, seconds)
      if (view.ended) return { state: 'finished', reason: null }
      this.#control.signal.throwIfAborted()
    }
    throw new BugError('A pace has ended before its source.')
  }

  /** Between two ticks: another plan over the same camera, if there is one. Its nodes that were here before keep all they have. */
  #takeChange(change = this.#deps.changes?.take()): void {
    if (!change) return
    const { states, ...next } = change
    const before = this.#order.plan
    this.#order = { ...this.#order, ...next }
    for (const part of [this.#models, this.#running.runner, this.#journal]) part.change(this.#order, states)
    for (const { id } of goneNodes(before, next.plan)) for (const part of [this.#health, this.#board]) part.forget(id)
  }

  /** Looks, and shows what it has seen on the card: between ticks too, as long as there are none. */
  #lookAtCamera(): CameraView {
    this.#takeChange()
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

  /** The quick pictures have stopped: the model decides on those it has, before anybody knows whether the camera is lost. */
  #mustDecide(nowMs: number): boolean {
    return (
      this.#hasTicked &&
      !this.#isPaused &&
      this.#order.plan.taps.fast !== undefined &&
      this.#running.source.quietMs(nowMs) >= pauseAfterMs
    )
  }

  /** What went by before this worker came is a gap in a live stream; a clip has waited. */
  #countAbsence(): void {
    if (!this.#seconds || !this.#order.resume || this.#order.resume.tick === 0) return
    const now = this.#deps.clock.nowMs()
    const missed = Math.round(this.#seconds.secondsAt(now) - this.#mediaTimeS) - 1
    if (missed < 1) return
    const fromS = this.#mediaTimeS
    // A camera that was away before has its own story, which goes on.
    const isTold = (this.#health.saved()?.camera ?? null) !== null
    this.#recordMissed(missed, now - tickMs, heedAway)
    const [source, toS] = [this.#order.plan.source.id, this.#mediaTimeS]
    if (!isTold) this.#note('stream.gap', source, awayWords(fromS, toS), gapFields('heed-away', fromS, toS))
  }

  get #running(): { source: StreamSource; runner: TickRunner; inputs: Inputs } {
    if (!this.#source || !this.#runner || !this.#inputs) throw new BugError('A session ticks before it has begun.')
    return { source: this.#source, runner: this.#runner, inputs: this.#inputs }
  }

  /** The camera is through. Nodes that live once for all cameras have their home here until the others are through as well. */
  async #stay({ reason }: SessionEnd): Promise<void> {
    const { plan, streamId } = this.#order
    const { runner, source } = this.#running
    await stayForOthers({
      ...this.#deps,
      streamId,
      signal: this.#control.signal,
      tick: (nodes) => {
        this.#board.atEnd()
        this.#ended = { state: reason === null ? 'running' : 'degraded', reason: reason ?? stayWords }
        const only = downstream(plan, nodes, (node) => runner.looks(node))
        return this.#pass({ ...source.look(), failed: false }, 1, { only })
      },
    })
  }

  /** True when there was something to do. */
  async #pass(view: CameraView, seconds: number, { isLastWord = false, only }: PassOptions = {}): Promise<boolean> {
    const { clock } = this.#deps
    const { source, inputs } = this.#running
    const before = { tick: this.#tick, mediaTimeS: this.#mediaTimeS }
    const atMs = clock.nowMs()
    const frame = source.mailbox.take()
    const used = isLastWord ? [] : inputs.take()
    this.#tick += seconds
    this.#seeFrame(frame, view, atMs)
    if (!isLastWord) this.#tellCamera(view, before.mediaTimeS)
    let draft
    try {
      draft = await this.#runNodes({ view, seconds, atMs, frame, used, before, isLastWord, only })
    } catch (error) {
      this.#goBack(before)
      throw error
    }
    if (isLastWord && !frame && draft.saysNothing) return this.#goBack(before)
    this.#hasTicked = true
    for (const note of this.#health.decisions(draft.decisions, atMs)) this.#note(note.kind, note.node, note.text)
    this.#journal.noteLosses({ tick: this.#tick, mediaTimeS: this.#mediaTimeS })
    this.#board.tick(this.#tick, clock.nowMs() - atMs)
    this.#board.dropped(source.mailbox.dropped)
    const usedUp = used.map((input) => input.id)
    this.#written = this.#journal.tick(draft, usedUp, this.#position)
    if (draft.actions.length > 0) await this.#ledger.secured?.()
    showDraft(draft, this.#order, this.#deps, this.#board)
    const { state, reason } = this.#ended ?? this.#health.state(this.#ledger.isWriting, this.#ledger.trouble)
    this.#board.setState(state, reason)
    this.#publishStatus()
    return used.length > 0 || !draft.saysNothing
  }

  #runNodes(pass: Pass): Promise<TickDraft> {
    const { view, atMs, frame, used, isLastWord } = pass
    const isPausing = !frame && !this.#isPaused && (view.camera === 'lost' || this.#mustDecide(atMs))
    this.#isPaused = frame ? false : this.#isPaused || isPausing
    this.#loopS = frame?.loopS ?? this.#loopS
    const info = tickInfo(pass, this.#order, {
      number: this.#tick,
      mediaTimeS: this.#mediaTimeS,
      isFirst: !this.#hasTicked,
      isPausing: isPausing || isLastWord === true,
      isLeaving: isLastWord === true,
      loopS: this.#loopS,
    })
    return this.#running.runner.run(info, frame, used, this.#grace.signal, pass.only)
  }

  #goBack({ tick, mediaTimeS }: { tick: number; mediaTimeS: number }): false {
    ;[this.#tick, this.#mediaTimeS] = [tick, mediaTimeS]
    return false
  }

  /** The end must not take with it what was seen: the newest picture, and what a model holds back, are decided on in time. */
  async #lastWords(view: CameraView): Promise<void> {
    if (!this.#hasTicked || this.#grace.signal.aborted) return
    try {
      await this.#pass({ ...view, ended: false }, 1, { isLastWord: true })
    } catch (error) {
      if (error instanceof BugError) throw error
      const { message } = toError(error)
      this.#deps.log.warn({ stream: this.#order.streamId, error: message }, 'the last pictures were not decided on')
    }
  }

  #seeFrame(frame: Frame | undefined, view: CameraView, atMs: number): void {
    if (frame) {
      this.#mediaTimeS = frame.mediaTimeS
      const { source } = this.#order.plan
      const words = isFinite(source) ? 'The file plays.' : 'The camera is being watched.'
      // Not before: that it is watched is true from its first picture on.
      if (!this.#hasSeen && !this.#order.resume) this.#note('stream.started', source.id, words)
      this.#hasSeen = true
      this.#board.frameAt(frame.atMs)
    } else if (this.#seconds && !view.ended) {
      this.#seconds.begin(atMs, this.#mediaTimeS)
      this.#mediaTimeS = Math.max(this.#mediaTimeS, this.#seconds.secondsAt(atMs))
    }
  }

  #tellCamera(view: CameraView, beforeS: number): void {
    for (const { kind, node, text } of this.#health.camera(view)) {
      if (kind === 'stream.lost') this.#health.lostFromS = beforeS
      const fromS = kind === 'stream.resumed' ? this.#health.lostFromS : null
      this.#note(kind, node, text, fromS === null ? {} : gapFields('camera-lost', fromS, this.#mediaTimeS))
      if (kind === 'stream.resumed') this.#health.lostFromS = null
    }
  }

  #note(kind: EventKind, node: string, text: string, fields: Record<string, unknown> = {}): void {
    this.#journal.note(kind, node, text, { tick: this.#tick, mediaTimeS: this.#mediaTimeS }, fields)
  }

  get #position(): TickPosition {
    const health = this.#health.saved()
    const seconds = this.#seconds?.saved()
    return {
      tick: this.#tick,
      mediaTimeS: this.#mediaTimeS,
      states: {
        ...this.#runner?.states(),
        ...(health ? { [healthKey]: health } : {}),
        ...(seconds ? { [clockKey]: seconds } : {}),
      },
    }
  }

  /** Seconds in which no node ran, the last of them at `endMs`. */
  #recordMissed(count: number, endMs: number, why: Unwatched): void {
    const rows = missedRows({ tick: this.#tick, mediaTimeS: this.#mediaTimeS }, count, endMs, why)
    this.#tick += count
    this.#mediaTimeS += count
    const decisions = rows.flatMap((row) => this.#running.runner.unwatched(row, why))
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
    await this.#models.end(isHandedOver)
    if (!isHandedOver) {
      this.#note(`stream.${end.state}`, this.#order.plan.source.id, end.reason ?? endWords[end.state])
      this.#board.setState(end.state, end.reason)
      void this.#journal.commitNotes(this.#position)
      this.#publishStatus()
    }
    await this.#ledger.close(closeMs)
  }
}
