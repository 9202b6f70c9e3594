// Past stretches of a camera as clips: found among the kept pictures, put together, and never cut or masked twice.
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { stillToBurn, type PictureFilter } from '../../nodes/contract/frames.ts'
import type { MadeClip } from '../cameras/index.ts'
import type { StreamRecording } from '../recordings/index.ts'
import { cutOtherwise } from './burnt-media.ts'
import type { AskedStretch } from './records.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

export interface FoundStretch {
  asked: AskedStretch
  flow: string
  camera: string
  fromMs: number
  toMs: number
  perS: number
  filters: PictureFilter[]
}

type Deps = Pick<RehearsalsRouteDeps, 'recordings' | 'media'>

/** As much as one rehearsal goes through. */
const longestMs = 6 * 3_600_000

/** Throws BadRequestError REHEARSAL_NOTHING_KEPT, REHEARSAL_STRETCH_WRONG. */
export async function findStretches(
  { recordings }: Deps,
  flow: string,
  asked: readonly AskedStretch[],
): Promise<FoundStretch[]> {
  if (asked.length === 0) return []
  const kept = await recordings.list(flow)
  return asked.map((stretch) => findStretch(flow, kept, stretch))
}

function findStretch(flow: string, kept: readonly StreamRecording[], asked: AskedStretch): FoundStretch {
  const recording = kept.find(({ camera, stream }) => stream === asked.stream || camera === asked.stream)
  const [fromMs, toMs] = [Date.parse(asked.from), Date.parse(asked.to)]
  const inside = (recording?.stretches ?? []).filter(
    ({ from, to }) => Date.parse(to) >= fromMs && Date.parse(from) <= toMs,
  )
  const [first] = inside
  if (!recording || !first) {
    const there = recording ? ` What is kept is from ${recording.from} to ${recording.to}.` : ''
    throw new BadRequestError(
      'REHEARSAL_NOTHING_KEPT',
      `No pictures of "${asked.stream}" are kept from that time.${there} A camera keeps them once it says so in its settings: "Keep for rehearsal".`,
    )
  }
  if (toMs - fromMs > longestMs)
    throw new BadRequestError('REHEARSAL_STRETCH_WRONG', 'A stretch is at most six hours long. Choose a shorter one.')
  const other = inside.find(({ filters }) => JSON.stringify(filters) !== JSON.stringify(first.filters))
  if (other)
    throw new BadRequestError(
      'REHEARSAL_STRETCH_WRONG',
      `What is masked or cut was changed within this stretch, at ${other.from}. Choose one before or after it.`,
    )
  const perS = Math.max(...inside.map((each) => each.perS))
  return { asked, flow, camera: recording.camera, fromMs, toMs, perS, filters: first.filters }
}

export async function packStretches(
  { media, recordings }: Deps,
  found: readonly FoundStretch[],
): Promise<(AskedStretch & { clip: string })[]> {
  const packed: (AskedStretch & { clip: string })[] = []
  for (const { asked, camera, filters, flow, fromMs, perS, toMs } of found) {
    const { path } = await media.make({
      name: `${camera}-${new Date(fromMs).toISOString().slice(0, 19).replace(/\D/g, '')}`,
      pictures: recordings.pictures({ flow, camera }, fromMs, toMs),
      perS,
      filters,
      isPassing: true,
    })
    packed.push({ ...asked, clip: path })
  }
  return packed
}

/** What is known of those clips that Heed has made itself. Throws BadRequestError REHEARSAL_CUT_OTHERWISE. */
export async function burnsOf(
  { media }: Pick<Deps, 'media'>,
  clips: readonly string[],
  wanted: readonly PictureFilter[],
): Promise<Record<string, MadeClip>> {
  const found: Record<string, MadeClip> = {}
  for (const clip of clips) {
    const made = await media.madeOf(clip)
    if (!made) continue
    if (!stillToBurn(made.filters, wanted)) throw new BadRequestError('REHEARSAL_CUT_OTHERWISE', cutOtherwise)
    found[clip] = made
  }
  return found
}
