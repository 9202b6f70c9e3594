// The lanes over a clip's seconds, with a cursor: press or drag to go there, arrow keys by the second, Page keys from mark to mark.
import { memo, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import type { Difference } from '../graph/rehearsal-compare.ts'
import { axisSeconds, lastBefore, nextMark, type CheckWindow, type Lanes, type Mark } from '../graph/rehearsal-lanes.ts'
import { clock, decisionTone, silenceWords } from '../words.ts'
import { differenceWords, laneNames, resultWords, second, wantedWords } from './rehearse-words.ts'
import { say } from '../words/say.ts'

interface AxisProps {
  lanes: Lanes
  lengthS: number
}

const left = (atS: number, lengthS: number): string => `${(Math.min(atS, lengthS) / lengthS) * 100}%`
const span = (fromS: number, toS: number, lengthS: number) => ({
  left: left(fromS, lengthS),
  width: `${(Math.max(0, Math.min(toS, lengthS) - fromS) / lengthS) * 100}%`,
})

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="lane">
      <span className="lane-name">{name}</span>
      <div className="lane-track">{children}</div>
    </div>
  )
}

function Marks({ lengthS, marks }: { lengthS: number; marks: readonly Mark[] }) {
  return marks.map(({ atS, lane, text, to }, index) => (
    <i
      key={index}
      className="lane-mark"
      data-lane={lane}
      data-later={atS > lengthS || undefined}
      style={{ left: left(atS, lengthS) }}
      title={`${second(atS)} ${to === '' ? '' : `${to}: `}${text}`}
    />
  ))
}

function Silence({ lanes, lengthS }: AxisProps) {
  return lanes.silent.map(({ fromS, reason, toS }) => (
    <i
      key={fromS}
      className="lane-silence"
      data-tone={decisionTone({ action: 'silence', reason })}
      data-reason={reason}
      style={span(fromS, toS, lengthS)}
      title={say('{from} to {to}: {why}', {
        from: second(fromS),
        to: second(toS),
        why: silenceWords(reason),
      })}
    >
      {(toS - fromS) / lengthS > 0.22 && <span>{silenceWords(reason)}</span>}
    </i>
  ))
}

function Windows({ lengthS, windows }: { lengthS: number; windows: readonly CheckWindow[] }) {
  return windows.map(({ check, foundS, fromS, result, toS }, index) => (
    <i
      key={index}
      className="lane-window"
      data-result={result}
      style={{
        ...span(fromS, toS, lengthS),
        top: `${(index / windows.length) * 100}%`,
        height: `${100 / windows.length}%`,
      }}
      title={`${wantedWords(check)}. ${resultWords[result]}.`}
    >
      {foundS !== null && foundS <= lengthS && (
        <b style={{ left: `${((foundS - fromS) / Math.max(toS - fromS, 0.001)) * 100}%` }} />
      )}
    </i>
  ))
}

/** All lanes of one rehearsal. Drawn once: the cursor moves above them. */
const LaneGroup = memo(function LaneGroup({ lanes, lengthS, title }: AxisProps & { title: string | null }) {
  const { marks, windows } = lanes
  const of = (lane: Mark['lane']): Mark[] => marks.filter((mark) => mark.lane === lane)
  return (
    <div className="lane-group" data-testid="lane-group">
      {title !== null && <p className="lane-title small quiet">{title}</p>}
      <Row name={laneNames.said}>
        <Marks marks={of('said')} lengthS={lengthS} />
      </Row>
      {of('asked').length > 0 && (
        <Row name={laneNames.asked}>
          <Marks marks={of('asked')} lengthS={lengthS} />
        </Row>
      )}
      <Row name={laneNames.silent}>
        <Silence lanes={lanes} lengthS={lengthS} />
      </Row>
      <Row name={laneNames.sent}>
        <Marks marks={of('sent')} lengthS={lengthS} />
      </Row>
      {windows.length > 0 && (
        <Row name={laneNames.tests}>
          <Windows windows={windows} lengthS={lengthS} />
        </Row>
      )}
    </div>
  )
})

const Differences = memo(function Differences({ all, lengthS }: { all: readonly Difference[]; lengthS: number }) {
  return (
    <Row name={say('Differs')}>
      {all.map((difference, index) => (
        <i
          key={index}
          className="lane-difference"
          data-kind={difference.kind}
          style={{ left: left(difference.atS, lengthS) }}
          title={`${second(difference.atS)} ${differenceWords(difference)}`}
        />
      ))}
    </Row>
  )
})

/** What a screen reader hears at a place of the clip. */
function placeWords({ marks, silent }: Lanes, atS: number): string {
  const mark = lastBefore(marks, atS, 1)
  const why = silent.find(({ fromS, toS }) => atS >= fromS && atS < toS)
  return `${second(atS)}, ${mark?.text ?? (why ? silenceWords(why.reason) : say('Nothing'))}`
}

export interface LaneRowsProps {
  now: Lanes
  before: Lanes | null
  /** Between the two, when there are two. */
  differences: readonly Difference[]
  titles: { now: string; before: string } | null
  atS: number
  onSeek(atS: number): void
}

/** The lanes of one rehearsal, or of two on one axis. */
export function LaneRows({ now, before, differences, titles, atS, onSeek }: LaneRowsProps) {
  const track = useRef<HTMLDivElement>(null)
  const lengthS = Math.max(now.lengthS, before?.lengthS ?? 0)
  const seek = (event: PointerEvent): void => {
    const box = track.current?.getBoundingClientRect()
    if (!box || box.width === 0) return
    onSeek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * lengthS)
  }
  const press = (event: KeyboardEvent): void => {
    const to = {
      ArrowRight: atS + 1,
      ArrowLeft: atS - 1,
      Home: 0,
      End: lengthS,
      PageDown: nextMark(now.marks, atS, 1),
      PageUp: nextMark(now.marks, atS, -1),
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    onSeek(Math.min(lengthS, Math.max(0, to)))
  }
  return (
    <div
      className="lanes"
      data-testid="lanes"
      onPointerDown={(event) => {
        track.current?.focus({ preventScroll: true })
        event.currentTarget.setPointerCapture(event.pointerId)
        seek(event)
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seek(event)}
    >
      {before && titles && <LaneGroup lanes={before} lengthS={lengthS} title={titles.before} />}
      {before && <Differences all={differences} lengthS={lengthS} />}
      <LaneGroup lanes={now} lengthS={lengthS} title={titles?.now ?? null} />
      <div className="lane lane-axis">
        <span className="lane-name" />
        <div className="lane-track nums">
          {axisSeconds(lengthS, 6).map((each) => (
            <span key={each} style={{ left: left(each, lengthS) }} data-last={each / lengthS > 0.95 || undefined}>
              {clock(each)}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={track}
        className="lanes-touch"
        role="slider"
        tabIndex={0}
        aria-label={say('Place in the clip')}
        aria-valuemin={0}
        aria-valuemax={Math.round(lengthS)}
        aria-valuenow={Math.round(atS)}
        aria-valuetext={placeWords(now, atS)}
        data-testid="lanes-touch"
        onKeyDown={press}
      >
        <span className="lanes-cursor" style={{ left: left(atS, lengthS) }} />
      </div>
    </div>
  )
}
