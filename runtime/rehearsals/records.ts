// The shapes that this folder owns.
import type { ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import type { FlowTest } from './flow-tests.ts'
import type { ClipFigures, ClipTimeline, RehearsalRequest, RehearsalView } from './route-answers.ts'

export type {
  TriedCard,
  AskedStretch,
  CapturedAction,
  Check,
  ClipFigures,
  ClipTimeline,
  ClipView,
  RehearsalRequest,
  RehearsalState,
  RehearsalView,
  RehearsedEvent,
  Summary,
} from './route-answers.ts'

/** All that a rehearsal goes by; nothing of it changes while it runs. */
export interface RehearsalOrder {
  id: string
  flow: { id: string; name: string; revision: number }
  request: RehearsalRequest
  /** Compiled with a clip for a camera; which one is put in clip by clip. */
  plan: PlanStream
  tests: FlowTest[]
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

export type ClipOutcome = ClipFigures & ClipTimeline

/** For replays; kept apart, because nobody looks at it. */
export interface Recording {
  answers: RecordedAnswer[]
  replies: RecordedReply[]
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
