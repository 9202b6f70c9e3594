// The newest picture of a stream, asked for once a second and only while it can be seen. Old pictures say how old they are.
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { pictures } from '../api.ts'
import { rememberPicture } from './seen-pictures.ts'
import { Ago } from '../panels/Ago.tsx'
import { say } from '../words/say.ts'

const everyMs = 1000
/** A camera that has just come must not stay blank for long. */
const slowestMs = 4000

function useVisible(): [React.RefObject<HTMLDivElement | null>, boolean] {
  const ref = useRef<HTMLDivElement | null>(null)
  const [isVisible, setVisible] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setVisible(entries.some((entry) => entry.isIntersecting)))
    if (ref.current) observer.observe(ref.current)
    return () => observer.disconnect()
  }, [])
  return [ref, isVisible]
}

/** `isOld` once the next ones have not come; `at` is when this one did, by this browser's clock. */
interface Newest {
  source: string
  at: string
  isOld: boolean
}

/** Asks for pictures one after another, never two at once; slower while none come. */
function useNewest(streamId: string, isWanted: boolean, keeps: boolean): Newest | null {
  const [newest, setNewest] = useState<Newest | null>(null)
  useEffect(() => {
    if (!isWanted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let misses = 0
    let isHere = true
    const ask = (): void => {
      if (document.visibilityState === 'hidden') return again(everyMs)
      const picture = new Image()
      picture.onload = () => {
        misses = 0
        if (keeps) rememberPicture(streamId, picture)
        if (isHere) setNewest({ source: picture.src, at: new Date().toISOString(), isOld: false })
        again(everyMs)
      }
      picture.onerror = () => {
        // One that is late is not one that is old.
        if (isHere && ++misses > 1) setNewest((now) => now && { ...now, isOld: true })
        again(Math.min(slowestMs, everyMs * 2 ** misses))
      }
      picture.src = pictures.stream(streamId, Date.now())
    }
    const again = (ms: number): void => {
      if (isHere) timer = setTimeout(ask, ms)
    }
    ask()
    return () => {
      isHere = false
      clearTimeout(timer)
    }
  }, [streamId, isWanted, keeps])
  return newest
}

/** `isOn` while the stream gives pictures; otherwise the words stand in its place. */
export function StreamPicture({
  streamId,
  isOn,
  alt,
  words,
  past,
  children,
}: {
  streamId: string
  isOn: boolean
  alt: string
  words: string
  /** A picture seen before, to look at instead; false for the newest, null where none of that moment was seen. Where it is given, they are kept. */
  past?: string | null | false
  /** What lies on the picture. */
  children?: ReactNode
}) {
  const [ref, isVisible] = useVisible()
  const newest = useNewest(streamId, isOn && isVisible, past !== undefined)
  return (
    <div ref={ref} className="picture" data-testid={`picture-${streamId}`}>
      {past !== undefined && past !== false ? (
        past === null ? (
          <span className="quiet small">{say('No picture of that second was seen here.')}</span>
        ) : (
          <img src={past} alt={say('What the model saw then')} draggable={false} />
        )
      ) : newest && isOn ? (
        <img src={newest.source} alt={alt} draggable={false} />
      ) : (
        <span className="quiet small">{words}</span>
      )}
      {children}
      {newest?.isOld && isOn && !past && (
        <span className="picture-age small" role="status">
          {say('Last picture')} <Ago at={newest.at} />
        </span>
      )}
    </div>
  )
}
