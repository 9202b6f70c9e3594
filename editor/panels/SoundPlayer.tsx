// The one loudspeaker of the page, mounted once: what is said aloud is heard wherever somebody is.
import { useEffect, useRef } from 'react'
import { playSpoken } from '../sounds.ts'

/** Draws nothing. */
export function SoundPlayer() {
  const ref = useRef<HTMLAudioElement>(null)
  useEffect(() => (ref.current ? playSpoken(ref.current) : undefined), [])
  return <audio ref={ref} preload="auto" data-testid="sound-player" hidden />
}
