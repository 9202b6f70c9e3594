// The rules of the page's voice: one sound after another, in the order in which they were said, nothing stale, nothing while
// muted, nothing lost to a browser that wants a press first. Knows no loudspeaker and no clock of its own.

/** Something that can be heard from now on. */
export interface Saying {
  url: string
  text: string
  startsAtMs: number
  latestStartMs: number
}

/** The browser lets nothing be heard before somebody has pressed anywhere on the page. */
export class SoundBlockedError extends Error {}

export interface SoundQueueDeps {
  /** Resolves when it was heard to its end; rejects with SoundBlockedError, or with anything when it cannot be played on. */
  play(url: string, signal: AbortSignal): Promise<void>
  nowMs(): number
  isMuted(): boolean
  /** After each change. */
  onChange(state: { playing: string | null; isBlocked: boolean }): void
  /** It came too late for this page, and is not said. */
  onDrop(saying: Saying): void
}

export interface SoundQueue {
  add(saying: Saying): void
  /** Somebody has pressed: what is still fresh is said now. */
  wake(): void
  /** Silence, at once; what waited is forgotten. */
  silence(): void
}

/** The way to the page takes a moment, too: what the server let begin may begin a second later here. */
const graceMs = 1000

function endOfUse({ startsAtMs, latestStartMs }: Saying): number {
  return Math.max(latestStartMs, startsAtMs + graceMs)
}

/** States: idle -> playing -> idle; playing -> blocked (put back) -> playing by `wake`; `silence` leads to idle from anywhere. */
export function createSoundQueue({ play, nowMs, isMuted, onChange, onDrop }: SoundQueueDeps): SoundQueue {
  let waiting: Saying[] = []
  let current: { saying: Saying; control: AbortController } | null = null
  let isBlocked = false

  const tell = (): void => onChange({ playing: current?.saying.url ?? null, isBlocked })
  const dropStale = (): void => {
    const stale = waiting.filter((saying) => endOfUse(saying) < nowMs())
    waiting = waiting.filter((saying) => !stale.includes(saying))
    stale.forEach(onDrop)
  }
  const next = (): void => {
    dropStale()
    const saying = waiting.shift()
    current = saying ? { saying, control: new AbortController() } : null
    tell()
    if (current) void begin(current)
  }
  const begin = async (mine: NonNullable<typeof current>): Promise<void> => {
    try {
      await play(mine.saying.url, mine.control.signal)
    } catch (error) {
      if (current === mine && error instanceof SoundBlockedError) {
        waiting.unshift(mine.saying)
        current = null
        isBlocked = true
        return tell()
      }
    }
    if (current !== mine) return
    isBlocked = false
    next()
  }

  return {
    add: (saying) => {
      if (isMuted()) return
      // Said anew after it broke off: the same place, another try.
      waiting = waiting.filter(({ url }) => url !== saying.url)
      const place = waiting.findIndex(({ startsAtMs }) => startsAtMs > saying.startsAtMs)
      waiting.splice(place < 0 ? waiting.length : place, 0, saying)
      if (isBlocked) dropStale()
      else if (!current) next()
    },
    wake: () => {
      if (!isBlocked) return
      isBlocked = false
      next()
    },
    silence: () => {
      waiting = []
      isBlocked = false
      const stopped = current
      current = null
      stopped?.control.abort()
      tell()
    },
  }
}
