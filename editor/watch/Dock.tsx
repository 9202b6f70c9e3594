// Below the picture: how far back one looks, the lanes, what happened before and after, and the pictures around a moment.
import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { markBeside, spans, type SpanS } from '../graph/time-lanes.ts'
import { say } from '../words/say.ts'
import { ReadFailure } from '../panels/Page.tsx'
import { TimeBand } from './TimeBand.tsx'
import type { FilmPicture, Timed } from './use-past.ts'
import { useEffect, useRef } from 'react'
import { exact } from '../words.ts'

const spanWords: Record<SpanS, string> = {
  60: say('1 min'),
  600: say('10 min'),
  3600: say('1 h'),
  21_600: say('6 h'),
  86_400: say('1 day'),
  604_800: say('1 week'),
}

/** How much time the lanes show, and the way to what happened before and after. */
export function SpanTools({
  spanS,
  setSpan,
  timed,
  atMs,
  choose,
}: {
  spanS: SpanS
  setSpan(spanS: SpanS): void
  timed: Timed
  atMs: number | null
  choose(atMs: number | null): void
}) {
  const marks = timed.lanes?.marks ?? []
  const here = atMs ?? timed.lanes?.toMs ?? 0
  const before = markBeside(marks, here, 'before')
  const after = atMs === null ? null : markBeside(marks, here, 'after')
  return (
    <div className="span-tools">
      <SegmentedControl
        size="xs"
        aria-label={say('How much time')}
        data={spans.map((each) => ({ value: String(each), label: spanWords[each] }))}
        value={String(spanS)}
        onChange={(value) => setSpan(spans.find((each) => each === Number(value)) ?? 3600)}
        data-testid="span"
      />
      <div className="row">
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={say('What happened before')}
          title={say('What happened before')}
          disabled={!before}
          onClick={() => before && choose(Date.parse(before.at))}
          data-testid="mark-before"
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={say('What happened after')}
          title={say('What happened after')}
          disabled={!after}
          onClick={() => after && choose(Date.parse(after.at))}
          data-testid="mark-after"
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        {atMs !== null && (
          <Button size="xs" variant="default" onClick={() => choose(null)} data-testid="back-to-now">
            {say('Back to now')}
          </Button>
        )}
      </div>
    </div>
  )
}

/** Lanes and film, with their states: being read, unreadable, older than what is shown. */
export function Dock({
  timed,
  atMs,
  film,
  choose,
  label,
}: {
  timed: Timed
  atMs: number | null
  film: readonly FilmPicture[]
  choose(atMs: number): void
  label: string
}) {
  const { lanes, hasMore, failure } = timed
  return (
    <>
      <ReadFailure words={failure} hasOld={lanes !== null} />
      {lanes ? (
        <TimeBand lanes={lanes} atMs={atMs} choose={choose} label={label} />
      ) : (
        !failure && <div className="skeleton" style={{ height: 96 }} role="status" aria-label={say('Reading')} />
      )}
      {hasMore && (
        <p className="small quiet">
          {say('More happened in this time than can be marked; the newest is. Look at less time to see all of it.')}
        </p>
      )}
      {atMs !== null && <Filmstrip film={film} atMs={atMs} choose={choose} />}
    </>
  )
}

const nearestOf = (film: readonly FilmPicture[], atMs: number): FilmPicture | undefined =>
  [...film].sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0]

/** Nothing at all where no picture is kept. */
function Filmstrip({ film, atMs, choose }: { film: readonly FilmPicture[]; atMs: number; choose(atMs: number): void }) {
  const shown = nearestOf(film, atMs)
  const ref = useRef<HTMLButtonElement | null>(null)
  useEffect(() => {
    // Newer browsers give a promise back here, which must not be taken for a way to end the effect.
    void ref.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [shown?.atMs])
  if (film.length === 0) return null
  return (
    <ol className="film" aria-label={say('Before and after')} data-testid="film">
      {film.map((picture) => {
        const isShown = picture === shown
        const seconds = Math.round((picture.atMs - atMs) / 1000)
        return (
          <li key={`${picture.url}`}>
            <button
              type="button"
              ref={isShown ? ref : null}
              className="film-picture"
              aria-current={isShown || undefined}
              data-event={picture.isEvent || undefined}
              title={exact(new Date(picture.atMs).toISOString())}
              onClick={() => choose(picture.atMs)}
            >
              <img
                src={picture.url}
                alt={exact(new Date(picture.atMs).toISOString())}
                loading="lazy"
                draggable={false}
              />
              <span className="nums">{say('{n} s', { n: seconds > 0 ? `+${seconds}` : seconds })}</span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
