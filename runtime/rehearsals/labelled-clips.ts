// The samples of a flow one after the other, each with its clip: judged events with the pictures of their moment, tests with theirs. Only
// what is masked as the flow masks it leaves here.
import { does } from '../../nodes/contract/define.ts'
import { CodedError } from '../../nodes/contract/errors.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { withoutSaidSecrets } from '../../nodes/contract/free-text-secrets.ts'
import { stillToBurn, type PictureFilter } from '../../nodes/contract/frames.ts'
import { withoutSecrets } from '../flows/index.ts'
import type { EventView } from '../history/index.ts'
import { readTests, testsOf, type FlowTest } from './flow-tests.ts'
import { labelSeconds, sampleOf, type RatedEvent, type LabelledSample, type Said } from './labelled-time.ts'
import { momentOf } from './moments.ts'
import type { RehearsalView } from './records.ts'
import { filtersOf } from './clip-plan.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

export interface LabelledClip {
  sample: LabelledSample
  /** Where its bytes are. */
  path: string
}

export interface LeftOut {
  what: string
  why: string
}

type Deps = RehearsalsRouteDeps
interface Basis {
  id: string
  document: Flow
  revision: number
  /** As the flow masks what this camera shows; the first one where none is said. */
  filters(camera?: string): Promise<PictureFilter[]>
}

const mostEvents = 500
const page = 100
const beforeS = 30
const afterS = 15
/** Of an uploaded clip that a test names. */
const longestS = 600

/** `leftOut` is told of what there is no sample of, with the reason. */
export async function* labelledClips(
  deps: Deps,
  flowId: string,
  leftOut: (one: LeftOut) => void,
): AsyncGenerator<LabelledClip, void, void> {
  const { document, revision } = await deps.flows.get(flowId)
  const basis = {
    id: flowId,
    document,
    revision,
    filters: (camera?: string) => filtersOf(deps, flowId, document, camera),
  }
  const used = new Set<string>()
  const name = (wanted: string): string => {
    let found = `clips/${wanted}.mp4`
    for (let n = 2; used.has(found); n++) found = `clips/${wanted}-${n}.mp4`
    used.add(found)
    return found
  }
  const judged = await ratedEvents(deps, flowId)
  for (const event of judged) {
    const made = await orLeftOut(`event ${event.id}`, leftOut, () => eventClip(deps, basis, event, judged, name))
    if (made) yield made
  }
  const [rehearsed] = (await deps.rehearsals.list(flowId)).filter(({ state }) => state === 'finished')
  const tests = readTests(document)
  for (const clip of new Set(tests.map((test) => test.clip))) {
    const own = { clip, tests: testsOf(tests, clip), rehearsed }
    const made = await orLeftOut(`test on ${clip}`, leftOut, () => testClip(deps, basis, own, name))
    if (made) yield made
  }
}

async function orLeftOut<T>(what: string, leftOut: (one: LeftOut) => void, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    leftOut({ what, why: error.message })
    return null
  }
}

async function ratedEvents({ events }: Deps, flow: string): Promise<EventView[]> {
  const found: EventView[] = []
  for (let cursor: string | undefined; found.length < mostEvents;) {
    const query = { flow, verdict: 'any' as const, limit: page, ...(cursor === undefined ? {} : { cursor }) }
    const { events: some, next } = await events.list(query)
    found.push(...some.filter(({ verdict }) => verdict !== null))
    if (next === null) break
    cursor = next
  }
  return found
}

const plain = (text: string): string => withoutSaidSecrets(text).text

/** What the model of an event was told; of a test, what the models of the flow are. */
function instructionOf({ nodes: types }: Deps, document: Flow, node?: string): string {
  const told = withoutSecrets(document).nodes.filter(({ id, type }) =>
    node === undefined ? does(types.get(type), 'watch') : id === node,
  )
  return told
    .map(({ config }) => config['instruction'])
    .filter((text) => typeof text === 'string' && text !== '')
    .join('\n')
}

async function eventClip(
  deps: Deps,
  basis: Basis,
  event: EventView,
  judged: readonly EventView[],
  name: (wanted: string) => string,
): Promise<LabelledClip> {
  const moment = await momentOf(deps, event, true)
  const shown = await shownPart(deps, await basis.filters(moment.camera), moment, event.id)
  const startMs = Date.parse(event.at) - (moment.atS - shown.fromS) * 1000
  const atOf = (at: string): number => (Date.parse(at) - startMs) / 1000
  const events = judged
    .filter((each) => each.stream === event.stream && atOf(each.at) >= 0 && atOf(each.at) <= shown.seconds)
    .map((each): RatedEvent => ({ ...each, text: plain(each.text), atS: atOf(each.at) }))
  const { decisions } = await deps.events.decisions({
    flow: basis.id,
    stream: event.stream,
    from: new Date(startMs).toISOString(),
    to: new Date(startMs + shown.seconds * 1000).toISOString(),
    limit: 200,
  })
  const clip = name(`${event.stream}-${event.at.slice(0, 19).replace(/\D/g, '')}`)
  const document = await deps.flows.revision(basis.id, event.revision).then(
    (found) => found.document,
    () => basis.document,
  )
  const sample = sampleOf({
    clip,
    seconds: shown.seconds,
    instruction: instructionOf(deps, document, event.node) || instructionOf(deps, document),
    ...labelSeconds(
      events,
      decisions.map((each) => ({ ...each, text: plain(each.text), atS: atOf(each.at) })),
    ),
    weight: 1,
    label: {
      of: 'event',
      id: event.id,
      verdict: event.verdict,
      flow: basis.document.name,
      revision: event.revision,
      startAt: new Date(startMs).toISOString(),
    },
  })
  return { sample, path: shown.path }
}

/** A clip that was uploaded is shown in part, and masked as the flow does it; one made of kept pictures is so already. */
async function shownPart(
  { media }: Deps,
  filters: readonly PictureFilter[],
  { atS, clip, startAt }: { clip: string; atS: number; startAt: string },
  name: string,
): Promise<{ path: string; fromS: number; seconds: number }> {
  const lengthS = await durationOf(media, clip)
  const made = await media.madeOf(clip)
  const left = made ? stillToBurn(made.filters, filters) : filters
  if (made && (left === null || left.length === 0)) return { path: clip, fromS: 0, seconds: lengthS }
  const fromS = Math.max(0, Math.floor(atS - beforeS))
  const toS = Math.min(lengthS, atS + afterS)
  const start = new Date(Date.parse(startAt) + fromS * 1000).toISOString()
  const cut = await media.cut({ name, path: clip, fromS, toS, filters: [...(left ?? [])], startAt: start })
  return { path: cut.path, fromS, seconds: toS - fromS }
}

async function durationOf(media: Deps['media'], path: string): Promise<number> {
  const report = await media.probe({ kind: 'file', path })
  return report.ok ? (report.durationS ?? 0) : 0
}

async function testClip(
  deps: Deps,
  basis: Basis,
  own: { clip: string; tests: FlowTest[]; rehearsed: RehearsalView | undefined },
  name: (wanted: string) => string,
): Promise<LabelledClip> {
  const { media } = deps
  const lengthS = Math.min(longestS, await durationOf(media, own.clip))
  const made = await media.madeOf(own.clip)
  const watching = basis.document.nodes.find(
    ({ config: { kind = 'file', path } }) => kind === 'file' && path === own.clip,
  )
  const filters = await basis.filters(watching?.id)
  const left = made ? (stillToBurn(made.filters, filters) ?? []) : filters
  const startAt = made?.startAt ?? new Date(0).toISOString()
  const stem = (own.clip.split(/[\\/]/).at(-1) ?? 'clip').replace(/\.[^.]*$/, '')
  const cut =
    made && left.length === 0
      ? { path: own.clip }
      : await media.cut({ name: stem, path: own.clip, fromS: 0, toS: lengthS, filters: left, startAt })
  const sample = sampleOf({
    clip: name(stem),
    seconds: lengthS,
    instruction: instructionOf(deps, basis.document),
    said: own.tests.flatMap(({ expect }) => expect.map((wanted) => saidIn(own, wanted))),
    unjudged: [],
    weight: 1,
    label: {
      of: 'test',
      id: own.clip,
      verdict: null,
      flow: basis.document.name,
      revision: basis.revision,
      startAt: made?.startAt ?? null,
    },
  })
  return { sample, path: cut.path }
}

/** When it is to be said, and in which words if the newest rehearsal said it rightly. */
function saidIn(
  { clip, rehearsed }: { clip: string; rehearsed: RehearsalView | undefined },
  { action, within }: FlowTest['expect'][number],
): Said {
  const checks = rehearsed?.clips.find((each) => each.clip === clip)?.checks ?? []
  const found = checks.find(
    (check) =>
      check.kind === 'expect' && check.passed && check.action === action && check.within?.join() === within.join(),
  )?.found
  return {
    atS: found?.mediaTimeS ?? within[0],
    action: action === 'delegate' ? 'delegate' : 'response',
    text: plain(found?.text ?? ''),
  }
}
