import { describe, expect, it } from 'vitest'
import { systemClock } from '../../runtime/clock.ts'
import { fakeClock } from './fake-clock.ts'

describe('fakeClock', () => {
  it('wakes sleepers in order of their time and lets each settle first', async () => {
    const clock = fakeClock(0)
    const seen: string[] = []
    const task = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms)
      seen.push(`${name}@${clock.nowMs()}`)
      await clock.sleep(10)
      seen.push(`${name}@${clock.nowMs()}`)
    }
    void task('late', 20)
    void task('early', 5)
    await clock.advance(25)
    expect(seen).toEqual(['early@5', 'early@15', 'late@20'])
    expect(clock.waiting()).toBe(1)
    await clock.advance(10)
    expect(seen.at(-1)).toBe('late@30')
    expect(clock.nowMs()).toBe(35)
  })

  it.each([
    ['fake', fakeClock()],
    ['system', systemClock],
  ])('the %s clock rejects a sleep with StoppedError when the signal aborts', async (_name, clock) => {
    const control = new AbortController()
    const sleep = clock.sleep(60_000, control.signal)
    control.abort()
    await expect(sleep).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    await expect(clock.sleep(60_000, control.signal)).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })
})
