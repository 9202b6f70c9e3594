// Pictures waiting for the one model: a few per stream, streams take turns. Pure; drops are handed back to count.
// What does not fit is taken out of the middle, so that a stream that had to wait is seen evenly, not blind for a while.

export interface FrameQueue<T> {
  /** Puts an item behind its stream's others; hands back those it pushed out, when the stream has more than `most`. */
  push(stream: string, item: T, most: number): T[]
  /** Puts an item that was served already back to its place in time. */
  putBack(stream: string, item: T): void
  /** The oldest item of the stream whose turn it is, among those that may be served. */
  next(mayServe?: (stream: string) => boolean): T | undefined
  /** Takes out everything of one stream and forgets it. */
  remove(stream: string): T[]
  size(): number
}

/** `timeOf` is an item's time in its own stream; the newest of a stream is never dropped. */
export function createFrameQueue<T>(timeOf: (item: T) => number): FrameQueue<T> {
  // A Map keeps its order: the stream served goes to the end, so the first one is always the one waiting longest.
  const lines = new Map<string, T[]>()
  const servedAt = new Map<string, number>()
  return {
    push(stream, item, most) {
      const line = lines.get(stream) ?? []
      lines.set(stream, line)
      line.push(item)
      const dropped: T[] = []
      while (line.length > Math.max(1, most))
        dropped.push(...line.splice(leastMissed(line.map(timeOf), servedAt.get(stream)), 1))
      return dropped
    },
    putBack(stream, item) {
      const line = lines.get(stream) ?? []
      lines.set(stream, line)
      const behind = line.findIndex((other) => timeOf(other) > timeOf(item))
      line.splice(behind === -1 ? line.length : behind, 0, item)
    },
    next(mayServe = () => true) {
      for (const [stream, line] of lines) {
        if (!mayServe(stream)) continue
        lines.delete(stream)
        const item = line.shift()
        if (line.length > 0) lines.set(stream, line)
        if (item === undefined) continue
        servedAt.set(stream, timeOf(item))
        return item
      }
      return undefined
    },
    remove(stream) {
      const line = lines.get(stream) ?? []
      lines.delete(stream)
      servedAt.delete(stream)
      return line
    },
    size: () => [...lines.values()].reduce((sum, line) => sum + line.length, 0),
  }
}

/** Which one leaves the smallest hole when it goes; the last one stays. */
function leastMissed(times: readonly number[], before = -Infinity): number {
  let least = 0
  let smallest = Infinity
  for (let index = 0; index < times.length - 1; index++) {
    const hole = times[index + 1]! - (index === 0 ? before : times[index - 1]!)
    if (hole < smallest) [least, smallest] = [index, hole]
  }
  return least
}
