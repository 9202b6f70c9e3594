// What came of a rehearsal: one sentence, then clip by clip the seconds as a strip, what would have been sent, and the tests.
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { Rehearsal, RehearsedClip } from '../views.ts'
import { silenceWords } from '../words.ts'
import { count, locale, say } from '../words/say.ts'

const seconds = (s: number): string => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`

function summaryWords({ summary, clips }: Rehearsal): string {
  const sent = clips.reduce((sum, { captured = [] }) => sum + captured.length, 0)
  const { hits, misses, falseAlarms, medianDelayS } = summary
  if (hits + misses + falseAlarms === 0)
    return count(sent, 'message would have been sent.', 'messages would have been sent.')
  const delay = medianDelayS === null ? '' : say(', after {value} s in the middle', { value: medianDelayS.toFixed(1) })
  return say('{hits}{delay}, {misses} missed, {falseAlarms}.', {
    hits: count(hits, 'hit'),
    delay,
    misses,
    falseAlarms: count(falseAlarms, 'false alarm'),
  })
}

/** What a month of it would ask of the model, from what it asked here. */
function monthWords({ clips }: Rehearsal): string {
  const sum = (part: 'tokens' | 'modelMs' | 'mediaS'): number => clips.reduce((all, clip) => all + (clip[part] ?? 0), 0)
  const mediaS = sum('mediaS')
  if (mediaS === 0) return ''
  const tokens = (sum('tokens') / mediaS) * 30 * 86_400
  const share = (sum('modelMs') / 1000 / mediaS) * 100
  return say(
    'The model saw {tokens} visual tokens in {seconds} and was at work {share} % of the time; a month of one camera is about {millions} million tokens.',
    {
      tokens: sum('tokens').toLocaleString(locale()),
      seconds: seconds(mediaS),
      share: share < 1 ? say('under 1') : share.toFixed(0),
      millions: Math.round(tokens / 1e6).toLocaleString(locale()),
    },
  )
}

function Strip({ clip }: { clip: RehearsedClip }) {
  const { decisions = [], mediaS = 0, captured = [] } = clip
  const at = (s: number): string => `${mediaS === 0 ? 0 : Math.min(100, (s / mediaS) * 100)}%`
  const said = decisions.filter(({ action }) => action !== 'silence')
  return (
    <div
      className="rehearse-strip"
      role="img"
      aria-label={say('{seconds} of video: spoke at {times}', {
        seconds: seconds(mediaS),
        times: said.map(({ mediaTimeS }) => seconds(mediaTimeS)).join(', ') || say('no time'),
      })}
    >
      {said.map(({ mediaTimeS, action }, index) => (
        <span key={index} data-kind={action} style={{ left: at(mediaTimeS) }} />
      ))}
      {captured.map(({ mediaTimeS }, index) => (
        <span key={`sent ${index}`} data-kind="sent" style={{ left: at(mediaTimeS) }} />
      ))}
    </div>
  )
}

function checkWords({ kind, passed, delayS }: NonNullable<RehearsedClip['checks']>[number]): string {
  if (kind === 'never') return passed ? say('Stayed silent where it must') : say('False alarm')
  if (!passed) return say('Missed')
  return delayS === null ? say('As expected') : say('As expected, after {value} s', { value: delayS.toFixed(1) })
}

/** Why it said nothing, most frequent first. */
function whySilent({ decisions = [] }: RehearsedClip): string {
  const reasons = Map.groupBy(
    decisions.filter(({ action }) => action === 'silence'),
    ({ reason }) => reason,
  )
  return [...reasons]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 3)
    .map(([reason, list]) => `${silenceWords(reason)} (${list.length} s)`)
    .join(', ')
}

function Clip({ clip }: { clip: RehearsedClip }) {
  const { captured = [], checks = [], trouble } = clip
  return (
    <section className="rehearse-clip" data-testid="rehearsed-clip">
      <h3 className="group-title">{clip.clip.split(/[\\/]/).at(-1)}</h3>
      {trouble && (
        <div className="notice" data-tone="bad" role="alert">
          {trouble}
        </div>
      )}
      {clip.state !== undefined && <Strip clip={clip} />}
      <ul>
        {checks.map((check, index) => (
          <li key={index} data-passed={check.passed} data-testid="rehearsed-check">
            {check.passed ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
            {checkWords(check)}
          </li>
        ))}
        {captured.map(({ mediaTimeS, node, channel, to, text }, index) => (
          <li key={`sent ${index}`} data-testid="rehearsed-message">
            <span className="nums">{seconds(mediaTimeS)}</span>{' '}
            {[channel || node, to].filter((each) => each).join(' to ')}: {text}
          </li>
        ))}
      </ul>
      {clip.state === 'finished' && captured.length === 0 && (
        <p className="quiet">{say('Nothing would have been sent.')}</p>
      )}
      {whySilent(clip) !== '' && (
        <p className="small quiet">{say('Silent: {whySilent}.', { whySilent: whySilent(clip) })}</p>
      )}
    </section>
  )
}

/** All of it; `before`: the one it is compared with. */
export function Outcome({ rehearsal, before }: { rehearsal: Rehearsal; before: Rehearsal | null }) {
  const month = monthWords(rehearsal)
  return (
    <>
      {rehearsal.state === 'finished' && (
        <p className="rehearse-summary" role="status" data-testid="rehearse-summary">
          {summaryWords(rehearsal)}
        </p>
      )}
      {(rehearsal.state === 'failed' || rehearsal.state === 'cancelled') && (
        <div className="notice" data-tone="warn" role="status">
          {rehearsal.state === 'cancelled'
            ? say('It was cancelled.')
            : (rehearsal.reason ?? say('It could not be rehearsed to the end.'))}
        </div>
      )}
      {before && (
        <p className="small quiet" data-testid="rehearse-before">
          {say('Before, as revision {revision}: {summaryWords}', {
            revision: before.revision,
            summaryWords: summaryWords(before),
          })}
        </p>
      )}
      {rehearsal.clips.map((clip) => (
        <Clip key={clip.clip} clip={clip} />
      ))}
      {month !== '' && <p className="small quiet">{month}</p>}
    </>
  )
}
