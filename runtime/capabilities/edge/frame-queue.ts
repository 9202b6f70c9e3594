// Pictures waiting for the one model: a few per stream, newest wins, streams take turns. Pure; drops are handed back to count.

export interface FrameQueue<T> {
  /** Puts an item behind its stream's others; returns the one it pushed out, when the stream's share was full. */
  push(stream: string, item: T): T | undefined
  /** The oldest item of the stream whose turn it is. */
  next(): T | undefined
  /** Takes out everything of one stream. */
  remove(stream: string): T[]
  size(): number
}

export function createFrameQueue<T>(perStream: number): FrameQueue<T> {
  // A Map keeps its order: the stream served goes to the end, so the first one is always the one waiting longest.
  const lines = new Map<string, T[]>()
  return {
    push(stream, item) {
      const line = lines.get(stream) ?? []
      lines.set(stream, line)
      line.push(item)
      return line.length > perStream ? line.shift() : undefined
    },
    next() {
      for (const [stream, line] of lines) {
        lines.delete(stream)
        const item = line.shift()
        if (line.length > 0) lines.set(stream, line)
        if (item !== undefined) return item
      }
      return undefined
    },
    remove(stream) {
      const line = lines.get(stream) ?? []
      lines.delete(stream)
      return line
    },
    size: () => [...lines.values()].reduce((sum, line) => sum + line.length, 0),
  }
}
