// What a past event teaches a flow: a test that it must be told again, or must never be; and, of a replay, in words whether it would be.
// Pure.
import { does, type NodeDefinition } from '../../nodes/contract/define.ts'
import type { Decision, Reason } from '../../nodes/contract/events.ts'
import type { EventView } from '../history/index.ts'
import type { FlowTest } from './flow-tests.ts'
import type { CapturedAction, RehearsalView } from './records.ts'
import type { Replay } from './route-answers.ts'

export type Must = 'fire' | 'stay-silent'

/** A model may see it a little earlier, and is to be no later than this. In seconds. */
const earlierS = 5
const laterS = 10

/** What of an event a test asks for: who was told, else what was decided. */
function actionOf(event: Pick<EventView, 'kind' | 'deliveries'>, types: ReadonlyMap<string, NodeDefinition>): string {
  const told = event.deliveries.find(({ type }) => does(types.get(type ?? ''), 'notify')) ?? event.deliveries[0]
  return told?.node ?? (event.kind === 'delegation.made' ? 'delegate' : 'response')
}

/** `isWhole`: the clip is of this moment alone. */
export function testOf(
  event: Pick<EventView, 'kind' | 'deliveries'>,
  types: ReadonlyMap<string, NodeDefinition>,
  { atS, clip, isWhole }: { clip: string; atS: number; isWhole: boolean },
  must: Must,
): FlowTest {
  const action = actionOf(event, types)
  const around = [Math.max(0, atS - earlierS), atS + laterS].map((second) => Math.round(second * 10) / 10)
  const within: [number, number] = [around[0]!, around[1]!]
  return must === 'fire'
    ? { clip, expect: [{ within, action }], never: [] }
    : { clip, expect: [], never: [{ action, ...(isWhole ? {} : { within }) }] }
}

/** The tests with this one among them: to those of its clip it is added, and not twice. Null when it is there already. */
export function withTest(tests: readonly FlowTest[], added: FlowTest): FlowTest[] | null {
  const at = tests.findIndex(({ clip }) => clip === added.clip)
  const known = tests[at]
  if (!known) return [...tests, added]
  const fresh = <T>(old: readonly T[], more: readonly T[]): T[] =>
    more.filter((each) => !old.some((one) => JSON.stringify(one) === JSON.stringify(each)))
  const { expect = [], never = [] }: Partial<FlowTest> = known
  const more = { expect: fresh(expect, added.expect), never: fresh(never, added.never) }
  if (more.expect.length + more.never.length === 0) return null
  const joined = { ...known, expect: [...expect, ...more.expect], never: [...never, ...more.never] }
  return tests.with(at, joined)
}

const reasonWords: Record<Reason, string> = {
  model: 'the model saw nothing to say',
  'no-instruction': 'the model has no instruction',
  'camera-lost': 'there was no picture',
  'heed-away': 'nobody watched',
  'model-unreachable': 'the model did not answer',
  duplicate: 'it had said the same just before',
  cooldown: 'it was keeping quiet for a while',
  schedule: 'it was outside its hours',
  dropped: 'that second was skipped',
}

/** Of a rehearsal of one past event; undefined for any other. */
export function replayOf({ clips, reason, request, state }: RehearsalView): Replay | undefined {
  const { about } = request
  if (!about) return undefined
  const nothing = { event: about.event, fires: null, afterS: null }
  if (state === 'running') return { ...nothing, said: null }
  const [clip] = clips
  if (state !== 'finished' || !clip?.decisions) return { ...nothing, said: `could not be replayed: ${reason ?? state}` }
  const isNear = ({ mediaTimeS }: { mediaTimeS: number }): boolean =>
    mediaTimeS >= about.atS - earlierS && mediaTimeS <= about.atS + laterS
  const told = (clip.captured ?? []).find(isNear)
  const spoken = clip.decisions.filter(({ action }) => action !== 'silence').find(isNear)
  const first: CapturedAction | Decision | undefined = told ?? spoken
  if (!first) return { event: about.event, fires: false, afterS: null, said: silentWords(clip.decisions, about.atS) }
  const afterS = Math.round((first.mediaTimeS - about.atS) * 10) / 10
  const at = `at ${afterS < 0 ? '−' : '+'}${Math.abs(afterS).toFixed(1)} s`
  return {
    event: about.event,
    fires: told !== undefined,
    afterS,
    said: told ? `would alert again ${at}` : `would say so ${at}, and nobody would be told`,
  }
}

function silentWords(decisions: readonly Decision[], atS: number): string {
  const nearest = decisions.reduce<Decision | undefined>(
    (best, each) => (!best || Math.abs(each.mediaTimeS - atS) < Math.abs(best.mediaTimeS - atS) ? each : best),
    undefined,
  )
  return `would stay silent: ${nearest ? reasonWords[nearest.reason] : 'nothing looks at its pictures'}`
}
