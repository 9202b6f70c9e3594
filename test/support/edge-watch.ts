// Watches a clip with the built-in model as fast as this machine can, the way the engine does: a second of pictures, then a tick.
// Sessions that look at the same clip share what the model saw in each picture: it is looked at once, whoever asks.
import { atEnd } from './fake-model.ts'
import type { ModelConversation, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'
import type { EdgeSkillId } from '../../nodes/contract/skills.ts'
import { systemClock } from '../../runtime/clock.ts'
import { shareOf } from '../../runtime/models/edge/pace.ts'
import type { PoseJob } from '../../runtime/models/edge/pose-child.ts'
import type { PoseModel } from '../../runtime/models/edge/pose-model.ts'
import { createEdgeConversation } from '../../runtime/models/edge/conversation.ts'
import type { SkillMode } from '../../runtime/models/edge/skill.ts'

const never = new AbortController().signal

export interface Said {
  atS: number
  text: string
}

/** One model for several sessions: each picture goes to `model` once, and every session that gave it hears what was seen. */
export function sharedPoses(model: PoseModel): PoseModel {
  const looks = new WeakMap<FastFrame, Promise<Float32Array | undefined>>()
  // A session that looks at fewer pictures is ahead: what it saw already must not overtake what another still waits for.
  const lines = new Map<string, Promise<void>>()
  const look = (job: PoseJob): Promise<Float32Array | undefined> =>
    new Promise((resolve) => {
      model.submit({ ...job, done: resolve, dropped: () => resolve(undefined) })
    })
  return {
    ready: (timeoutMs) => model.ready(timeoutMs),
    isUp: () => model.isUp(),
    restarts: () => model.restarts(),
    processId: () => model.processId(),
    close: () => model.close(),
    // Measured is what the rules make of a picture, not how fast this machine is just now.
    share: () => shareOf,
    // What waits of one session is waited for by the others.
    forget: () => undefined,
    submit: (job) => {
      const seen = looks.get(job.frame) ?? look(job)
      looks.set(job.frame, seen)
      lines.set(
        job.stream,
        (lines.get(job.stream) ?? Promise.resolve()).then(async () => {
          const output = await seen
          if (output) job.done(output)
          else job.dropped()
        }),
      )
    },
  }
}

export interface Watcher {
  skills: readonly EdgeSkillId[]
  mode: SkillMode
  share?: number
}

/** What a session says to a clip. Ticks again where this machine was too busy to look at all pictures of that second, for a camera would not have sent the next ones yet. */
export async function watchClip(
  model: PoseModel,
  name: string,
  clip: { frames: Frame[]; fast: FastFrame[] },
  { skills, mode, share = shareOf }: Watcher,
): Promise<Said[]> {
  const session: ModelConversation = createEdgeConversation({
    stream: name,
    config: { watchFor: skills, mode },
    model: Object.assign(Object.create(model) as PoseModel, { share: () => share }),
    clock: systemClock,
    onClose: () => undefined,
  })
  const said: ModelVerdict[] = []
  let next = 0
  let looked = 0
  for (const frame of clip.frames) {
    while (next < clip.fast.length && clip.fast[next]!.mediaTimeS <= frame.mediaTimeS)
      session.feed?.(clip.fast[next++]!)
    for (let isThrough = false; !isThrough;) {
      const verdict = await session.tick(
        {
          picture: frame.picture,
          kind: 'I',
          mediaTimeS: frame.mediaTimeS,
          atMs: frame.atMs,
          tick: frame.seq + 1,
          instruction: '',
          persona: 'default',
          seconds: 1,
        },
        never,
      )
      said.push(verdict)
      looked += verdict.data?.['pictures'] as number
      if (verdict.data?.['dropped'] !== 0) throw new Error(`${name}: a picture was dropped.`)
      isThrough = looked + (verdict.data['skipped'] as number) >= next
    }
  }
  while (next < clip.fast.length) session.feed?.(clip.fast[next++]!)
  said.push(...((await session.finish?.(atEnd)) ?? []))
  await session.close()
  return said
    .filter((verdict) => verdict.action === 'response')
    .map((verdict) => ({ atS: verdict.mediaTimeS ?? NaN, text: verdict.text }))
}
