// One stream's counters and the words under its cards. Never speaks more than once a second, except when the state changes.
import type { CameraStatus, Decision, NodeStatus, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import type { SessionOrder } from './records.ts'

const keptTickTimes = 120

/** Of a session's order: whose status it is and what was said before. */
interface StatusOrigin {
  plan: { source: Pick<PlanNode, 'id'>; camera?: string }
  resume: Pick<NonNullable<SessionOrder['resume']>, 'tick' | 'status'> | null
}

export class StatusBoard {
  readonly #status: StreamStatus
  readonly #tickTimes: number[] = []
  #spokeAtMs = -Infinity
  #isUrgent = true
  #droppedBefore: number

  constructor(order: Pick<SessionOrder, 'streamId'> & StatusOrigin) {
    const former = order.resume?.status
    this.#status = former
      ? structuredClone({ ...former, nodes: {} })
      : {
          id: order.streamId,
          source: order.plan.source.id,
          ...(order.plan.camera === undefined ? {} : { cameraName: order.plan.camera }),
          state: 'starting',
          reason: null,
          ticks: 0,
          decisions: { silence: 0, response: 0, delegate: 0 },
          dropped: 0,
          tickMs: { p50: 0, p95: 0 },
          visualTokens: { sent: 0, fullRate: 0 },
          lastFrameAt: null,
          nodes: {},
        }
    this.#status.ticks = order.resume?.tick ?? 0
    delete this.#status.isAtEnd
    this.#droppedBefore = this.#status.dropped
    this.setState('starting', null)
  }

  setState(state: StreamState, reason: string | null): void {
    if (this.#status.state === state && this.#status.reason === reason) return
    this.#status.state = state
    this.#status.reason = reason
    this.#isUrgent = true
  }

  /** Its source is at its end, and it stays all the same. */
  atEnd(): void {
    this.#status.isAtEnd = true
    this.#isUrgent = true
  }

  camera(camera: CameraStatus): void {
    if (this.#status.camera?.state !== camera.state) this.#isUrgent = true
    this.#status.camera = camera
  }

  get state(): StreamState {
    return this.#status.state
  }

  node(id: string, status: NodeStatus): void {
    this.#status.nodes[id] = status
  }

  /** A node that is not there any more says nothing. */
  forget(id: string): void {
    delete this.#status.nodes[id]
  }

  tick(number: number, tookMs: number): void {
    this.#status.ticks = number
    this.#tickTimes.push(tookMs)
    if (this.#tickTimes.length > keptTickTimes) this.#tickTimes.shift()
  }

  decision(decision: Decision): void {
    this.#status.decisions[decision.action]++
    this.#status.visualTokens.sent += decision.visualTokens
    this.#status.visualTokens.fullRate += decision.fullRateTokens
  }

  /** Frames that no tick took, since this session began. */
  dropped(count: number): void {
    this.#status.dropped = this.#droppedBefore + count
  }

  frameAt(atMs: number): void {
    this.#status.lastFrameAt = new Date(atMs).toISOString()
  }

  /** The present status when it is time to speak, else undefined. */
  due(nowMs: number): StreamStatus | undefined {
    if (!this.#isUrgent && nowMs - this.#spokeAtMs < 1000) return undefined
    this.#isUrgent = false
    this.#spokeAtMs = nowMs
    return this.snapshot()
  }

  snapshot(): StreamStatus {
    const sorted = [...this.#tickTimes].sort((a, b) => a - b)
    return structuredClone({ ...this.#status, tickMs: { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) } })
  }
}

function percentile(sorted: number[], share: number): number {
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0)
}
