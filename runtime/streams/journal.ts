// One session's record: its own events, and each tick's leavings as a quiet row or as one commit, told over the bus only
// once written. Knows nothing of cameras or models.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { isAlertEvent } from '../../nodes/contract/alerts.ts'
import type { Decision, EventKind } from '../../nodes/contract/events.ts'
import { versionedType } from '../compile/index.ts'
import type { Bus } from '../live/index.ts'
import type { EventRecord, TickRecord } from '../history/index.ts'
import type { SessionOrder, TickCommit } from './records.ts'
import { tickId } from '../actions/index.ts'
import type { Ledger } from './recorder.ts'
import type { TickDraft } from './routing.ts'

export interface TickPosition {
  tick: number
  mediaTimeS: number
  states: Record<string, unknown>
}

function typesOf({ plan }: SessionOrder): Record<string, string> {
  return Object.fromEntries(plan.ticks.map((node) => [node.id, versionedType(node)]))
}

export class Journal {
  #order: SessionOrder
  readonly #ledger: Ledger
  readonly #bus: Bus
  readonly #clock: Clock
  #notes: EventRecord[] = []
  #types: Readonly<Record<string, string>>

  constructor(order: SessionOrder, ledger: Ledger, bus: Bus, clock: Clock) {
    this.#order = order
    this.#types = typesOf(order)
    this.#ledger = ledger
    this.#bus = bus
    this.#clock = clock
  }

  /** Whatever comes now is decided by this order's plan. */
  change(order: SessionOrder): void {
    this.#order = order
    this.#types = typesOf(order)
  }

  /** An event of the session itself; written with the next tick, or by `commitNotes`. */
  note(
    kind: EventKind,
    node: string,
    text: string,
    at: { tick: number; mediaTimeS: number },
    fields: Record<string, unknown> = {},
  ): void {
    const { flow, streamId } = this.#order
    this.#notes.push({
      id: tickId(this.#order, at.tick, node, kind, this.#notes.length),
      kind,
      flowId: flow.id,
      revision: flow.revision,
      streamId,
      node,
      tick: at.tick,
      at: new Date(this.#clock.nowMs()).toISOString(),
      mediaTimeS: at.mediaTimeS,
      text,
      fields,
      frame: null,
    })
  }

  /** Says how much the database's absence has cost, once it is back. */
  noteLosses(at: { tick: number; mediaTimeS: number }): void {
    if (!this.#ledger.isWriting) return
    const lost = this.#ledger.takeLost()
    if (lost.decisions + lost.commits === 0) return
    const events = lost.commits === 0 ? '' : ` and ${lost.commits} ticks with events`
    this.note(
      'decisions.lost',
      this.#order.plan.source.id,
      `${lost.decisions} decisions${events} could not be saved while the database was away.`,
      at,
      lost,
    )
  }

  /** Quiet ticks wait for the bulk write; a tick with consequences is committed at once, whole. Resolves once that is written or given up. */
  async tick(draft: TickDraft, consumed: string[], at: TickPosition): Promise<void> {
    const events = [...this.#notes.splice(0), ...draft.events]
    const record = this.#record(at, draft.decisions)
    const { actions, remote, repeats, traces } = draft
    const consequences = events.length + actions.length + remote.length + repeats.length + traces.length
    if (consequences + consumed.length === 0) this.#ledger.quiet(record)
    else
      await this.#commit({
        ...record,
        events,
        actions,
        consumed,
        remote,
        ...(repeats.length > 0 ? { repeats } : {}),
        ...(traces.length > 0 ? { traces } : {}),
      })
  }

  /** Decisions of ticks that no node ran. */
  quiet(decisions: Decision[], at: TickPosition): void {
    this.#ledger.quiet(this.#record(at, decisions))
  }

  /** Writes the session's own events without waiting for a tick. */
  async commitNotes(at: TickPosition): Promise<void> {
    const events = this.#notes.splice(0)
    if (events.length > 0)
      await this.#commit({ ...this.#record(at, []), events, actions: [], consumed: [], remote: [] })
  }

  #record(at: TickPosition, decisions: Decision[]): TickRecord {
    const { flow, generation, run, streamId } = this.#order
    return {
      streamId,
      run,
      generation,
      flowId: flow.id,
      tick: at.tick,
      mediaTimeS: at.mediaTimeS,
      decisions,
      states: at.states,
      types: this.#types,
    }
  }

  async #commit(decided: TickCommit): Promise<void> {
    const { deploymentId } = this.#order
    const commit = { ...decided, ...(deploymentId === undefined ? {} : { deploymentId }) }
    if (!(await this.#ledger.commit(commit))) return
    const flow = commit.flowId
    for (const event of commit.events) {
      const { id, kind, streamId, node, at, mediaTimeS, text, frame } = event
      this.#bus.publish({
        type: 'event',
        flow,
        event: {
          id,
          kind,
          stream: streamId,
          node,
          at,
          mediaTimeS,
          text,
          hasFrame: frame !== null,
          ...(isAlertEvent(event, commit.actions) ? { alert: true as const } : {}),
        },
      })
    }
    if (commit.actions.length > 0) this.#bus.publish({ type: 'actions' })
    for (const stream of new Set(commit.remote.map((input) => input.streamId)))
      this.#bus.publish({ type: 'input', flow, stream })
  }
}
