// A screen on a wall: the page fills it, keeps it awake, and its controls step back while nobody moves.
import { useEffect, useState, type RefObject } from 'react'

const idleMs = 4000

export interface Wall {
  canFill: boolean
  isFull: boolean
  isIdle: boolean
  toggle(): void
}

function useIdle(isWatched: boolean): boolean {
  const [isIdle, setIdle] = useState(false)
  useEffect(() => {
    if (!isWatched) return setIdle(false)
    let timer = setTimeout(() => setIdle(true), idleMs)
    const stir = (): void => {
      setIdle(false)
      clearTimeout(timer)
      timer = setTimeout(() => setIdle(true), idleMs)
    }
    const kinds = ['pointermove', 'pointerdown', 'keydown'] as const
    for (const kind of kinds) addEventListener(kind, stir)
    return () => {
      clearTimeout(timer)
      for (const kind of kinds) removeEventListener(kind, stir)
    }
  }, [isWatched])
  return isIdle
}

/** Not every browser may; one that may not simply dims as usual. */
function useAwake(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted || !('wakeLock' in navigator)) return
    const asked = navigator.wakeLock.request('screen').catch(() => null)
    return () => void asked.then((lock) => lock?.release())
  }, [isWanted])
}

/** For the element that is to fill the screen. */
export function useWall(ref: RefObject<HTMLElement | null>): Wall {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const changed = (): void =>
      setFull(document.fullscreenElement !== null && document.fullscreenElement === ref.current)
    document.addEventListener('fullscreenchange', changed)
    return () => document.removeEventListener('fullscreenchange', changed)
  }, [ref])
  useAwake(isFull)
  return {
    canFill: document.fullscreenEnabled,
    isFull,
    isIdle: useIdle(isFull),
    toggle: () => void (isFull ? document.exitFullscreen() : ref.current?.requestFullscreen())?.catch(() => undefined),
  }
}
