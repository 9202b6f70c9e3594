import { describe, expect, it } from 'vitest'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { createReporter, isAway, answerOf } from './trouble.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })

describe('trouble with the backend', () => {
  it('tells a backend that is away from a fault', () => {
    const shuttingDown = Object.assign(new Error('terminating connection due to administrator command'), {
      code: '57P01',
    })
    const wrongTable = Object.assign(new Error('relation "job" does not exist'), { code: '42P01' })
    expect(
      [refused, shuttingDown, new Error('Connection terminated unexpectedly'), new Error('Query read timeout')].map(
        isAway,
      ),
    ).toEqual([true, true, true, true])
    expect([wrongTable, new TypeError('x is undefined'), 'a string'].map(isAway)).toEqual([false, false, false])
  })

  it('says the same thing once in five seconds and counts the rest', () => {
    const clock = { now: 0, nowMs: () => clock.now }
    const lines: Record<string, unknown>[] = []
    const log: Log = {
      info: () => undefined,
      warn: (fields) => lines.push(fields),
      error: (fields) => lines.push(fields),
    }
    const report = createReporter(log, clock, { queue: 'streams' })
    for (let count = 0; count < 100; count++) report(refused)
    clock.now = 5_000
    report(refused)
    expect(lines).toEqual([
      { queue: 'streams', error: refused.message },
      { queue: 'streams', alike: 99, error: refused.message },
    ])
  })

  it('waits for an answer no longer than agreed, and leaves no timer behind', async () => {
    const clock = fakeClock()
    expect(await answerOf(Promise.resolve('here'), 1_000, clock, 'The queue')).toBe('here')
    const never = answerOf(new Promise(() => undefined), 1_000, clock, 'The queue')
    const refusal = expect(never).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringContaining('no answer within 1000 ms') as string,
    })
    await clock.advance(1_000)
    await refusal
    expect(clock.waiting()).toBe(0)
  })
})
