// The engine of one process: what the stream worker and the action worker call. Holds what all its sessions share.
import type { ActionWork } from '../actions/index.ts'
import type { EngineDeps, PlanChanges, SessionOrder } from './records.ts'
import { Openings } from './openings.ts'
import { addressOf, laneOf, performAction, type PerformDeps } from '../actions/index.ts'
import { Recorder, type RecorderLimits } from './recorder.ts'
import { runSession, type SessionEnd } from './session.ts'

export interface Engine extends Pick<ActionWork, 'performAction' | 'laneOf' | 'addressOf'> {
  runStream(order: SessionOrder, signal: AbortSignal, changes?: PlanChanges): Promise<SessionEnd>
  /** For the last moment of a process that breaks: what is decided and in memory alone goes to disk. Throws what the disk throws. */
  spillNow: () => void
  /** After every session has ended. */
  stop(): void
}

export type EngineOptions = EngineDeps & Omit<PerformDeps, 'clock' | 'log' | 'nodes'>

/** Builds the engine; the composition root gives it the world. */
export function createEngine(deps: EngineOptions, limits: Partial<RecorderLimits> = {}): Engine {
  const recorder = new Recorder(deps, limits)
  const openings = new Openings(deps.clock, deps.mostOpening ?? Infinity)
  return {
    runStream: (order, signal, changes) =>
      runSession(order, { ...deps, recorder, openings, ...(changes ? { changes } : {}) }, signal),
    performAction: (order, signal) => performAction(order, deps, signal),
    laneOf: (type) => laneOf(type, deps.nodes),
    addressOf: (order) => addressOf(order, deps),
    spillNow: () => recorder.spillNow(),
    stop: () => recorder.stop(),
  }
}
