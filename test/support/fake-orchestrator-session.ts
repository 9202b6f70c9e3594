// How the vLLM-Omni interaction orchestrator keeps a session: standing instruction, frame clock, chunks, repeats turned into
// silence. Written from its published behaviour and recorded answers, apart from Heed's own client and parser.

export interface OrchestratorOptions {
  /** What the model behind it prints for a frame; throws for a dead model server. */
  model(frame: { session: string; index: number; instruction: string; images: number }): string
  chunkFrames?: number
  /** `stub`: the server answers delegations by itself, two ticks later. */
  delegation?: 'off' | 'stub'
}

interface Delegation {
  task_id: string
  status: string
  question: string
  digest?: string
  readyAt: number
}

export class OrchestratorSession {
  instruction = ''
  persona = 'default'
  frameIndex = 0
  readonly #options: OrchestratorOptions
  readonly #name: string
  #previous = ''
  #tasks = 0
  #pending: Delegation | null = null

  constructor(name: string, options: OrchestratorOptions) {
    this.#name = name
    this.#options = options
  }

  /** One tick; throws what the model throws, after the frame was counted. */
  tick(texts: string[], images: number): Record<string, unknown> {
    if (texts.length > 0) this.instruction = texts.join('\n')
    this.frameIndex += images
    if (this.instruction === '') return this.#block({ action: 'silence', text: '', skipped: true })
    const raw = this.#options.model({
      session: this.#name,
      index: this.frameIndex,
      instruction: this.instruction,
      images,
    })
    const said = readRaw(raw)
    const isRepeat = said.action === 'response' && said.text !== '' && said.text === this.#previous
    this.#previous = said.action === 'response' ? said.text : ''
    if (isRepeat) return this.#block({ action: 'silence', text: '' })
    return this.#block(said)
  }

  #block(said: { action: string; text: string; question?: string; skipped?: boolean }): Record<string, unknown> {
    const chunk = this.#options.chunkFrames ?? 100
    const summaries = Array.from(
      { length: Math.max(0, Math.ceil((this.frameIndex - 1) / chunk) - 1) },
      (_unused, index) => ({
        chunk_index: index + 1,
        frame_range: `${index * chunk}.0 seconds-${(index + 1) * chunk - 1}.0 seconds`,
        summary_text: `Summary of chunk ${index + 1}.`,
      }),
    )
    return {
      action: said.action,
      spoke: said.action !== 'silence',
      text: said.text,
      delegated_question: said.question ?? null,
      delegation: this.#delegation(said.question),
      chunk_index: Math.ceil(this.frameIndex / chunk),
      frame_index: this.frameIndex,
      inference_skipped: said.skipped ?? false,
      latency_ms: said.skipped ? 0 : 2.9,
      memory: { long_term_memory: '', mid_term_summaries: summaries },
    }
  }

  #delegation(question: string | undefined): Record<string, unknown> | null {
    if (this.#options.delegation !== 'stub') return null
    if (question !== undefined) {
      this.#pending = { task_id: `deleg-${++this.#tasks}`, status: 'submitted', question, readyAt: this.frameIndex + 2 }
      const { task_id, status } = this.#pending
      return { task_id, status, question }
    }
    if (!this.#pending || this.frameIndex < this.#pending.readyAt) return null
    const { task_id, question: asked } = this.#pending
    this.#pending = null
    return {
      task_id,
      status: 'ready',
      question: asked,
      digest: `(background result for: ${asked}) — stub digest; wire a real brain here.`,
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
