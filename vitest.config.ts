// Unit tests lie beside their files; what crosses a folder or needs a service lies in test/.
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/support/slowest-first.ts'

export default defineConfig({
  test: {
    include: ['nodes/**/*.test.ts', 'runtime/**/*.test.ts', 'editor/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Only to end what hangs: a slow machine is given its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: 'test/support/global-setup.ts',
    sequence: { sequencer: SlowestFirst },
  },
})
