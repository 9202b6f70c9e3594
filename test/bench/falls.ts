// How many of the labelled falls the built-in model finds when the machine lets it look at 8, 6, 4 or 3 pictures a second.
import { join } from 'node:path'
import { skillsToWatch } from '../../nodes/contract/skills.ts'
import { systemClock } from '../../runtime/clock.ts'
import { shareOf } from '../../runtime/models/edge/pace.ts'
import { createPoseModel } from '../../runtime/models/edge/pose-model.ts'
import { edgeTaps, readClipFrames } from '../support/clip-frames.ts'
import { clipsFolder, readClips } from '../support/clip-labels.ts'
import { sharedPoses, watchClip } from '../support/edge-watch.ts'
import type { Row } from './row.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** The same rooms again, as a camera on the other side and nearer would see them. */
const views = [undefined, 'hflip,crop=iw*0.9:ih*0.9,eq=brightness=-0.2:contrast=0.7']

export async function benchFalls(): Promise<Row[]> {
  const rooms = readClips().filter(({ kind, duration_s }) => (kind === 'fall' || kind === 'nofall') && duration_s < 30)
  const model = createPoseModel({ log, clock: systemClock, fixedShare: shareOf })
  await model.ready(10_000)
  const cases = (['sensitive', 'balanced'] as const).flatMap((mode) =>
    [8, 6, 4, 3, 2].map((share) => ({ mode, share, found: 0, falls: 0, wrong: 0 })),
  )
  for (const clip of rooms) {
    const falls = clip.events.filter((event) => event.type === 'fall')
    for (const before of views) {
      const pictures = await readClipFrames(join(clipsFolder, clip.file), {
        taps: edgeTaps,
        ...(before ? { before } : {}),
      })
      const shared = sharedPoses(model)
      await Promise.all(
        cases.map(async (one) => {
          const said = await watchClip(shared, `${clip.file} ${one.mode} ${one.share}`, pictures, {
            skills: skillsToWatch(['fall'], ''),
            mode: one.mode,
            share: one.share,
          })
          const isOf = (fall: { start_s: number; end_s: number }, atS: number): boolean =>
            atS >= fall.start_s && atS <= fall.end_s + 2
          one.falls += falls.length
          one.found += falls.filter((fall) => said.some(({ atS }) => isOf(fall, atS))).length
          one.wrong += said.filter(({ atS }) => !falls.some((fall) => isOf(fall, atS))).length
        }),
      )
    }
  }
  await model.close()
  return cases.map(({ mode, share, found, falls, wrong }) => ({
    area: 'falls',
    what: `${mode}, ${share} of 8 pictures a second`,
    value: found,
    unit: `of ${falls} falls`,
    beside: `${wrong} false alarms on ${rooms.length * views.length} clips`,
  }))
}
