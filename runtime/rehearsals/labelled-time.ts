// What people taught a flow, second by second: its judged events and its tests as time-aligned samples that a model can learn from. The
// format is in runtime/LABELLED-TIME.md. Pure; no secret and no picture is in a sample.
import type { Decision, DecisionAction } from '../../nodes/contract/events.ts'

/** One second of a clip; `null`: nobody has said what would be right there. */
export interface LabelledSecond {
  t: number
  action: DecisionAction | null
  text?: string
  question?: string
}

export interface LabelledSample {
  format: 'heed.labelled-time/1'
  video_name: string
  video_path: string
  task_type: 'proactive'
  source: 'heed'
  /** What the model was told, and when; times are seconds of the clip, written as strings. */
  question: { content: string; time: string }[]
  response: { content: string; time: string }[]
  seconds: LabelledSecond[]
  /** How sure a person was, 0 to 1. */
  weight: number
  label: {
    of: 'event' | 'test'
    id: string | null
    verdict: 'right' | 'wrong' | null
    flow: string
    revision: number
    /** The wall time of second 0; null for a clip that was uploaded. */
    startAt: string | null
    /** What a person would have to add: a test may say when something is to be said, and not in which words. */
    lacks: 'text'[]
  }
}

export interface Said {
  atS: number
  action: 'response' | 'delegate'
  text: string
  question?: string | undefined
}

export interface SampleFacts {
  clip: string
  seconds: number
  instruction: string
  /** What is right to be said. */
  said: readonly Said[]
  /** Seconds at which something was said that nobody has judged. */
  unjudged: readonly number[]
  weight: number
  label: Omit<LabelledSample['label'], 'lacks'>
}

/** As the token form has it. */
const contentOf = ({ action, question, text }: Said): string =>
  action === 'response' ? text : `${text} </delegation> ${question ?? ''}`.trim()

export function sampleOf({ clip, instruction, label, said, seconds, unjudged, weight }: SampleFacts): LabelledSample {
  const last = Math.max(0, Math.floor(seconds))
  const inside = said
    .map((each) => ({ ...each, atS: Math.min(last, Math.max(0, Math.floor(each.atS))) }))
    .sort((a, b) => a.atS - b.atS)
  const open = new Set(unjudged.map((second) => Math.floor(second)))
  return {
    format: 'heed.labelled-time/1',
    video_name: clip.split('/').at(-1) ?? clip,
    video_path: clip,
    task_type: 'proactive',
    source: 'heed',
    question: instruction === '' ? [] : [{ content: instruction, time: '0' }],
    response: inside
      .filter(({ text }) => text !== '')
      .map((each) => ({ content: contentOf(each), time: String(each.atS) })),
    seconds: Array.from({ length: last + 1 }, (_, t): LabelledSecond => {
      const here = inside.find(({ atS }) => atS === t)
      if (here)
        return {
          t,
          action: here.action,
          ...(here.text === '' ? {} : { text: here.text }),
          ...(here.question === undefined ? {} : { question: here.question }),
        }
      return { t, action: open.has(t) ? null : 'silence' }
    }),
    weight,
    label: { ...label, lacks: inside.some(({ text }) => text === '') ? ['text'] : [] },
  }
}

export interface RatedEvent {
  id: string
  kind: string
  text: string
  /** The clip's second. */
  atS: number
  verdict: 'right' | 'wrong' | null
}

/** How far a model's decision and the event that was made of it may lie apart. */
const sameS = 1.5

/** What of a stretch's decisions was right, and which nobody has judged. `events`: all judged ones that lie in it. */
export function labelSeconds(
  events: readonly RatedEvent[],
  decisions: readonly (Pick<Decision, 'action' | 'text' | 'question'> & { atS: number })[],
): Pick<SampleFacts, 'said' | 'unjudged'> {
  const said: Said[] = []
  for (const { atS, kind, text, verdict } of events) {
    if (verdict !== 'right') continue
    const decision = decisions.find((each) => each.action !== 'silence' && Math.abs(each.atS - atS) <= sameS)
    const action = kind === 'delegation.made' ? 'delegate' : 'response'
    said.push({ atS, action, text, ...(decision?.question === undefined ? {} : { question: decision.question }) })
  }
  const unjudged = decisions
    .filter(({ action, atS }) => action !== 'silence' && !events.some((each) => Math.abs(each.atS - atS) <= sameS))
    .map(({ atS }) => atS)
  return { said, unjudged }
}
