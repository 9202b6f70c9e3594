// One clip: the video with the words on it, the lanes beside it, and line by line what would have happened. Each leads to the others.
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { differencesOf, type Difference } from '../graph/rehearsal-compare.ts'
import { lanesOf, lastBefore, type Lanes, type Mark } from '../graph/rehearsal-lanes.ts'
import type { RehearsedClip } from '../views.ts'
import { silenceWords } from '../words.ts'
import { LaneRows } from './LaneRows.tsx'
import { differenceWords, fileName, laneNames, second } from './rehearse-words.ts'
import { say } from '../words/say.ts'

const captionS = 4
const mostLines = 200

interface Player {
  video: RefObject<HTMLVideoElement | null>
  atS: number
  lengthS: number
  isUnplayable: boolean
  seek(atS: number): void
  props: {
    onLoadedMetadata(): void
    onTimeUpdate(): void
    onError(): void
  }
}

/** Where the video is, many times a second while it plays; a clip that the browser cannot play has a place too. */
function usePlayer(): Player {
  const video = useRef<HTMLVideoElement>(null)
  const [atS, setAt] = useState(0)
  const [lengthS, setLength] = useState(0)
  const [isUnplayable, setUnplayable] = useState(false)
  const read = useCallback(() => setAt(video.current?.currentTime ?? 0), [])
  useEffect(() => {
    let frame = 0
    const step = (): void => {
      if (video.current && !video.current.paused) read()
      frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
    return () => cancelAnimationFrame(frame)
  }, [read])
  const seek = useCallback((to: number) => {
    setAt(to)
    if (video.current && video.current.readyState > 0) video.current.currentTime = to
  }, [])
  const props = {
    onLoadedMetadata: () => setLength(video.current?.duration ?? 0),
    onTimeUpdate: () => {
      // A place that was asked for before the video was there stays until it moves by itself.
      if (video.current && video.current.readyState > 1) read()
    },
    onError: () => setUnplayable(true),
  }
  return { video, atS, lengthS, isUnplayable, seek, props }
}

function Video({ clip, lanes, player }: { clip: string; lanes: Lanes; player: Player }) {
  const { atS, isUnplayable } = player
  const words = lastBefore(
    lanes.marks.filter(({ lane }) => lane !== 'sent'),
    atS,
    captionS,
  )
  const why = lanes.silent.find(({ fromS, toS }) => atS >= fromS && atS < toS)
  return (
    <div className="rehearse-video">
      <div className="rehearse-picture">
        {isUnplayable ? (
          <p className="small quiet">
            {say('This browser cannot play this kind of clip. The lanes tell the seconds all the same.')}
          </p>
        ) : (
          <video
            ref={player.video}
            src={`/api/media/clip?path=${encodeURIComponent(clip)}`}
            controls
            muted
            playsInline
            preload="metadata"
            aria-label={fileName(clip)}
            data-testid="rehearse-video"
            {...player.props}
          />
        )}
        {words && (
          <p className="rehearse-caption" data-lane={words.lane} data-testid="rehearse-caption">
            {words.lane === 'asked'
              ? say('Asks an agent: {text}', { text: words.text })
              : words.text || say('Spoke without words')}
          </p>
        )}
      </div>
      <p className="small quiet nums" data-testid="rehearse-place">
        {second(atS)} · {why ? silenceWords(why.reason) : words ? say('Speaks') : say('Not looked at')}
      </p>
    </div>
  )
}

function Line({ mark, isNow, onSeek, endS }: { mark: Mark; isNow: boolean; onSeek(atS: number): void; endS: number }) {
  const { answer, atS, lane, text, to } = mark
  return (
    <li data-lane={lane} data-now={isNow || undefined} data-testid={lane === 'sent' ? 'rehearsed-message' : undefined}>
      <button type="button" onClick={() => onSeek(Math.min(atS, endS))}>
        <span className="nums quiet">{second(atS)}</span>
        <span>
          <span className="line-what">{to === '' ? laneNames[lane] : say('Would send by {to}', { to })}</span>{' '}
          {text || say('without words')}
          {answer !== '' && <span className="quiet"> {say('Answer: {answer}', { answer })}</span>}
          {atS > endS && (
            <span className="quiet">
              {' '}
              {say('({second} after the end of the clip)', { second: second(atS - endS) })}
            </span>
          )}
        </span>
      </button>
    </li>
  )
}

function Lines({ lanes, atS, onSeek }: { lanes: Lanes; atS: number; onSeek(atS: number): void }) {
  const { lengthS, marks } = lanes
  const now = lastBefore(marks, atS, captionS)
  if (marks.length === 0) return <p className="quiet">{say('It would have said nothing and sent nothing here.')}</p>
  return (
    <ol className="rehearse-lines" aria-label={say('What would have happened')}>
      {marks.slice(0, mostLines).map((mark, index) => (
        <Line key={index} mark={mark} isNow={mark === now} onSeek={onSeek} endS={lengthS} />
      ))}
      {marks.length > mostLines && (
        <li className="quiet">{say('And {count} more, in the lanes above.', { count: marks.length - mostLines })}</li>
      )}
    </ol>
  )
}

function DifferenceLines({ all, onSeek }: { all: readonly Difference[]; onSeek(atS: number): void }) {
  if (all.length === 0) return <p className="quiet">{say('Both do the same on this clip.')}</p>
  return (
    <ol className="rehearse-lines" aria-label={say('Differences')} data-testid="rehearse-differences">
      {all.slice(0, mostLines).map((difference, index) => (
        <li key={index} data-kind={difference.kind}>
          <button type="button" onClick={() => onSeek(difference.atS)}>
            <span className="nums quiet">{second(difference.atS)}</span>
            <span>{differenceWords(difference)}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}

/** `before`: the same clip in the rehearsal it is compared with. */
export function ClipStage({
  clip,
  before,
  titles,
}: {
  clip: RehearsedClip
  before: RehearsedClip | null
  titles: { now: string; before: string } | null
}) {
  const player = usePlayer()
  const { atS, lengthS, seek } = player
  const lanes = useMemo(() => lanesOf(clip, lengthS), [clip, lengthS])
  const old = useMemo(() => before && lanesOf(before, lengthS), [before, lengthS])
  const differences = useMemo(() => (old ? differencesOf(old, lanes) : []), [old, lanes])
  return (
    <section className="rehearse-clip" aria-label={fileName(clip.clip)} data-testid="rehearsed-clip">
      {clip.trouble && (
        <div className="notice" data-tone="bad" role="alert">
          {clip.trouble}
        </div>
      )}
      <div className="rehearse-stage">
        <Video clip={clip.clip} lanes={lanes} player={player} />
        <LaneRows now={lanes} before={old} differences={differences} titles={titles} atS={atS} onSeek={seek} />
      </div>
      {old && (
        <>
          <h3 className="group-title">{say('What differs')}</h3>
          <DifferenceLines all={differences} onSeek={seek} />
        </>
      )}
      <h3 className="group-title">{old ? say('What would have happened now') : say('What would have happened')}</h3>
      <Lines lanes={lanes} atS={atS} onSeek={seek} />
    </section>
  )
}
