// How a deployment is, from how its streams are. Pure.
import { nodeOfStream } from '../../nodes/contract/cameras.ts'
import type { StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { DeploymentState } from './records.ts'

/** A wanted stream whose worker has said nothing for this long has none. */
export const silentAfterMs = 20_000

export interface StreamRow {
  id: string
  source: string
  wanted: boolean
  state: StreamState
  reason: string | null
  tick: number
  status: StreamStatus | null
  seenAt: Date | null
  endedAt: Date | null
}

/** What to say of a stream: its row, unless nobody has been heard of for a while. */
export function streamState(row: StreamRow, nowMs: number): { state: StreamState; reason: string | null } {
  const silentMs = nowMs - (row.seenAt?.getTime() ?? nowMs)
  if (row.wanted && row.endedAt === null && row.state !== 'starting' && silentMs > silentAfterMs) {
    return {
      state: 'degraded',
      reason: `Its worker has been silent for ${Math.round(silentMs / 1000)} s; the stream starts again as soon as one is free.`,
    }
  }
  return { state: row.state, reason: row.reason }
}

/** The stream as the API shows it: what its session said last, corrected by what has happened since. */
export function toStreamStatus(row: StreamRow, nowMs: number): StreamStatus {
  const fresh: StreamStatus = {
    id: row.id,
    source: nodeOfStream(row.source),
    state: row.state,
    reason: row.reason,
    ticks: row.tick,
    decisions: { silence: 0, response: 0, delegate: 0 },
    dropped: 0,
    tickMs: { p50: 0, p95: 0 },
    visualTokens: { sent: 0, fullRate: 0 },
    lastFrameAt: null,
    nodes: {},
  }
  const said = row.status ?? fresh
  return {
    ...said,
    id: row.id,
    source: nodeOfStream(row.source),
    ticks: Math.max(said.ticks, row.tick),
    ...streamState(row, nowMs),
  }
}

/** One word for the whole deployment; the worst stream names it. */
export function deploymentState(isStopped: boolean, states: readonly StreamState[]): DeploymentState {
  if (isStopped || states.length === 0) return 'stopped'
  for (const state of ['failed', 'degraded', 'starting', 'running'] as const) if (states.includes(state)) return state
  return states.every((state) => state === 'finished') ? 'finished' : 'stopped'
}
