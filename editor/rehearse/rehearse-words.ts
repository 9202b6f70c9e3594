// What the rehearsal screen says. Pure.
import type { CheckResult, Mark } from '../graph/rehearsal-lanes.ts'
import type { Difference } from '../graph/rehearsal-compare.ts'
import type { Rehearsal, RehearsedCheck } from '../views.ts'
import { clock, count } from '../words.ts'
import { say } from '../words/say.ts'

/** The last part of a path, as people call a clip. */
export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** "12:05", with tenths where a clip is short. */
export function second(atS: number): string {
  const tenths = Math.round(atS * 10)
  return tenths % 10 === 0 ? clock(tenths / 10) : `${clock(tenths / 10)}.${tenths % 10}`
}

export const laneNames = {
  said: say('Said'),
  asked: say('Asked'),
  silent: say('Silent'),
  sent: say('Would send'),
  tests: say('Tests'),
} as const

export const resultWords: Record<CheckResult, string> = {
  hit: say('As expected'),
  missed: say('Missed'),
  quiet: say('Stayed quiet, as it must'),
  'false-alarm': say('False alarm'),
}

/** "As expected, after 1.2 s". */
export function checkWords({ delayS, kind, passed }: RehearsedCheck): string {
  if (kind === 'never') return resultWords[passed ? 'quiet' : 'false-alarm']
  if (!passed) return resultWords.missed
  return delayS === null ? resultWords.hit : say('As expected, after {seconds} s', { seconds: delayS.toFixed(1) })
}

const actions: Readonly<Record<string, string>> = {
  response: say('speak'),
  delegate: say('ask an agent'),
  silence: say('be silent'),
}

/** "Must speak between 0:02 and 0:05, with “fall”". */
export function wantedWords({ action, kind, textMatches, within }: RehearsedCheck): string {
  const what = actions[action] ?? say('send by {action}', { action })
  const when =
    within === null ? '' : say(' between {from} and {to}', { from: second(within[0]), to: second(within[1]) })
  const words = textMatches === null ? '' : say(', with “{textMatches}”', { textMatches })
  return kind === 'expect'
    ? say('Must {what}{when}{words}', { what, when, words })
    : say('Must never {what}{when}{words}', { what, when, words })
}

/** One sentence on all clips together, after one on those that were not seen whole: there silence says nothing. */
export function summaryWords({ clips, summary }: Pick<Rehearsal, 'clips' | 'summary'>): string {
  const unseen = clips.filter(({ trouble = null }) => trouble !== null).length
  if (unseen === 0) return resultsWords({ clips, summary })
  const words = count(unseen, 'clip was not seen whole.', 'clips were not seen whole.')
  return unseen === clips.length ? words : `${words} ${resultsWords({ clips, summary })}`
}

function resultsWords({ clips, summary }: Pick<Rehearsal, 'clips' | 'summary'>): string {
  const { falseAlarms, hits, medianDelayS, misses } = summary
  if (clips.every(({ checks = [] }) => checks.length === 0)) return sentWords(clips)
  const all = hits + misses
  if (all === 0) return falseAlarms === 0 ? say('No false alarm.') : count(falseAlarms, 'false alarm.', 'false alarms.')
  const alarms = falseAlarms === 0 ? say('no false alarm') : count(falseAlarms, 'false alarm')
  return medianDelayS === null
    ? say('{hits} of {all} found, {alarms}.', { hits, all, alarms })
    : say('{hits} of {all} found, mostly after about {seconds} s, {alarms}.', {
        hits,
        all,
        alarms,
        seconds: medianDelayS.toFixed(1),
      })
}

function sentWords(clips: Rehearsal['clips']): string {
  const isKnown = clips.every(({ captured, state }) => state === undefined || captured !== undefined)
  if (!isKnown) return count(clips.length, 'clip, no tests.', 'clips, no tests.')
  const sent = clips.reduce((sum, { captured = [] }) => sum + captured.length, 0)
  return sent === 0
    ? say('Nothing would have been sent.')
    : count(sent, 'message would have been sent.', 'messages would have been sent.')
}

const markVerbs: Record<Mark['lane'], string> = { said: say('said'), asked: say('asked'), sent: say('would have sent') }

/** "Only now: said “A person has fallen.”" */
export function differenceWords({ after, before, kind }: Difference): string {
  const mark = after ?? before
  if (!mark) return ''
  const verb = markVerbs[mark.lane]
  const quoted = (text: string): string => (text === '' ? say('without words') : `“${text}”`)
  if (kind === 'new') return say('Only now: {verb} {quoted}', { verb, quoted: quoted(mark.text) })
  if (kind === 'gone') return say('Only before: {verb} {quoted}', { verb, quoted: quoted(mark.text) })
  if (kind === 'changed')
    return say('In other words: {verb} {before}, now {after}', {
      verb,
      before: quoted(before?.text ?? ''),
      after: quoted(after?.text ?? ''),
    })
  const laterS = (after?.atS ?? 0) - (before?.atS ?? 0)
  const values = { seconds: Math.abs(laterS).toFixed(1), verb, quoted: quoted(mark.text) }
  return laterS > 0
    ? say('{seconds} s later: {verb} {quoted}', values)
    : say('{seconds} s earlier: {verb} {quoted}', values)
}

/** What a rehearsal went by, to tell it from another: "Revision 4, with other words, on edge". */
export function basisWords({ request, revision }: Pick<Rehearsal, 'request' | 'revision'>): string {
  return [
    say('Revision {revision}', { revision }),
    ...(request.instruction === undefined ? [] : [say('another instruction')]),
    ...(request.connection === undefined ? [] : [say('model {connection}', { connection: request.connection })]),
  ].join(', ')
}

/** About so many, as a person would say it. */
export function aboutCount(n: number): string {
  if (n >= 1e9) return say('{value} billion', { value: (n / 1e9).toFixed(1) })
  if (n >= 1e6) return say('{n} million', { n: Math.round(n / 1e6) })
  if (n >= 1e4) return say('{n} thousand', { n: Math.round(n / 1e3) })
  return String(Math.round(n))
}
