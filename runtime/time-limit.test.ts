import { describe, expect, it } from 'vitest'
import { StoppedError } from '../nodes/contract/errors.ts'
import { fakeClock } from '../test/support/fake-clock.ts'
import { within } from './time-limit.ts'

const never = new Promise<string>(() => undefined)

describe('within', () => {
  it('gives what the work comes to, and lets its timer go', async () => {
    const clock = fakeClock()
    await expect(within(Promise.resolve('done'), { ms: 1000, clock }, () => 'late')).resolves.toBe('done')
    await expect(within(Promise.reject(new Error('no')), { ms: 1000, clock }, () => 'late')).rejects.toThrow('no')
    expect(clock.waiting()).toBe(0)
  })

  it('gives or throws what `late` does when the time is over', async () => {
    const clock = fakeClock()
    const late = within(never, { ms: 1000, clock }, () => 'late')
    const thrown = within(never, { ms: 1000, clock }, () => {
      throw new Error('too late')
    })
    thrown.catch(() => undefined)
    await clock.advance(999)
    await clock.advance(1)
    await expect(late).resolves.toBe('late')
    await expect(thrown).rejects.toThrow('too late')
  })

  it('gives up with its signal, one that has aborted before too', async () => {
    const clock = fakeClock()
    const giveUp = new AbortController()
    const waiting = within(never, { ms: 1000, clock, signal: giveUp.signal }, () => 'late')
    waiting.catch(() => undefined)
    giveUp.abort()
    await expect(waiting).rejects.toBeInstanceOf(StoppedError)
    await expect(within(never, { ms: 1000, clock, signal: giveUp.signal }, () => 'late')).rejects.toBeInstanceOf(
      StoppedError,
    )
    expect(clock.waiting()).toBe(0)
  })

  it('hears of a failure that comes too late, so that nobody ends by it', async () => {
    const unheard: unknown[] = []
    const listen = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', listen)
    const work = Promise.withResolvers<string>()
    await expect(within(work.promise, { ms: 1 }, () => 'late')).resolves.toBe('late')
    work.reject(new Error('afterwards'))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unheard).toEqual([])
  })
})
