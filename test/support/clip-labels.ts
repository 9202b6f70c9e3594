// The labelled clips, where this machine has them. They are never part of the product.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ClipLabel {
  file: string
  kind: string
  duration_s: number
  events: { type: string; start_s: number; end_s: number; text: string }[]
}

export const clipsFolder = fileURLToPath(new URL('../../../shared/media', import.meta.url))
export const hasClips = existsSync(join(clipsFolder, 'labels.json'))

/** Every clip with its labels; empty where there are none. */
export function readClips(): ClipLabel[] {
  return hasClips ? (JSON.parse(readFileSync(join(clipsFolder, 'labels.json'), 'utf8')) as ClipLabel[]) : []
}
