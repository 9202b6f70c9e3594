// How the interaction servers keep a session: standing instruction, clock, chunks, repeats turned into silence. Written from
// their published behaviour and recorded answers, apart from Heed's own client and parser.

export interface OrchestratorOptions {
  /** What the model behind it prints for a frame; throws for a dead model server. */
  model(frame: { session: string; index: number; instruction: string; images: number; atS: number }): string
  chunkFrames?: number
  /** Who keeps the clock: `july` counts frames, `newer` takes the client's time and says `turn_index`; webinfer does too, without dedup. */
  server?: 'july' | 'newer' | 'webinfer'
  /** `stub`: the server answers delegations by itself, two ticks later; `failing`: it tries and tells its trouble. */
  delegation?: 'off' | 'stub' | 'failing'
  /** The picture that comes with a digest. */
  media?: string
}

export interface OrchestratorTurn {
  texts: string[]
  images: number
  /** The client's time: `frame_time_ranges` or its relatives. */
  ranges?: string[]
}

interface Delegation {
  task_id: string
  question: string
  readyAt: number
}

const timeLine = /^\s*<\s*(\d+(?:\.\d+)?)\s*seconds\s*>\s*$/

export class OrchestratorSession {
  instruction = ''
  persona = 'default'
  frameIndex = 0
  /** Requests so far. */
  turnIndex = 0
  readonly #options: OrchestratorOptions
  readonly #name: string
  #previous = ''
  #tasks = 0
  #pending: Delegation[] = []
  /** The second at which each unit of a chunk stood: a frame (july) or a request. */
  readonly #units: number[] = []

  constructor(name: string, options: OrchestratorOptions) {
    this.#name = name
    this.#options = options
  }

  get #server(): NonNullable<OrchestratorOptions['server']> {
    return this.#options.server ?? 'july'
  }

  /** One tick; throws what the model throws, after the frame was counted. */
  tick({ texts, images, ranges = [] }: OrchestratorTurn): Record<string, unknown> {
    const lines = texts.join('\n').split('\n')
    const ownTime = lines.map((line) => timeLine.exec(line)?.[1]).find((time) => time !== undefined)
    const told =
      this.#server === 'newer'
        ? lines.filter((line) => !timeLine.test(line) && line.trim() !== '').join('\n')
        : texts.join('\n')
    if (told !== '') this.instruction = told
    this.count(images, ranges[0] === undefined ? ownTime : /\d+(?:\.\d+)?/.exec(ranges[0])?.[0])
    if (this.instruction === '') return this.#block({ action: 'silence', text: '', skipped: true })
    const raw = this.#options.model({
      session: this.#name,
      index: this.frameIndex,
      instruction: this.instruction,
      images,
      atS: this.#units.at(-1) ?? 0,
    })
    const said = readRaw(raw)
    const isRepeat =
      this.#server !== 'webinfer' && said.action === 'response' && said.text !== '' && said.text === this.#previous
    // Only a true silence clears it: a repeat that was turned into one does not.
    this.#previous = said.action === 'response' ? said.text : ''
    if (isRepeat) return this.#block({ action: 'silence', text: '' })
    return this.#block(said)
  }

  /** Frames that came in, whatever becomes of them. */
  count(images: number, time?: string): void {
    this.turnIndex++
    const first = this.frameIndex
    this.frameIndex += images
    if (this.#server === 'july') for (let frame = first; frame < this.frameIndex; frame++) this.#units.push(frame)
    else this.#units.push(time === undefined ? first : Number(time))
  }

  #block(said: { action: string; text: string; question?: string; skipped?: boolean }): Record<string, unknown> {
    const chunk = this.#options.chunkFrames ?? 100
    return {
      action: said.action,
      spoke: said.action !== 'silence',
      text: said.text,
      delegated_question: said.question ?? null,
      delegation: this.#delegation(said.question),
      chunk_index: Math.ceil(this.#units.length / chunk),
      frame_index: this.frameIndex,
      ...(this.#server === 'newer' ? { turn_index: this.turnIndex } : {}),
      inference_skipped: said.skipped ?? false,
      latency_ms: said.skipped ? 0 : 2.9,
      memory: this.#memory(chunk),
    }
  }

  /** A closed chunk is summarized; at every fifth the five become a block of long-term memory, of which the newest 15 stay. */
  #memory(chunk: number): Record<string, unknown> {
    const closed = Math.max(0, Math.ceil((this.#units.length - 1) / chunk) - 1)
    const range = (first: number, last: number): string =>
      `${(this.#units[first * chunk] ?? 0).toFixed(1)} seconds-${(this.#units[(last + 1) * chunk - 1] ?? 0).toFixed(1)} seconds`
    const blocks = Array.from(
      { length: Math.floor(closed / 5) },
      (_unused, block) =>
        `<${range(block * 5, block * 5 + 4)}>\nSummary of chunks ${block * 5 + 1} to ${block * 5 + 5}.`,
    )
    const summaries = Array.from({ length: closed % 5 }, (_unused, index) => {
      const number = closed - (closed % 5) + index
      return {
        chunk_index: number + 1,
        frame_range: range(number, number),
        summary_text: `Summary of chunk ${number + 1}.`,
      }
    })
    return { long_term_memory: blocks.slice(-15).join('\n'), mid_term_summaries: summaries }
  }

  /** One block a tick: `submitted` hides what is ready at the same tick, and of several that are ready only the last is told. */
  #delegation(question: string | undefined): Record<string, unknown> | null {
    const { delegation = 'off', media } = this.#options
    if (delegation === 'off') return null
    const ready = this.#pending.filter(({ readyAt }) => this.frameIndex >= readyAt)
    this.#pending = this.#pending.filter(({ readyAt }) => this.frameIndex < readyAt)
    if (question !== undefined) {
      const task_id = `deleg-${++this.#tasks}`
      this.#pending.push({ task_id, question, readyAt: this.frameIndex + 2 })
      return { task_id, status: 'submitted', question }
    }
    const last = ready.at(-1)
    if (!last) return null
    const { task_id, question: asked } = last
    if (delegation === 'failing')
      return { task_id, status: 'error', question: asked, digest: 'The brain behind it refused the connection.' }
    return {
      task_id,
      status: 'ready',
      question: asked,
      digest: `(background result for: ${asked}) — stub digest; wire a real brain here.`,
      ...(media === undefined ? {} : { media }),
    }
  }
}

/** The token form an orchestrator sends for a block. */
export function contentFor(block: Record<string, unknown>): string {
  if (block.action === 'silence') return '</silence>'
  const question = block.delegated_question === null ? '' : ` </delegation> ${String(block.delegated_question)}`
  return `</response> ${String(block.text)}${question}`.trim()
}

function readRaw(raw: string): { action: string; text: string; question?: string } {
  const text = raw.trim()
  if (text === '' || text.startsWith('</silence>')) return { action: 'silence', text: '' }
  const said = text.replace('</response>', '').trim()
  const [note = '', question] = said.split(/<\/?delegation>/)
  if (question !== undefined) return { action: 'delegate', text: note.trim(), question: question.trim() }
  return { action: 'response', text: said.split('\n')[0]?.trim() ?? '' }
}
