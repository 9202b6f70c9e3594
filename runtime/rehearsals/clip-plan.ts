// The plan of a flow in whose camera's place a clip comes: what a deploy would say of it, except that the clip itself is not looked for.
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { planFlow } from '../flows/index.ts'
import { clipFlow } from './clip-flow.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

/**
 * `document` as `clipFlow` gives it, with any name for the clip: a stretch, or the seconds around a moment, is put together only once it
 * is known what is burned in. Named clips are looked for by whoever names them. Throws what a deploy would throw.
 */
export async function planOnClip(
  deps: RehearsalsRouteDeps,
  document: Flow,
  saved: { id: string; unapprovedHosts: string[] },
): Promise<PlanStream> {
  const media = { ...deps.media, whyMissing: async () => null }
  const { streams } = await planFlow({ ...deps, media }, document, saved)
  return streams[0]!
}

/** What a flow burns into the pictures of one of its cameras, the first where none is named. */
export async function filtersOf(
  deps: RehearsalsRouteDeps,
  id: string,
  document: Flow,
  camera?: string,
): Promise<PictureFilter[]> {
  const alone = clipFlow(document, { nodes: deps.nodes, clip: 'any', camera })
  return (await planOnClip(deps, alone.document, { id, unapprovedHosts: [] })).taps.filters ?? []
}
