// Whether Heed can do its job: all of it for who is known, yes or no for strangers.
import { afterEach, describe, expect, it } from 'vitest'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

let bench: ApiBench | undefined
afterEach(async () => {
  await bench?.stop()
  bench = undefined
})

describe('health', () => {
  interface Health {
    status: string
    version: string
    checks: Record<string, { ok: boolean; detail?: string }>
  }

  it('is ok when everything is', async () => {
    bench = await startApi(memoryApi())
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.status, answer.body.version]).toEqual([200, 'ok', '0.0.0-test'])
    expect(answer.body.checks).toMatchObject({
      database: { ok: true, backend: 'embedded' },
      queue: { ok: true, backend: 'postgres' },
      streams: { ok: true, wanted: 0 },
      spill: { ok: true, waiting: 0 },
    })
  })

  it('is degraded while decided alerts wait on disk, with the reason', async () => {
    const detail = '3 decisions wait on disk until the database takes them.'
    bench = await startApi(memoryApi({ spill: () => ({ ok: false, waiting: 3, bytes: 4096, detail }) }))
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.status, answer.body.checks['spill']]).toEqual([
      200,
      'degraded',
      { ok: false, waiting: 3, bytes: 4096, detail },
    ])
  })

  it('is degraded while somebody cannot be told, but works', async () => {
    const deps = memoryApi()
    deps.deployments.receiversInTrouble = async () => 2
    bench = await startApi(deps)
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.status, answer.body.checks['receivers']]).toEqual([
      200,
      'degraded',
      { ok: false, inTrouble: 2, detail: '2 cards cannot reach whom they tell; each says why.' },
    ])
  })

  it('tells strangers whether it works and nothing else', async () => {
    const deps = memoryApi()
    bench = await startApi(deps)
    const known = bench
    const ask = () => known.call('GET', '/api/health', { as: 'none' })
    expect([(await ask()).status, (await ask()).body]).toEqual([200, { status: 'ok' }])
    deps.deployments.counts = async () => ({ wanted: 2, running: 1, degraded: 1 })
    expect([(await ask()).status, (await ask()).body]).toEqual([200, { status: 'degraded' }])
    deps.pingDatabase = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.9:5432'))
    expect([(await ask()).status, (await ask()).body]).toEqual([503, { status: 'degraded' }])
  })

  it('still tells an owner whom it met what is wrong when the database can name nobody', async () => {
    const deps = memoryApi()
    const headers = { cookie: `heed_session=${'a'.repeat(43)}` }
    deps.accounts.touchSignIn = async () => true
    bench = await startApi(deps)
    const ask = () => known.call<Partial<Health>>('GET', '/api/health', { as: 'none', headers })
    const known = bench
    expect((await ask()).body.version).toBe('0.0.0-test')
    deps.accounts.touchSignIn = () => Promise.reject(new Error('connect ECONNREFUSED'))
    deps.pingDatabase = () => Promise.reject(new Error('connect ECONNREFUSED'))
    expect((await ask()).body.checks?.database?.ok).toBe(false)
    deps.accounts.touchSignIn = async () => false
    expect((await ask()).body).toEqual({ status: 'degraded' })
  })

  it('is degraded while a stream is, but works', async () => {
    const deps = memoryApi()
    deps.deployments.counts = async () => ({ wanted: 2, running: 1, degraded: 1 })
    bench = await startApi(deps)
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.status, answer.body.checks.streams]).toEqual([
      200,
      'degraded',
      { ok: false, wanted: 2, running: 1, degraded: 1 },
    ])
  })

  it('is 503 when the database or the queue is away, and names no address', async () => {
    const deps = memoryApi()
    deps.pingDatabase = async () => {
      throw new Error('connect ECONNREFUSED 10.0.0.9:5432')
    }
    bench = await startApi(deps)
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.status, answer.body.checks.database?.ok]).toEqual([503, 'degraded', false])
    expect(answer.bytes.toString()).not.toContain('10.0.0.9')
    deps.pingDatabase = async () => ({ latencyMs: 1, version: '18', backend: 'external' })
    deps.streams.isHealthy = async () => ({
      ok: false,
      backend: 'redis',
      waiting: 0,
      active: 0,
      detail: 'Redis does not answer.',
    })
    expect((await bench.call('GET', '/api/health')).status).toBe(503)
    deps.pingDatabase = async () => ({ latencyMs: 1, version: '18', backend: 'external', trouble: 'It is full.' })
    const full = await bench.call<Health>('GET', '/api/health')
    expect(full.body.checks.database).toMatchObject({ ok: false, detail: 'It is full.' })
  })

  it('answers within about a second when something hangs', async () => {
    const deps = memoryApi()
    deps.pingDatabase = () => new Promise(() => {})
    deps.streams.isHealthy = () => new Promise(() => {})
    bench = await startApi(deps)
    const startMs = performance.now()
    const answer = await bench.call<Health>('GET', '/api/health')
    expect([answer.status, answer.body.checks.database?.detail, answer.body.checks.streams?.ok]).toEqual([
      503,
      'The database does not answer within 1 s.',
      true,
    ])
    expect(performance.now() - startMs).toBeLessThan(3000)
  })
})
