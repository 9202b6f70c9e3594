// What Heed says aloud, in this page: one sound after another, never over itself, nothing stale, nothing while muted.
import { create } from 'zustand'
import { ApiError, api } from './api.ts'
import { onSpoken } from './live.ts'
import { useSession } from './session.ts'

/** So late after its time it is no longer news. */
const staleMs = 8000

interface Sounds {
  /** The event that is heard now. */
  playing: string | null
  /** The browser wants a press on the page before it lets anything be heard. */
  isBlocked: boolean
}
export const useSounds = create<Sounds>()(() => ({ playing: null, isBlocked: false }))

interface Waiting { id: string; url: string; untilMs: number }

/** Plays on `element` until told otherwise. */
export function playSpoken(element: HTMLAudioElement): () => void {
  let queue: Waiting[] = []
  let reading: Promise<void> = Promise.resolve()
  const next = (): void => {
    queue = queue.filter(({ untilMs }) => untilMs > Date.now())
    const first = useSession.getState().isMuted ? undefined : queue.shift()
    if (!first) {
      if (useSession.getState().isMuted) queue = []
      return useSounds.setState({ playing: null })
    }
    useSounds.setState({ playing: first.id })
    element.src = first.url
    element.play().then(() => useSounds.setState({ isBlocked: false }), (error: unknown) => {
      // What cannot be played at all comes as the event `error`.
      if (useSounds.getState().playing !== first.id || !(error instanceof Error && error.name === 'NotAllowedError')) return
      queue.unshift(first)
      useSounds.setState({ isBlocked: true, playing: null })
    })
  }
  const add = async (id: string): Promise<void> => {
    try {
      const { audio, fields, at } = await api.event(id)
      if (!audio) return
      const startsAtMs = Number((fields['audio'] as { startsAtMs?: unknown } | undefined)?.startsAtMs)
      queue.push({ id, url: audio.url, untilMs: (Number.isFinite(startsAtMs) ? startsAtMs : Date.parse(at)) + staleMs })
      if (useSounds.getState().playing === null) next()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }
  const wake = (): void => { if (useSounds.getState().isBlocked) next() }
  const stops = [
    // One read after another keeps the order in which they were said.
    onSpoken((id) => { reading = reading.then(() => add(id)) }),
    useSession.subscribe(({ isMuted }) => {
      if (!isMuted) return
      element.pause()
      queue = []
      useSounds.setState({ playing: null })
    }),
  ]
  element.addEventListener('ended', next)
  element.addEventListener('error', next)
  addEventListener('pointerup', wake)
  addEventListener('keydown', wake)
  return () => {
    for (const stop of stops) stop()
    element.removeEventListener('ended', next)
    element.removeEventListener('error', next)
    removeEventListener('pointerup', wake)
    removeEventListener('keydown', wake)
    element.pause()
    useSounds.setState({ playing: null, isBlocked: false })
  }
}
