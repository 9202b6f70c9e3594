// Suites that measure on the labelled clips: they run where the clips are and say why where they are not.
import { describe } from 'vitest'
import { hasClips } from './clip-labels.ts'

export { clipsFolder, hasClips, readClips, type ClipLabel } from './clip-labels.ts'

/** The suite's full name tells the runner that absent data excuses a skip. */
export function describeWithClips(name: string, body: () => void): void {
  if (!hasClips) process.stdout.write(`Skipping "${name}": there are no labelled clips beside the project.\n`)
  describe.skipIf(!hasClips)(`${name} (needs the media clips)`, body)
}
