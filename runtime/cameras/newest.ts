// The hand-over between a camera that does not wait and a consumer that may: keeps the newest few, drops and counts the rest.

/** Push from one side, iterate on the other. After `end` what is left is still handed out, then the end or its error. */
export class Newest<T> implements AsyncIterable<T> {
  dropped = 0
  readonly #limit: number
  #items: T[] = []
  #end: { error: Error | undefined } | undefined
  #wake: (() => void) | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  push(item: T): void {
    if (this.#end) return
    this.#items.push(item)
    while (this.#items.length > this.#limit) {
      this.#items.shift()
      this.dropped++
    }
    this.#wake?.()
  }

  /** The first call counts. */
  end(error?: Error): void {
    this.#end ??= { error }
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) yield item
      else if (this.#end) break
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = undefined
      }
    }
    if (this.#end?.error) throw this.#end.error
  }
}
