// How the card of a camera says what is kept of it for rehearsals. Pure.
import type { KeptPictures } from '../../nodes/contract/recording.ts'
import { say } from '../words/say.ts'
import { bytes } from '../words.ts'

/** What is kept of a camera for rehearsals; null where nothing is. */
export function keptWords(kept: KeptPictures | undefined): string | null {
  if (!kept) return null
  if (kept.trouble !== null) return kept.trouble
  const hours = Math.round(kept.forMs / 360_000) / 10
  const size = bytes(kept.bytes)
  if (hours < 1)
    return say('Keeps the last {n} minutes for rehearsal, {size}', { n: Math.round(kept.forMs / 60_000), size })
  if (hours === 1) return say('Keeps the last hour for rehearsal, {size}', { size })
  return say('Keeps the last {n} hours for rehearsal, {size}', { n: hours, size })
}
