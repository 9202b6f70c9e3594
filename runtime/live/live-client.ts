// One watcher of the live feed, as lines of Server-Sent Events. A slow one never makes Heed remember without bound:
// its decisions are dropped and counted, of each stream only the newest status waits, and too many facts end the line.

export interface LiveItem {
  seq: number
  /** Facts (events, deliveries) must arrive; a status replaces the one before; a decision may be lost. */
  weight: 'fact' | 'status' | 'decision'
  /** Of a status: the stream. */
  stream: string
  /** The finished lines. */
  text: string
}

export interface LiveSink {
  /** False when the socket is full: no more until `drained`. */
  write(text: string): boolean
  end(): void
}

export interface LiveClient {
  send(item: LiveItem): void
  drained(): void
  /** Called every few seconds: keeps an idle line open and ends one that has been full for too long. */
  beat(nowMs: number): void
  end(): void
  /** How many decisions a slow line has missed so far. */
  dropped(): number
}

const maxWaiting = 1000
const maxFullMs = 60_000

/** States: flowing -> (socket full) waiting -> (drained) flowing; ended from either, for good. */
export function createLiveClient(sink: LiveSink): LiveClient {
  let isFull = false
  let isEnded = false
  let fullSinceMs: number | undefined
  let droppedNow = 0
  let droppedBefore = 0
  // In the order of `seq`: a newer status of a stream takes a new place at the end.
  const waiting = new Map<string, LiveItem>()

  const write = (text: string): void => {
    isFull = !sink.write(text)
  }
  const end = (): void => {
    if (isEnded) return
    isEnded = true
    waiting.clear()
    sink.end()
  }
  const keep = (item: LiveItem): void => {
    if (item.weight === 'decision') {
      droppedNow += 1
      return
    }
    const key = item.weight === 'status' ? `status ${item.stream}` : String(item.seq)
    waiting.delete(key)
    waiting.set(key, item)
    // The watcher comes back by itself and is given the facts it missed.
    if (waiting.size > maxWaiting) end()
  }

  return {
    send: (item) => {
      if (isEnded) return
      if (isFull) keep(item)
      else write(item.text)
    },
    drained: () => {
      if (isEnded) return
      isFull = false
      fullSinceMs = undefined
      if (droppedNow > 0) {
        write(`: ${droppedNow} decisions were dropped because this line was slow\n\n`)
        droppedBefore += droppedNow
        droppedNow = 0
      }
      for (const [key, item] of waiting) {
        if (isFull) return
        waiting.delete(key)
        write(item.text)
      }
    },
    beat: (nowMs) => {
      if (isEnded) return
      if (!isFull) write(': beat\n\n')
      else if (fullSinceMs === undefined) fullSinceMs = nowMs
      else if (nowMs - fullSinceMs > maxFullMs) end()
    },
    end,
    dropped: () => droppedBefore + droppedNow,
  }
}
