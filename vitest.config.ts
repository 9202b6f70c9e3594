// Unit tests lie beside their files; what crosses a folder or needs a service lies in test/.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/support/slowest-first.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const units = ['nodes/**/*.test.ts', 'runtime/**/*.test.ts', 'editor/**/*.test.{ts,tsx}']
/** `npm run check-nodes`: folders of packages from outside, and the suites that every node type and kind has to pass. */
const checked = (process.env['HEED_CHECK_NODES'] ?? '').split(',').filter((folder) => folder !== '')
const suites = ['test/conformance/nodes.test.ts', 'test/conformance/kinds.test.ts']
const ofPackages = [...suites, ...checked.map((folder) => `${folder}/**/*.test.ts`)]

export default defineConfig({
  // As runtime/packages/import-hooks.ts does where Node itself loads a package.
  resolve: {
    alias: { 'heed/contract': here('nodes/contract/index.ts'), 'heed/testing': here('test/support/test-node.ts') },
  },
  test: {
    include: checked.length > 0 ? ofPackages : [...units, 'test/**/*.test.ts'],
    pool: 'forks',
    // Loading what they test is most of what tests cost, so the files share what is loaded: none of them may leave a mark on it.
    isolate: false,
    maxWorkers: 2,
    // Only to end what hangs: a slow machine is given its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    globalSetup: 'test/support/global-setup.ts',
    sequence: { sequencer: SlowestFirst },
  },
})
