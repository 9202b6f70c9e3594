// A pose model that sees what the test tells it to, when the test lets it. No process, no waiting.
import type { PoseJob } from '../../runtime/models/edge/pose-child.ts'
import type { PoseModel } from '../../runtime/models/edge/pose-model.ts'
import type { Pose } from '../../runtime/models/edge/pose.ts'
import { poseOutput } from './poses.ts'

export interface FakePoseModel extends PoseModel {
  /** Who is in the picture taken at a media time. */
  people(at: (timeS: number) => Pose[]): void
  /** `at-once` answers as soon as asked, `held` waits for `release`. */
  mode: 'at-once' | 'held'
  release(count?: number): void
  /** Fails everything that waits. */
  dropAll(): void
  setUp(isUp: boolean): void
  waiting(): number
  /** Of eight pictures, streams are asked to send this many. */
  setShare(share: number): void
}

export function fakePoseModel(): FakePoseModel {
  let people: (timeS: number) => Pose[] = () => []
  let isUp = true
  let share = 8
  let held: PoseJob[] = []
  const look = (job: PoseJob): void => job.done(poseOutput(people(job.frame.mediaTimeS)))
  const model: FakePoseModel = {
    mode: 'at-once',
    people: (at) => {
      people = at
    },
    ready: () => Promise.resolve(isUp),
    isUp: () => isUp,
    setUp: (value) => {
      isUp = value
    },
    share: () => share,
    setShare: (value) => {
      share = value
    },
    submit: (job) => {
      if (model.mode === 'at-once') look(job)
      else held.push(job)
    },
    release: (count = held.length) => held.splice(0, count).forEach(look),
    dropAll: () => held.splice(0).forEach((job) => job.dropped()),
    forget: (stream) => {
      const gone = held.filter((job) => job.stream === stream)
      held = held.filter((job) => job.stream !== stream)
      for (const job of gone) job.dropped()
    },
    waiting: () => held.length,
    restarts: () => 0,
    processId: () => undefined,
    close: () => Promise.resolve(),
  }
  return model
}
