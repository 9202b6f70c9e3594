// Approved hosts over HTTP: only for who is signed in.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

let bench: ApiBench
beforeEach(async () => { bench = await startApi(memoryApi()) })
afterEach(() => bench.stop())

it('hosts are approved, listed and taken back', async () => {
  expect((await bench.call('GET', '/api/approved-hosts')).body).toEqual({ byHand: [], named: [] })
  const added = await bench.call('POST', '/api/approved-hosts', { body: { host: 'nas.local:8080' } })
  expect([added.status, added.body]).toEqual([201, { byHand: ['nas.local:8080'], named: [] }])
  expect((await bench.call('DELETE', `/api/approved-hosts/${encodeURIComponent('nas.local:8080')}`)).status).toBe(204)
  expect((await bench.call('GET', '/api/approved-hosts')).body).toEqual({ byHand: [], named: [] })
})

it('a body without a host is refused', async () => {
  expect((await bench.call('POST', '/api/approved-hosts', { body: {} })).status).toBe(400)
})
