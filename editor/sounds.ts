// What Heed says aloud, in this page: joins the live feed, the rules of the queue and the loudspeaker. Says what it drops.
import { create } from 'zustand'
import { createSoundQueue } from './graph/sound-queue.ts'
import { onSpeech } from './live.ts'
import { createLoudspeaker } from './loudspeaker.ts'
import { serverNowMs } from './server-clock.ts'
import { useSignIn } from './sign-in.ts'

interface Sounds {
  /** The sound that is heard now. */
  playing: string | null
  /** The browser wants a press on the page before it lets anything be heard. */
  isBlocked: boolean
  /** What came too late to be said, for a while. */
  dropped: { text: string; key: number } | null
}
const nothing: Sounds = { playing: null, isBlocked: false, dropped: null }
export const useSounds = create<Sounds>()(() => nothing)

const droppedShownMs = 15_000
let key = 0

function showDropped(text: string): () => void {
  const mine = ++key
  useSounds.setState({ dropped: { text, key: mine } })
  const timer = setTimeout(() => {
    if (useSounds.getState().dropped?.key === mine) useSounds.setState({ dropped: null })
  }, droppedShownMs)
  return () => clearTimeout(timer)
}

/** Plays on `element` until told otherwise. */
export function playSpoken(element: HTMLAudioElement): () => void {
  const speaker = createLoudspeaker(element)
  let forget = (): void => undefined
  const drop = (text: string): void => {
    forget()
    forget = showDropped(text)
  }
  const queue = createSoundQueue({
    play: (url, signal) => speaker.play(url, signal),
    nowMs: () => serverNowMs(),
    isMuted: () => useSignIn.getState().isMuted,
    onChange: (state) => useSounds.setState(state),
    onDrop: ({ text }) => drop(text),
  })
  const stops = [
    onSpeech({ begins: (saying) => queue.add(saying), dropped: drop }),
    useSignIn.subscribe(({ isMuted }) => {
      if (isMuted) queue.silence()
    }),
  ]
  const wake = (): void => queue.wake()
  addEventListener('pointerup', wake)
  addEventListener('keydown', wake)
  return () => {
    for (const stop of stops) stop()
    removeEventListener('pointerup', wake)
    removeEventListener('keydown', wake)
    forget()
    queue.silence()
    speaker.close()
    useSounds.setState(nothing)
  }
}
