// Documents made to be slow or to break the look at a flow before it is taken in: each kind is answered in words, and costs little.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { bodyOf, hostileDocuments } from '../support/hostile-documents.ts'
import { memoryApi } from '../support/memory-api.ts'

let bench: ApiBench
beforeAll(async () => {
  const nodes = await loadCatalogue()
  bench = await startApi({ ...memoryApi(), nodes })
})
afterAll(() => bench.stop())

it.each(Object.entries(hostileDocuments))('%s', async (_kind, document) => {
  const before = process.cpuUsage()
  const answer = await bench.call<{ error?: { message: string } }>('POST', '/api/flows/import/look', {
    body: bodyOf(document),
  })
  const { user, system } = process.cpuUsage(before)
  expect(answer.status).toBeLessThan(500)
  if (answer.status !== 200) expect(answer.body.error?.message).toMatch(/^.{10,}\.$/s)
  // A machine that does much else counts double and more; what was slow once took seconds.
  expect((user + system) / 1000).toBeLessThan(1500)
})
