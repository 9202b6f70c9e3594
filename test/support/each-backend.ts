// One suite over both backends of the queue at the same time: what it waits for is the queue's own seconds, which neither takes from
// the other. Must not be used for what measures milliseconds, or shares anything between backends.
import { describe } from 'vitest'
import { backends, type BackendName } from './queue.ts'

/** `%s` in the title is the backend. Tests of one backend run one after the other, hooks belong to their backend. */
export function eachBackend(title: string, suite: (name: BackendName) => void): void {
  describe.concurrent.each(backends)('%s', (name) => {
    describe.sequential(title.replace('%s', name), () => suite(name))
  })
}
