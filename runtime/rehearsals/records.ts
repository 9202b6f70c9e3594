// The shapes that this folder owns.
import type { ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { Captured } from '../../nodes/contract/rehearsal.ts'
import type { Decision } from '../../nodes/contract/events.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import type { FlowTest } from './flow-tests.ts'

export type RehearsalState = 'running' | 'finished' | 'failed' | 'cancelled'

/** What was asked for, as it is kept. */
export interface RehearsalRequest {
  clips: string[]
  /** In whose place the clips come. */
  camera: string
  connection?: string
  instruction?: string
  /** An earlier rehearsal whose model answers are given again. */
  recorded?: string
  askAgents: boolean
  /** What clocks show at second 0 of each clip: schedules go by it. ISO 8601. */
  startAt: string
}

/** All that a rehearsal goes by; nothing of it changes while it runs. */
export interface RehearsalOrder {
  id: string
  flow: { id: string; name: string; revision: number }
  request: RehearsalRequest
  /** Compiled with a clip for a camera; which one is put in clip by clip. */
  plan: PlanStream
  tests: FlowTest[]
}

/** A message or question that would have left Heed. */
export interface CapturedAction extends Captured {
  mediaTimeS: number
  node: string
  /** The node's type. */
  type: string
  /** Of an agent that was asked, or whose recorded answer was given. */
  answer?: string
}

/** What else happened in a rehearsed stream, in the words of its record. */
export interface RehearsedEvent {
  mediaTimeS: number
  kind: string
  node: string
  text: string
}

export interface Check {
  kind: 'expect' | 'never'
  passed: boolean
  /** Seconds from the beginning of `within` until it was done; null when it was not, and for `never`. */
  delayS: number | null
  action: string
  within: [number, number] | null
  textMatches: string | null
  /** What it was decided by: the first that fits. */
  found: { mediaTimeS: number; text: string } | null
}

/** What a model said at one tick, to be given again. */
export interface RecordedAnswer {
  node: string
  mediaTimeS: number
  /** At the end of the clip, when the model was asked what it still has in mind. */
  isFinish?: true
  verdict: Omit<ModelVerdict, 'late'>
}

export interface RecordedReply {
  node: string
  question: string
  answer: string
}

/** Second by second. */
export interface ClipTimeline {
  decisions: Decision[]
  captured: CapturedAction[]
  events: RehearsedEvent[]
}

/** In few words. */
export interface ClipFigures {
  state: 'finished' | 'failed'
  /** In words, when not all went well. */
  trouble: string | null
  checks: Check[]
  /** Visual tokens sent to the models. */
  tokens: number
  /** How long the models were at work, together. */
  modelMs: number
  /** Length of what was seen. */
  mediaS: number
}

export type ClipOutcome = ClipFigures & ClipTimeline

/** For replays; kept apart, because nobody looks at it. */
export interface Recording {
  answers: RecordedAnswer[]
  replies: RecordedReply[]
}

export interface Summary {
  hits: number
  misses: number
  falseAlarms: number
  medianDelayS: number | null
}

export interface ClipView extends Partial<ClipOutcome> {
  clip: string
  progress: number
}

export interface RehearsalView {
  id: string
  flow: string
  revision: number
  state: RehearsalState
  /** 0 to 1. */
  progress: number
  reason: string | null
  request: RehearsalRequest
  createdAt: string
  endedAt: string | null
  summary: Summary
  clips: ClipView[]
}

export interface RehearsalStore {
  /** Kept, waiting to be run. The oldest finished ones of its flow give way. */
  create(order: Omit<RehearsalOrder, 'id'>): Promise<string>
  /** Throws NotFoundError REHEARSAL_NOT_FOUND. */
  get(id: string): Promise<RehearsalView>
  /** Newest first, without timelines. */
  list(flowId: string): Promise<RehearsalView[]>
  /** True when it ran. Throws NotFoundError REHEARSAL_NOT_FOUND. */
  cancel(id: string): Promise<boolean>
  /** Null when it does not run any more; `left` are the clips without an outcome. */
  begin(id: string): Promise<{ order: RehearsalOrder; left: { index: number; clip: string }[] } | null>
  /** False when nobody wants it any more. */
  progress(id: string, index: number, progress: number): Promise<boolean>
  endClip(id: string, index: number, outcome: ClipOutcome, recording: Recording): Promise<void>
  /** Unless it has ended otherwise meanwhile. */
  end(id: string, state: 'finished' | 'failed', reason: string | null): Promise<void>
  /** Of a clip in an earlier rehearsal; undefined when there is none. */
  recording(id: string, clip: string): Promise<Recording | undefined>
  /** Those that run or wait to be run. */
  wanted(): Promise<string[]>
}
