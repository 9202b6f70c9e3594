import { describe, expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { sessionBench } from '../../test/support/session-bench.ts'

const stopped = new StoppedError()

describe('session', () => {
  it('ticks once a second and asks the model once per tick', async () => {
    const bench = sessionBench({ latencyMs: 40 })
    const session = bench.start()
    await bench.clock.advance(10_100)
    expect(bench.model.ticks.map((request) => request.tick)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    session.abort(stopped)
    await bench.clock.advance(6000)
    expect(await session.ended).toEqual({ state: 'stopped', reason: null })
    expect(bench.clock.waiting()).toBe(0)
  })
})
