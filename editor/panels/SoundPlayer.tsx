// The one loudspeaker of the page, mounted once: what is said aloud is heard wherever somebody is. Says in words what the
// browser holds back, and what came too late to be said.
import { useEffect, useRef } from 'react'
import { playSpoken, useSounds } from '../sounds.ts'
import { say } from '../words/say.ts'

/** Draws nothing while all is well. */
export function SoundPlayer() {
  const ref = useRef<HTMLAudioElement>(null)
  const { isBlocked, dropped } = useSounds()
  useEffect(() => (ref.current ? playSpoken(ref.current) : undefined), [])
  return (
    <>
      <audio ref={ref} data-testid="sound-player" hidden />
      <div role="status" className="sound-note" data-testid="sound-note">
        {isBlocked && (
          <div className="notice" data-tone="warn">
            {say('Something was said. Press anywhere on this page so that the browser lets it be heard.')}
          </div>
        )}
        {dropped && (
          <div className="notice" data-tone="warn">
            {say('Not said aloud, because it came too late: {text}', { text: dropped.text })}
          </div>
        )}
      </div>
    </>
  )
}
