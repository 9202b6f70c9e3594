// Recorded answers of the real orchestrator. They lie beside the repository on machines that have them; elsewhere the tests
// that need them say so and are skipped.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface TranscriptLine {
  note: string
  request: {
    method: 'GET' | 'POST'
    path: string
    headers: Record<string, string>
    body: { messages?: { role: string; content: string | { type: string; text?: string }[] }[] } | null
  }
  response: { status: number; body: unknown }
}

export const transcripts = ['joyvl-delegation-off', 'joyvl-delegation-stub'] as const

const folder = fileURLToPath(new URL('../../../shared/transcripts/', import.meta.url))

/** False where the recordings are not; says why once. */
export const hasTranscripts = existsSync(folder)
if (!hasTranscripts)
  console.info('Skipped: there are no recorded transcripts beside this repository (../shared/transcripts).')

/** The recording's lines, in order. */
export function readTranscript(name: (typeof transcripts)[number]): TranscriptLine[] {
  return readFileSync(`${folder}${name}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TranscriptLine)
}

/** Instruction texts and number of frames of a recorded tick. */
export function partsOf(line: TranscriptLine): { texts: string[]; images: number } {
  const parts = (line.request.body?.messages ?? []).flatMap((message) =>
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content,
  )
  return {
    texts: parts.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])),
    images: parts.filter((part) => part.type === 'image_url').length,
  }
}
