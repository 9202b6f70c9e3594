// From what was asked for to what a rehearsal goes by: the revision, the clips, the plan, the tests. Refuses what could not be run,
// and starts nothing.
import { z } from 'zod'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { planFlow } from '../flows/index.ts'
import { clipFlow } from './clip-flow.ts'
import { readTests, testsOf } from './flow-tests.ts'
import type { RehearsalOrder } from './records.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

export const RehearsalSchema = z.object({
  revision: z.number().int().min(1).max(2_147_483_647).optional(),
  clips: z.array(z.string().trim().min(1).max(1000)).max(200).optional(),
  /** In whose place the clips come: the flow's first camera when absent. */
  camera: z.string().max(64).optional(),
  /** Of the models, in place of their own. */
  connection: z.string().trim().min(1).max(200).optional(),
  instruction: z.string().max(8000).optional(),
  /** An earlier rehearsal whose models' answers are given again. */
  recorded: z.string().max(40).optional(),
  askAgents: z.boolean().default(false),
  /** What clocks show at second 0 of each clip; now when absent. */
  startAt: z.iso.datetime({ offset: true }).optional(),
})
export type AskedRehearsal = z.output<typeof RehearsalSchema>

/** Throws what a deploy of that revision would throw, and BadRequestError REHEARSAL_… for clips, tests and recordings. */
export async function newRehearsal(
  deps: RehearsalsRouteDeps,
  flowId: string,
  asked: AskedRehearsal,
): Promise<Omit<RehearsalOrder, 'id'>> {
  const newest = await deps.flows.get(flowId)
  const { revision = newest.revision } = asked
  const { document } = revision === newest.revision ? newest : await deps.flows.revision(flowId, revision)
  const tests = readTests(document)
  const clips = [...new Set(asked.clips ?? tests.map(({ clip }) => clip))]
  await checkClips(deps, clips)
  const { camera, document: rehearsed } = clipFlow(document, { ...asked, nodes: deps.nodes, clip: clips[0]! })
  // Nothing leaves but questions, and those only when agents are asked for real.
  const plan = await planFlow(deps, rehearsed, {
    id: flowId,
    unapprovedHosts: asked.askAgents ? newest.unapprovedHosts : [],
  })
  if (asked.recorded !== undefined) await checkRecording(deps, asked.recorded, clips)
  return {
    flow: { id: flowId, name: document.name, revision },
    plan: plan.streams[0]!,
    tests: tests.filter((test) => clips.some((clip) => testsOf([test], clip).length > 0)),
    request: {
      clips,
      camera,
      askAgents: asked.askAgents,
      startAt: new Date(asked.startAt ?? deps.nowMs()).toISOString(),
      ...(asked.connection === undefined ? {} : { connection: asked.connection }),
      ...(asked.instruction === undefined ? {} : { instruction: asked.instruction }),
      ...(asked.recorded === undefined ? {} : { recorded: asked.recorded }),
    },
  }
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
