// The pictures before and after a moment, to look through.
import { useEffect, useRef } from 'react'
import { say } from '../words/say.ts'
import { exact } from '../words.ts'
import type { FilmPicture } from './use-past.ts'

const nearestOf = (film: readonly FilmPicture[], atMs: number): FilmPicture | undefined =>
  [...film].sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0]

/** Nothing at all where no picture is kept. */
export function Filmstrip({
  film,
  atMs,
  choose,
}: {
  film: readonly FilmPicture[]
  atMs: number
  choose(atMs: number): void
}) {
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
