// Joins what several pipes deliver in the same order: the first of each belong together. Bounded: a pipe that falls
// behind for good is an error, not a leak.

/** Holds at most `limit` of each part, calls `emit` with every complete set. */
export class Zip<Parts extends Record<string, unknown>> {
  readonly #queues: Map<keyof Parts, Parts[keyof Parts][]>
  readonly #limit: number
  readonly #emit: (parts: Parts) => void

  constructor(names: readonly (keyof Parts & string)[], limit: number, emit: (parts: Parts) => void) {
    this.#queues = new Map(names.map((name) => [name, []]))
    this.#limit = limit
    this.#emit = emit
  }

  put<Name extends keyof Parts>(name: Name, value: Parts[Name]): void {
    const queue = this.#queues.get(name)
    if (!queue) throw new Error(`There is no part "${String(name)}".`)
    queue.push(value)
    if (queue.length > this.#limit)
      throw new Error(
        `The decoder's outputs do not belong together: ${queue.length} of "${String(name)}" wait for the others.`,
      )
    const queues = [...this.#queues]
    if (queues.some(([, waiting]) => waiting.length === 0)) return
    this.#emit(Object.fromEntries(queues.map(([part, waiting]) => [part, waiting.shift()])) as Parts)
  }
}
