// The queue's store in memory: what must survive a worker lives in the test's process. Must behave as the real one, which runs the same suite.
import type { QueueStore } from '../../runtime/compose-queue.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { ActionOrder, ActionOutcome, WaitingAction } from '../../runtime/actions/records.ts'
import type { StreamRef } from '../../runtime/queue/records.ts'
import type { PlanChange, SessionOrder, WaitingStream } from '../../runtime/streams/records.ts'

const onlyCamera: SessionOrder['plan'] = {
  id: 'cam',
  source: { id: 'cam', type: 'camera-source', version: 1, config: {} },
  taps: { longSide: 640, floor: { width: 256, height: 192 } },
  ticks: [],
  actions: [],
  routes: {},
}

interface StreamRow {
  ref: StreamRef
  isWanted: boolean
  generation: number
  ended: string | null
  /** By whose plan it should run; absent: there is only one. */
  deploymentId?: string
  /** What its camera plays; absent: it is no clip. */
  clip?: string
  /** Why no machine could take it. */
  deferred?: string
}
interface ActionRow {
  id: string
  state: 'pending' | 'delivered' | 'failed'
  attempts: number
  queuedAtMs: number | null
  delayMs: number
  detail: string
  isCancelled?: true
  /** Of its node; absent: a notification. */
  type?: string
}

export class MemoryQueueStore implements QueueStore {
  readonly streams = new Map<string, StreamRow>()
  readonly actions = new Map<string, ActionRow>()
  /** Who has a stream open, whatever its run, and until when. */
  readonly holds = new Map<string, { holder: string; untilMs: number }>()
  /** How often a worker was told that another one holds the stream. */
  refusals = 0
  /** While true every call fails as if the database were away. */
  isAway = false
  retentionRuns = 0
  partitionRuns = 0

  /** A deployment: the stream shall run. */
  want(streamId: string, run = 1): StreamRef {
    const ref = { streamId, run }
    this.streams.set(key(ref), { ref, isWanted: true, generation: 0, ended: null })
    return ref
  }

  /** A deploy that its run survives: the stream shall go by that deployment's plan. */
  deploy(ref: StreamRef, deploymentId: string): void {
    this.stream(ref).deploymentId = deploymentId
  }

  /** A stop: the stream shall not run. */
  unwant(ref: StreamRef): void {
    const row = this.streams.get(key(ref))
    if (row) row.isWanted = false
  }

  stream(ref: StreamRef): StreamRow {
    const row = this.streams.get(key(ref))
    if (!row) throw new Error(`No stream ${key(ref)}.`)
    return row
  }

  readonly #draining = new Set<string>()

  /** A committed action: in the outbox. */
  write(id: string, delayMs = 0, type = 'notification'): void {
    this.actions.set(id, { id, state: 'pending', attempts: 0, queuedAtMs: null, delayMs, detail: '', type })
  }

  /** A person wants it no more. */
  cancel(id: string): void {
    Object.assign(this.action(id), { isCancelled: true, delayMs: 0, queuedAtMs: Date.now() })
  }

  action(id: string): ActionRow {
    const row = this.actions.get(id)
    if (!row) throw new Error(`No action ${id}.`)
    return row
  }

  async waitingStream(ref: StreamRef): Promise<WaitingStream | null> {
    this.#throwIfAway()
    const row = this.streams.get(key(ref))
    if (!row?.isWanted) return null
    const config = row.clip === undefined ? {} : { kind: 'file', path: row.clip }
    const source = { id: 'cam', type: 'camera-source', version: 1, config }
    return { streamId: ref.streamId, flowId: 'flow', source, tick: 0, status: null }
  }

  async deferStream(ref: StreamRef, reason: string): Promise<void> {
    this.#throwIfAway()
    this.stream(ref).deferred = reason
  }

  async keepHolds(streamIds: string[], holder: string, forMs: number): Promise<string[]> {
    this.#throwIfAway()
    const refused = streamIds.filter((id) => {
      const hold = this.holds.get(id)
      return hold && hold.holder !== holder && hold.untilMs > Date.now()
    })
    this.refusals += refused.length
    for (const id of streamIds) if (!refused.includes(id)) this.holds.set(id, { holder, untilMs: Date.now() + forMs })
    return refused
  }

  async releaseHold(streamId: string, holder: string): Promise<void> {
    this.#throwIfAway()
    if (this.holds.get(streamId)?.holder === holder) this.holds.delete(streamId)
  }

  async claimStream(ref: StreamRef): Promise<SessionOrder | null> {
    this.#throwIfAway()
    const row = this.streams.get(key(ref))
    if (!row?.isWanted) return null
    row.generation += 1
    return {
      ...ref,
      generation: row.generation,
      flow: { id: 'flow', name: 'Flow', revision: 1 },
      plan: onlyCamera,
      resume: null,
      ...(row.deploymentId === undefined ? {} : { deploymentId: row.deploymentId }),
    }
  }

  async endStream(
    ref: StreamRef & { generation: number },
    state: 'finished' | 'failed' | 'stopped',
    _reason: string | null,
  ): Promise<void> {
    this.#throwIfAway()
    const row = this.stream(ref)
    if (row.generation !== ref.generation) return
    row.isWanted = false
    row.ended = state
  }

  async wantedStreams(): Promise<(StreamRef & { deploymentId?: string })[]> {
    this.#throwIfAway()
    return [...this.streams.values()]
      .filter((row) => row.isWanted)
      .map(({ ref, deploymentId }) => (deploymentId === undefined ? ref : { ...ref, deploymentId }))
  }

  async changedPlan(ref: StreamRef, known: string): Promise<PlanChange | null> {
    this.#throwIfAway()
    const row = this.streams.get(key(ref))
    if (!row?.isWanted || row.deploymentId === undefined || row.deploymentId === known) return null
    return {
      deploymentId: row.deploymentId,
      flow: { id: 'flow', name: 'Flow', revision: 2 },
      plan: onlyCamera,
      states: {},
    }
  }

  async drainActions(
    { limit, olderThanMs }: { limit: number; olderThanMs: number },
    add: (batch: WaitingAction[]) => Promise<void>,
  ): Promise<number> {
    this.#throwIfAway()
    const oldest = Date.now() - olderThanMs
    const rows = [...this.actions.values()]
      .filter((row) => row.state === 'pending' && !this.#draining.has(row.id))
      .filter((row) => row.queuedAtMs === null || row.queuedAtMs < oldest)
      .slice(0, limit)
    if (rows.length === 0) return 0
    for (const { id } of rows) this.#draining.add(id)
    try {
      await add(
        rows.map(({ id, delayMs, isCancelled, type }) => ({
          id,
          delayMs,
          ...(type ? { type } : {}),
          ...(isCancelled ? { isCancelled } : {}),
        })),
      )
      this.#throwIfAway()
      for (const row of rows) row.queuedAtMs = Date.now()
      return rows.length
    } finally {
      for (const { id } of rows) this.#draining.delete(id)
    }
  }

  async beginAction(id: string): Promise<ActionOrder | null> {
    this.#throwIfAway()
    const row = this.actions.get(id)
    if (!row || row.state !== 'pending') return null
    row.attempts += 1
    const at = new Date().toISOString()
    const message = {
      id,
      eventId: id,
      at,
      text: 'Somebody fell.',
      source: { flow: 'flow', node: 'model', stream: 'flow-cam' },
    }
    return {
      action: { id, eventId: id, flowId: 'flow', streamId: 'flow-cam', run: 1, node: 'tell', port: 'message', message },
      attempt: row.attempts,
      flow: { id: 'flow', name: 'Flow', revision: 1 },
      node: { id: 'tell', type: row.type ?? 'notification', version: 1, config: {} },
      routes: {},
      ...(row.isCancelled ? { isCancelled: true } : {}),
    }
  }

  async unwantedActions(ids: string[]): Promise<string[]> {
    this.#throwIfAway()
    return ids.filter((id) => this.actions.get(id)?.state !== 'pending' || this.action(id).isCancelled)
  }

  async endAction(id: string, outcome: ActionOutcome): Promise<void> {
    this.#throwIfAway()
    const row = this.action(id)
    if (row.state !== 'pending') return
    row.detail = outcome.detail
    if (outcome.isHeld) row.attempts -= 1
    row.queuedAtMs = Date.now()
    if (outcome.state !== 'retrying') row.state = outcome.state
    for (const next of outcome.actions) if (!this.actions.has(next.id)) this.write(next.id)
  }

  async sweepRetention(): Promise<boolean> {
    this.#throwIfAway()
    this.retentionRuns += 1
    return this.retentionRuns % 3 !== 0
  }

  async ensurePartitions(): Promise<void> {
    this.#throwIfAway()
    this.partitionRuns += 1
  }

  #throwIfAway(): void {
    if (this.isAway) throw new RetryableError('DB_UNREACHABLE', 'The database is away, says the test.')
  }
}

function key({ streamId, run }: StreamRef): string {
  return `${streamId}.${run}`
}
