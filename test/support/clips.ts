// The labelled clips, where this machine has them. They are never part of the product.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

const folder = fileURLToPath(new URL('../../../shared/media', import.meta.url))

export interface ClipLabel {
  file: string
  kind: string
  duration_s: number
  events: { type: string; start_s: number; end_s: number; text: string }[]
}

export const clipsFolder = folder
export const hasClips = existsSync(join(folder, 'labels.json'))

/** Every clip with its labels; empty where there are none. */
export function readClips(): ClipLabel[] {
  return hasClips ? (JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as ClipLabel[]) : []
}

/** A suite that needs the clips: runs where they are, and says why where it does not. */
export function describeWithClips(name: string, body: () => void): void {
  if (!hasClips) process.stdout.write(`Skipping "${name}": there are no labelled clips beside the project.\n`)
  describe.skipIf(!hasClips)(`${name} (needs the media clips)`, body)
}
