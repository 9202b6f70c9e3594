// Something the server knows, read when it is shown and again every few seconds; what was read stays while it cannot be read again.
import { useCallback, useEffect, useRef, useState } from 'react'

export interface Read<T> {
  /** Null until the first answer. */
  found: T | null
  failure: string | null
  again(): void
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `ask` may be another function each time; `everyMs` absent: only when asked to. */
export function useRead<T>(ask: () => Promise<T>, everyMs?: number): Read<T> {
  const [found, setFound] = useState<T | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const asking = useRef(ask)
  asking.current = ask
  const isHere = useRef(true)
  const again = useCallback((): void => {
    asking.current().then(
      (answer) => {
        if (!isHere.current) return
        setFound(answer)
        setFailure(null)
      },
      (error: unknown) => isHere.current && setFailure(wordsOf(error)),
    )
  }, [])
  useEffect(() => {
    isHere.current = true
    again()
    const timer = everyMs === undefined ? undefined : setInterval(again, everyMs)
    return () => {
      isHere.current = false
      clearInterval(timer)
    }
  }, [again, everyMs])
  return { found, failure, again }
}
