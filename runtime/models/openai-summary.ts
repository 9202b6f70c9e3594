// Sums up what a plain vision server has seen, chunk by chunk, so that days fit into a few lines. One request at a time, beside
// the ticks and never in their way; a summary that fails is tried again with the next chunk.
import type { ModelMemory } from '../../nodes/contract/capabilities.ts'
import { pictureParts, pictureTokens, textTokens, type Seen } from './openai-prompt.ts'

/** As many ticks as the interaction servers put into one. */
const chunkTicks = 100
/** So many summaries stand side by side before they are pressed into the long-term memory. */
const mostSummaries = 5
/** While nobody answers they may wait, but not for ever. */
const mostWaiting = 10
const keptPictures = 4
const keptNotes = 30
const longest = { summary: 600, longTerm: 1500 }

export interface SummaryOptions {
  /** One question to the model that sums up; gives its words, throws when there are none. */
  ask(content: unknown[]): Promise<string>
  /** Tokens for one such request. */
  budget(): number
  imageFactor(): number
  onTrouble(error: unknown): void
}

export class Summarizer {
  readonly #options: SummaryOptions
  #ticks = 0
  #fromS: number | null = null
  #toS = 0
  #pictures: Seen[] = []
  #notes: string[] = []
  #running: Promise<void> | null = null
  longTerm: string
  midTerm: ModelMemory['midTerm']

  constructor(memory: ModelMemory | undefined, options: SummaryOptions) {
    this.#options = options
    this.longTerm = memory?.longTerm ?? ''
    this.midTerm = memory?.midTerm ?? []
  }

  /** One more tick; begins a summary when the chunk is full. */
  tick(seen: Seen, ticks: number, said: string): void {
    this.#fromS ??= seen.atS
    this.#toS = seen.atS
    // Pictures spread over the chunk, the first of each quarter.
    if (
      Math.floor(this.#ticks / (chunkTicks / keptPictures)) >= this.#pictures.length &&
      this.#pictures.length < keptPictures
    )
      this.#pictures.push(seen)
    this.#ticks += ticks
    if (said !== '') this.#notes = [...this.#notes, `${seen.atS.toFixed(1)} s: ${said.slice(0, 300)}`].slice(-keptNotes)
    if (this.#ticks >= chunkTicks && !this.#running)
      this.#running = this.#sumUp().finally(() => {
        this.#running = null
      })
  }

  /** Ends when no summary is on its way. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #sumUp(): Promise<void> {
    const chunk = { fromS: this.#fromS ?? 0, toS: this.#toS, pictures: this.#pictures, notes: this.#notes }
    this.#ticks = 0
    this.#fromS = null
    this.#pictures = []
    this.#notes = []
    try {
      const text = await this.#askFor(
        `These pictures and notes are from ${chunk.fromS.toFixed(1)} s to ${chunk.toS.toFixed(1)} s of a camera's stream. Sum up in at most three plain sentences who and what was there and what happened. No preamble.`,
        chunk.notes,
        chunk.pictures,
      )
      const range = `${chunk.fromS.toFixed(1)}s-${chunk.toS.toFixed(1)}s`
      this.midTerm = [...this.midTerm, { range, text: text.slice(0, longest.summary) }].slice(-mostWaiting)
    } catch (error) {
      // What was said is kept for the next try; its pictures are old by then.
      this.#notes = [...chunk.notes, ...this.#notes].slice(-keptNotes)
      this.#fromS = chunk.fromS
      this.#options.onTrouble(error)
      return
    }
    if (this.midTerm.length > mostSummaries)
      await this.#press().catch((error: unknown) => this.#options.onTrouble(error))
  }

  async #press(): Promise<void> {
    const pressed = this.midTerm.slice(0, mostSummaries)
    const lines = [this.longTerm, ...pressed.map(({ range, text }) => `${range}: ${text}`)].filter(
      (text) => text !== '',
    )
    const text = await this.#askFor(
      "These are summaries of a camera's stream, oldest first. Press them into one short text that keeps what matters in the long run: people, habits, places, incidents with their times. No preamble.",
      lines,
      [],
    )
    this.longTerm = text.slice(0, longest.longTerm)
    this.midTerm = this.midTerm.slice(pressed.length)
  }

  async #askFor(task: string, lines: string[], pictures: Seen[]): Promise<string> {
    let left = this.#options.budget() - textTokens(task) - 40
    const kept = lines.filter((text) => {
      left -= textTokens(text) + 1
      return left > 0
    })
    const shown = pictures.filter(({ picture }) => {
      left -= pictureTokens(picture, this.#options.imageFactor())
      return left > 0
    })
    const text = (
      await this.#options.ask([...shown.flatMap(pictureParts), { type: 'text', text: [...kept, task].join('\n') }])
    ).trim()
    if (text === '') throw new Error('The summary was empty.')
    return text
  }
}
