// What came of a rehearsed clip as lanes over its seconds: said, asked, silent and why, what would have been sent, and the tests. Pure.
import type { Decision, Reason } from '../../nodes/contract/events.ts'
import { say } from '../words/say.ts'
import type { Rehearsal, RehearsedCheck, RehearsedClip } from '../views.ts'

/** Something that was done at one moment. */
export interface Mark {
  lane: 'said' | 'asked' | 'sent'
  atS: number
  text: string
  /** Whom it would have reached, and by which way; of what would have been sent only. */
  to: string
  /** What an agent answered, where one was asked. */
  answer: string
}

/** Seconds without a word, for one reason. */
export interface Stretch {
  fromS: number
  toS: number
  reason: Reason
}

export type CheckResult = 'hit' | 'missed' | 'quiet' | 'false-alarm'
export interface CheckWindow {
  fromS: number
  toS: number
  result: CheckResult
  /** By what it was decided. */
  foundS: number | null
  check: RehearsedCheck
}

export interface Lanes {
  /** Where the axis ends. */
  lengthS: number
  /** In the order of time; what comes behind the end, as an escalation does, is in it. */
  marks: Mark[]
  silent: Stretch[]
  windows: CheckWindow[]
}

/** Pictures of a clip are not exactly a second apart: so short a gap is none. */
const gapS = 0.25

/** `videoS`: how long a player says the clip is; 0 while it is not known, and whole seconds are what there is. */
export function lanesOf(clip: RehearsedClip, videoS = 0): Lanes {
  const { checks = [], mediaS = 0 } = clip
  const lengthS = Math.max(0.5, Number.isFinite(videoS) && videoS > 0 ? videoS : mediaS)
  return {
    lengthS,
    marks: marksOf(clip),
    silent: silentOf(clip.decisions ?? [], lengthS),
    windows: checks.map((check) => windowOf(check, lengthS)),
  }
}

function marksOf({ decisions = [], captured = [] }: RehearsedClip): Mark[] {
  const decided = decisions.flatMap(({ action, mediaTimeS, question, text }): Mark[] => {
    if (action === 'silence') return []
    if (action === 'response') return [{ lane: 'said', atS: mediaTimeS, text, to: '', answer: '' }]
    return [{ lane: 'asked', atS: mediaTimeS, text: question ?? text, to: '', answer: '' }]
  })
  const sent = captured.map(({ answer = '', channel, mediaTimeS, node, text, title = '', to }): Mark => ({
    lane: 'sent',
    atS: mediaTimeS,
    text: title !== '' && title !== text ? `${title}: ${text}` : text,
    to: to ? say('{channel} to {to}', { channel: channel || node, to }) : channel || node,
    answer,
  }))
  return [...decided, ...sent].sort((a, b) => a.atS - b.atS)
}

/** With several models in one flow a second is silent when all of them are; trouble is the reason that counts. */
function silentOf(decisions: readonly Decision[], lengthS: number): Stretch[] {
  const ordered = [...decisions].sort((a, b) => a.mediaTimeS - b.mediaTimeS || a.tick - b.tick)
  const stretches: Stretch[] = []
  const spokenAt = new Set(ordered.filter(({ action }) => action !== 'silence').map(({ mediaTimeS }) => mediaTimeS))
  for (const { action, mediaTimeS, reason, seconds = 1 } of ordered) {
    if (action !== 'silence' || spokenAt.has(mediaTimeS)) continue
    const fromS = Math.max(0, mediaTimeS - (seconds - 1))
    const toS = Math.min(lengthS, mediaTimeS + 1)
    if (toS <= fromS) continue
    const last = stretches.at(-1)
    if (last && last.toS >= fromS - gapS && last.reason === reason) last.toS = Math.max(last.toS, toS)
    else if (last && last.toS >= toS && last.reason === 'model') Object.assign(last, { reason })
    else if (!last || last.toS < toS) stretches.push({ fromS: Math.max(fromS, last?.toS ?? 0), toS, reason })
  }
  return stretches
}

function windowOf(check: RehearsedCheck, lengthS: number): CheckWindow {
  const [fromS, toS] = check.within ?? [0, lengthS]
  const result: CheckResult =
    check.kind === 'expect' ? (check.passed ? 'hit' : 'missed') : check.passed ? 'quiet' : 'false-alarm'
  return { fromS, toS: Math.min(toS, lengthS), result, foundS: check.found?.mediaTimeS ?? null, check }
}

/** The last thing done at this second or before it, `forS` back at most. */
export function lastBefore(marks: readonly Mark[], atS: number, forS: number): Mark | undefined {
  return marks.findLast((mark) => mark.atS <= atS && mark.atS > atS - forS)
}

/** Where the next mark is, or the one before, for the keys. */
export function nextMark(marks: readonly Mark[], atS: number, direction: 1 | -1): number | undefined {
  return direction === 1
    ? marks.find((mark) => mark.atS > atS + 0.05)?.atS
    : marks.findLast((mark) => mark.atS < atS - 0.05)?.atS
}

/** Where the axis bears a time: at most `most` of them, at seconds that people count in. */
export function axisSeconds(lengthS: number, most: number): number[] {
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((each) => lengthS / each <= most) ??
    Math.ceil(lengthS / most / 3600) * 3600
  return Array.from({ length: Math.floor(lengthS / step) + 1 }, (_, index) => index * step)
}

export interface Month {
  /** Visual tokens. */
  tokens: number
  modelHours: number
  /** How much of the time the model was at work, in percent. */
  share: number
}

/** One camera, day and night, going by what was seen here; null when nothing was. */
export function monthOf({ clips }: Pick<Rehearsal, 'clips'>): Month | null {
  const sum = (part: 'tokens' | 'modelMs' | 'mediaS'): number => clips.reduce((all, clip) => all + (clip[part] ?? 0), 0)
  const mediaS = sum('mediaS')
  if (mediaS === 0) return null
  const monthS = 30 * 86_400
  const share = sum('modelMs') / 1000 / mediaS
  return { tokens: (sum('tokens') / mediaS) * monthS, modelHours: (share * monthS) / 3600, share: share * 100 }
}
