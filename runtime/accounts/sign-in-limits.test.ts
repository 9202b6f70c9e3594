import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { createSignInLimits } from './sign-in-limits.ts'

function setup() {
  const clock = fakeClock()
  const limits = createSignInLimits(clock.nowMs)
  const tryTimes = (address: string, times: number) => {
    for (let n = 0; n < times; n++) limits.tried(address)
  }
  return { clock, limits, tryTimes }
}

describe('sign-in limits', () => {
  it('make one address wait after ten tries, and only that one', async () => {
    const { clock, limits, tryTimes } = setup()
    tryTimes('10.0.0.1', 9)
    expect(limits.waitMs('10.0.0.1')).toBe(0)
    tryTimes('10.0.0.1', 1)
    await clock.advance(60_000)
    expect(limits.waitMs('10.0.0.1')).toBe(14 * 60_000)
    expect(limits.waitMs('10.0.0.2')).toBe(0)
    await clock.advance(14 * 60_000)
    expect(limits.waitMs('10.0.0.1')).toBe(0)
  })

  it('forget the tries of who signs in', () => {
    const { limits, tryTimes } = setup()
    tryTimes('10.0.0.1', 9)
    limits.succeeded('10.0.0.1')
    tryTimes('10.0.0.1', 9)
    expect(limits.waitMs('10.0.0.1')).toBe(0)
  })

  it('count a whole IPv6 network as one address', () => {
    const { limits, tryTimes } = setup()
    tryTimes('2001:db8:1:2::1', 5)
    tryTimes('2001:db8:1:2:ffff:0:0:9', 5)
    expect(limits.waitMs('2001:db8:1:2:3::')).toBeGreaterThan(0)
    expect(limits.waitMs('2001:db8:1:3::1')).toBe(0)
    expect(limits.waitMs('::1')).toBe(0)
  })

  it('pause everybody when many addresses guess, twice as long each time, 30 s at most', async () => {
    const { clock, limits } = setup()
    for (let n = 0; n < 50; n++) limits.tried(`10.0.1.${n}`)
    expect(limits.waitMs('10.0.2.1')).toBe(0)
    const pauses = []
    for (let n = 0; n < 7; n++) {
      limits.tried(`10.0.3.${n}`)
      pauses.push(limits.waitMs('10.0.2.1'))
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    await clock.advance(15 * 60_000)
    limits.tried('10.0.4.1')
    expect(limits.waitMs('10.0.2.1')).toBe(0)
  })
})
