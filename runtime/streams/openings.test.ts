import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { Openings } from './openings.ts'

const never = new AbortController().signal

describe('openings', () => {
  it('let so many in at a time, in order, the next when one has its picture', async () => {
    const clock = fakeClock()
    const openings = new Openings(clock, 2)
    const inside: number[] = []
    const leaves = [1, 2, 3, 4].map(async (n) => {
      const leave = await openings.enter(never)
      inside.push(n)
      return leave
    })
    await clock.advance(0)
    expect(inside).toEqual([1, 2])
    const leave = await leaves[0]!
    leave()
    leave()
    await clock.advance(0)
    expect(inside).toEqual([1, 2, 3])
    for (const each of [leaves[1], leaves[2], leaves[3]]) (await each!)()
    expect(inside).toEqual([1, 2, 3, 4])
    expect(clock.waiting()).toBe(0)
  })

  it('do not wait for a camera that stays silent, nor for one that was stopped', async () => {
    const clock = fakeClock()
    const openings = new Openings(clock, 1)
    await openings.enter(never)
    const control = new AbortController()
    const stopped = openings.enter(control.signal)
    let isIn = false
    const last = openings.enter(never).then((leave) => {
      isIn = true
      return leave
    })
    control.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow('stopped')
    await clock.advance(1900)
    expect(isIn).toBe(false)
    await clock.advance(200)
    expect(isIn).toBe(true)
    ;(await last)()
  })
})
