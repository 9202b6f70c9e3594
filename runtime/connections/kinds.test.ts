// The kinds that come with Heed lie where they are found. What each must be: test/conformance/kinds.test.ts.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadConnectionKinds } from './kinds.ts'

it('is one file of its own name for each', async () => {
  const files = readdirSync(path.join(import.meta.dirname, 'kinds')).map((name) => name.replace(/\.ts$/, ''))
  expect([...(await loadConnectionKinds()).keys()].sort()).toEqual(files.sort())
})
