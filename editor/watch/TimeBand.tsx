// The timeline one can touch: lanes of what was said and why not, what happened above them, and a moment to drag through. Draws and tells
// which moment a person wants; reads nothing itself.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react'
import { groupMarks, pathOf, stepAt, type LaneId, type Lanes } from '../graph/time-lanes.ts'
import { eventKindWords, exact, silenceWords } from '../words.ts'
import { locale, say } from '../words/say.ts'
import './band.css'

export const laneWords: Record<LaneId, string> = {
  response: say('Spoke'),
  delegate: say('Asked'),
  answer: say('Answered'),
  silence: say('Quiet'),
  held: say('Held back'),
  trouble: say('In trouble'),
}
const pad = 100

export interface Chosen {
  atMs: number | null
  choose(atMs: number): void
}

/** "14:03:05", with the day where the span is longer than one. */
function momentWords(ms: number, { fromMs, toMs }: Lanes): string {
  const isLong = toMs - fromMs > 86_400_000
  return new Date(ms).toLocaleString(locale(), {
    ...(isLong ? { weekday: 'short', day: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...(toMs - fromMs <= 6 * 3_600_000 ? { second: '2-digit' } : {}),
  })
}

function tipWords(lanes: Lanes, ms: number): string {
  const mark = lanes.marks.find((each) => Math.abs(Date.parse(each.at) - ms) <= lanes.stepMs)
  if (mark) return mark.text || eventKindWords(mark.kind)
  const step = stepAt(lanes, ms)
  if (!step) return say('Nothing is known of it')
  return step.lane === 'silence' || step.lane === 'held' || step.lane === 'trouble'
    ? silenceWords(step.reason ?? 'model')
    : laneWords[step.lane]
}

const toneOf = (mark: Lanes['marks'][number]): string =>
  mark.alert ? (mark.isSeen ? 'seen' : 'alert') : mark.kind === 'answer.received' ? 'answer' : 'quiet'

/** As wide as a mark with its number. */
const markPx = 44

const markWords = (mark: Lanes['marks'][number]): string =>
  `${exact(mark.at)} · ${mark.text || eventKindWords(mark.kind)}`

/** How wide it is drawn, kept up to date. */
function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const watching = new ResizeObserver(() => setWidth(element.clientWidth))
    watching.observe(element)
    return () => watching.disconnect()
  }, [ref])
  return widthPx
}

/** Alerts, answers and cameras come and gone, each a press away; those that would cover each other are one, with their number. */
function Marks({ lanes, choose }: { lanes: Lanes; choose(atMs: number): void }) {
  const ref = useRef<HTMLDivElement | null>(null)
  const widthPx = useWidth(ref)
  const width = lanes.toMs - lanes.fromMs
  return (
    <div className="band-marks" ref={ref}>
      {groupMarks(lanes.marks, widthPx === 0 ? 0 : (markPx / widthPx) * width).map(({ lead, all }) => (
        <button
          key={lead.id}
          type="button"
          tabIndex={-1}
          className="band-mark"
          data-tone={toneOf(lead)}
          data-side={Date.parse(lead.at) - lanes.fromMs > width * 0.96 ? 'left' : undefined}
          style={{ left: `${((Date.parse(lead.at) - lanes.fromMs) / width) * pad}%` }}
          title={all.map(markWords).join('\n')}
          aria-label={
            all.length === 1
              ? markWords(lead)
              : say('{words}, and {n} more', { words: markWords(lead), n: all.length - 1 })
          }
          onClick={() => choose(Date.parse(lead.at))}
          data-testid="band-mark"
        >
          {all.length > 1 && <span className="band-mark-count nums">{all.length > 99 ? '99+' : all.length}</span>}
        </button>
      ))}
    </div>
  )
}

function useDrag(lanes: Lanes, choose: (atMs: number) => void) {
  const ref = useRef<HTMLDivElement | null>(null)
  const [tipMs, setTip] = useState<number | null>(null)
  const msAt = (event: PointerEvent): number => {
    const box = ref.current?.getBoundingClientRect()
    if (!box || box.width === 0) return lanes.toMs
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    return Math.round((lanes.fromMs + share * (lanes.toMs - lanes.fromMs)) / 1000) * 1000
  }
  return {
    ref,
    tipMs,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        choose(msAt(event))
      },
      onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
        const ms = msAt(event)
        setTip(ms)
        if (event.buttons > 0) choose(ms)
      },
      onPointerLeave: () => setTip(null),
    },
  }
}

function Axis({ lanes }: { lanes: Lanes }) {
  const places = [0, 0.25, 0.5, 0.75, 1]
  return (
    <div className="band-axis nums" aria-hidden>
      {places.map((place) => (
        <span key={place}>{momentWords(lanes.fromMs + place * (lanes.toMs - lanes.fromMs), lanes)}</span>
      ))}
    </div>
  )
}

const stepsBy: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }

/** Where a key leads from a moment; null for one that is not of a slider. */
function keyedTo({ fromMs, toMs, stepMs }: Lanes, atMs: number, key: string): number | null {
  if (key === 'Home') return fromMs
  if (key === 'End') return toMs
  const steps = stepsBy[key]
  return steps === undefined ? null : Math.min(toMs, Math.max(fromMs, atMs + steps * Math.max(1000, stepMs)))
}

/** `label` says whose timeline it is. */
export function TimeBand({ lanes, atMs, choose, label }: { lanes: Lanes; label: string } & Chosen) {
  const { ref, tipMs, handlers } = useDrag(lanes, choose)
  const width = lanes.toMs - lanes.fromMs
  const shownMs = atMs ?? lanes.toMs
  const left = (ms: number): string => `${Math.min(1, Math.max(0, (ms - lanes.fromMs) / width)) * pad}%`
  const press = (event: KeyboardEvent): void => {
    const to = keyedTo(lanes, shownMs, event.key)
    if (to === null) return
    event.preventDefault()
    choose(to)
  }
  return (
    <div className="band" data-testid="band">
      <div className="band-names small quiet" aria-hidden>
        {lanes.lanes.map(({ id }) => (
          <span key={id}>{laneWords[id]}</span>
        ))}
      </div>
      <div className="band-field">
        <Marks lanes={lanes} choose={choose} />
        <div
          ref={ref}
          className="band-lanes"
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-valuemin={lanes.fromMs}
          aria-valuemax={lanes.toMs}
          aria-valuenow={shownMs}
          aria-valuetext={`${exact(new Date(shownMs).toISOString())}: ${tipWords(lanes, shownMs)}`}
          onKeyDown={press}
          {...handlers}
          data-testid="band-lanes"
        >
          {lanes.lanes.map((lane) => (
            <svg
              key={lane.id}
              className="band-lane"
              data-lane={lane.id}
              viewBox="0 0 1000 1"
              preserveAspectRatio="none"
              aria-hidden
            >
              <path d={pathOf(lane)} />
            </svg>
          ))}
          {lanes.lanes.length === 0 && <p className="small quiet">{say('Nothing was decided in this time.')}</p>}
          <i className="band-cursor" data-now={atMs === null || undefined} style={{ left: left(shownMs) }} />
          {tipMs !== null && (
            <span
              className="band-tip small"
              style={{ left: left(tipMs) }}
              data-side={tipMs - lanes.fromMs > width / 2 ? 'left' : 'right'}
            >
              <strong className="nums">{momentWords(tipMs, lanes)}</strong> {tipWords(lanes, tipMs)}
            </span>
          )}
        </div>
        <Axis lanes={lanes} />
      </div>
    </div>
  )
}
