// Approved hosts over HTTP: only for who is signed in.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string }
}

let bench: ApiBench
beforeEach(async () => {
  bench = await startApi(memoryApi())
})
afterEach(() => bench.stop())

it('hosts are approved, listed and taken back', async () => {
  expect((await bench.call('GET', '/api/approved-hosts')).body).toEqual({ byHand: [], named: [] })
  const added = await bench.call('POST', '/api/approved-hosts', { body: { host: 'nas.local:8080' } })
  expect([added.status, added.body]).toEqual([201, { byHand: ['nas.local:8080'], named: [] }])
  expect((await bench.call('DELETE', `/api/approved-hosts/${encodeURIComponent('nas.local:8080')}`)).status).toBe(204)
  expect((await bench.call('GET', '/api/approved-hosts')).body).toEqual({ byHand: [], named: [] })
})

it.each([
  '169.254.169.254',
  '169.254.169.254:80',
  '0xa9fea9fe',
  '[fe80::1]:8080',
  '::ffff:169.254.169.254',
  'Metadata.Google.Internal',
  'metadata',
  '0.0.0.0',
])('%s is refused, for it can never be reached', async (host) => {
  const refused = await bench.call<Refusal>('POST', '/api/approved-hosts', { body: { host } })
  expect([refused.status, refused.body.error.code]).toEqual([400, 'APPROVED_HOST_REFUSED'])
  expect((await bench.call('GET', '/api/approved-hosts')).body).toEqual({ byHand: [], named: [] })
})

it('a body without a host is refused', async () => {
  expect((await bench.call('POST', '/api/approved-hosts', { body: {} })).status).toBe(400)
})
