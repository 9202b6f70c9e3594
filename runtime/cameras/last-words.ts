// What a decoder writes to its error output: complaints about damaged or missing pictures are counted, everything else is kept,
// bounded, so that hundreds of the first never push out or colour the one line that says why it ended. Pure.

const keptBytes = 8192
const complaint =
  /^\[(?:h264|hevc|vvc|mjpeg|mpeg[124]\w*|h263|vp[89]|av1|lib\w+) @ |^(?:\[\S+ @ \S+\] )?Error while decoding stream|^\[\S+ @ \S+\] Error submitting packet to decoder/
const repeated = /^\s*Last message repeated (\d+) times/

export class LastWords {
  /** Complaints so far. */
  complaints = 0
  #rest = ''
  #kept = ''
  #lastComplaint = ''
  #wasComplaint = false

  push(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-keptBytes)
    for (const line of lines) this.#take(line)
  }

  /** The lines worth reading, oldest first; of the complaints the latest one. */
  get text(): string {
    return [this.#lastComplaint, this.#kept, this.#rest].filter((part) => part !== '').join('\n')
  }

  #take(line: string): void {
    const again = repeated.exec(line)
    if (again) {
      if (this.#wasComplaint) this.complaints += Number(again[1])
      return
    }
    this.#wasComplaint = complaint.test(line)
    if (this.#wasComplaint) {
      this.complaints++
      this.#lastComplaint = line
    } else this.#kept = (this.#kept === '' ? line : `${this.#kept}\n${line}`).slice(-keptBytes)
  }
}
