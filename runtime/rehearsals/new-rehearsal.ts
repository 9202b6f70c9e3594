// From what was asked for to what a rehearsal goes by: the revision, the clips, the plan, the tests. Refuses what could not be run,
// and starts nothing.
import type { z } from 'zod'
import { nodeOfStream } from '../../nodes/contract/cameras.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import type { MadeClip } from '../cameras/index.ts'
import { clipFlow } from './clip-flow.ts'
import { planOnClip } from './clip-plan.ts'
import { burnsOf, findStretches, packStretches, type FoundStretch } from './stretches.ts'
import { readTests, testsOf } from './flow-tests.ts'
import type { RehearsalOrder } from './records.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'
import type { RehearsalSchema } from './route-bodies.ts'

export type AskedRehearsal = z.output<typeof RehearsalSchema>

/** Throws what a deploy of that revision would throw, and BadRequestError REHEARSAL_… for clips, tests and recordings. */
export async function newRehearsal(
  deps: RehearsalsRouteDeps,
  flowId: string,
  asked: AskedRehearsal,
  about?: { event: string; atS: number },
): Promise<Omit<RehearsalOrder, 'id'>> {
  const newest = await deps.flows.get(flowId)
  const { revision = newest.revision } = asked
  const { document } = revision === newest.revision ? newest : await deps.flows.revision(flowId, revision)
  const tests = readTests(document)
  const found = await findStretches(deps, flowId, asked.stretches ?? [])
  const named = [...new Set(asked.clips ?? (found.length > 0 ? [] : tests.map(({ clip }) => clip)))]
  if (found.length === 0 || named.length > 0) await checkClips(deps, named)
  const { camera, document: rehearsed } = clipFlow(document, {
    ...asked,
    camera: cameraOf(asked.camera, found),
    nodes: deps.nodes,
    // Which one it is makes no difference here.
    clip: named[0] ?? 'stretch',
  })
  // Nothing leaves but questions, and those only when agents are asked for real.
  const plan = await planOnClip(deps, rehearsed, {
    id: flowId,
    unapprovedHosts: asked.askAgents ? newest.unapprovedHosts : [],
  })
  const stretches = await packStretches(deps, found)
  const clips = [...named, ...stretches.map(({ clip }) => clip)]
  if (asked.recorded !== undefined) await checkRecording(deps, asked.recorded, clips)
  const made = await burnsOf(deps, clips, plan.taps.filters ?? [])
  return {
    flow: { id: flowId, name: document.name, revision },
    plan,
    tests: tests.filter((test) => clips.some((clip) => testsOf([test], clip).length > 0)),
    request: {
      clips,
      camera,
      askAgents: asked.askAgents,
      startAt: new Date(asked.startAt ?? deps.nowMs()).toISOString(),
      ...(Object.keys(made).length === 0
        ? {}
        : { made: asked.startAt === undefined ? made : startingAt(made, asked.startAt) }),
      ...(stretches.length === 0 ? {} : { stretches }),
      ...(about ? { about } : {}),
      ...(asked.connection === undefined ? {} : { connection: asked.connection }),
      ...(asked.instruction === undefined ? {} : { instruction: asked.instruction }),
      ...(asked.recorded === undefined ? {} : { recorded: asked.recorded }),
    },
  }
}

/** Of the stretches, unless it was said; one rehearsal is of one camera. */
function cameraOf(asked: string | undefined, found: readonly FoundStretch[]): string | undefined {
  const cameras = new Set([...(asked === undefined ? [] : [asked]), ...found.map(({ camera }) => nodeOfStream(camera))])
  if (cameras.size < 2) return [...cameras][0]
  throw new BadRequestError(
    'REHEARSAL_NO_CAMERA',
    `One rehearsal is of one camera, and these are of ${[...cameras].join(' and ')}. Rehearse them one after the other.`,
  )
}

/** Whoever says when it begins wants to know how it would be then. */
function startingAt(made: Record<string, MadeClip>, startAt: string): Record<string, MadeClip> {
  return Object.fromEntries(Object.entries(made).map(([clip, each]) => [clip, { ...each, startAt }]))
}

async function checkClips({ media }: Pick<RehearsalsRouteDeps, 'media'>, clips: readonly string[]): Promise<void> {
  if (clips.length === 0)
    throw new BadRequestError(
      'REHEARSAL_NO_CLIPS',
      'There is nothing to rehearse on: name clips, or give the flow tests that name some.',
    )
  const troubles = await Promise.all(clips.map(async (clip) => ({ clip, trouble: await media.whyMissing(clip) })))
  const missing = troubles.filter(({ trouble }) => trouble !== null)
  const [first] = missing
  if (!first?.trouble) return
  throw new BadRequestError(
    'REHEARSAL_CLIP_MISSING',
    missing.length === 1 ? first.trouble.message : `${missing.length} clips cannot be played. ${first.trouble.message}`,
    { details: { clips: missing.map(({ clip }) => clip) } },
  )
}

async function checkRecording(
  { rehearsals }: RehearsalsRouteDeps,
  id: string,
  clips: readonly string[],
): Promise<void> {
  const { clips: there } = await rehearsals.get(id)
  const lacking = clips.find((clip) => !there.some((each) => each.clip === clip && each.state !== undefined))
  if (lacking !== undefined)
    throw new BadRequestError(
      'REHEARSAL_NOT_RECORDED',
      `The rehearsal ${id} has no answers for "${lacking}". Rehearse that clip with its model first.`,
      { details: { clip: lacking } },
    )
}
