import { describe, expect, it } from 'vitest'
import { createLastResort, onLastResort, type LastResortDeps } from './process.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

function bench(restart: () => Promise<void> = async () => undefined) {
  const done: string[] = []
  let nowMs = 0
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms
      done.push(`waits ${ms}`)
    },
  } as LastResortDeps['clock']
  const take = createLastResort({
    log,
    clock,
    restart: async () => {
      await restart()
      done.push('restarts')
    },
    exit: (code) => done.push(`ends with ${code}`),
  })
  return { done, take, pass: (ms: number) => (nowMs += ms) }
}

describe('an error that reached nobody', () => {
  it('has what is decided written down at once, and the worker part started again after a pause', async () => {
    const { done, take } = bench()
    const forget = onLastResort(() => done.push('writes'))
    const taken = take(new Error('nobody'))
    expect(done[0]).toBe('writes')
    await taken
    forget()
    expect(done).toEqual(['writes', 'waits 500', 'restarts'])
  })

  it('is not the end when the writing fails, and one restart answers for all that comes before it', async () => {
    const { done, take } = bench()
    const forget = onLastResort(() => {
      throw new Error('the disk is full')
    })
    await Promise.all([take('a string'), take(undefined), take(new Error('third'))])
    forget()
    expect(done).toEqual(['waits 500', 'restarts'])
  })

  it('ends the process with 1 once five restarts in ten minutes did not help', async () => {
    const { done, take, pass } = bench()
    for (let times = 0; times < 6; times++) await take(new Error('again'))
    expect(done.at(-1)).toBe('ends with 1')
    expect(done.filter((each) => each === 'restarts')).toHaveLength(5)
    pass(11 * 60_000)
    await take(new Error('much later'))
    expect(done.at(-1)).toBe('restarts')
  })

  it('ends the process with 1 when the worker part cannot be started again', async () => {
    const { done, take } = bench(async () => {
      throw new Error('no')
    })
    await take(new Error('nobody'))
    expect(done).toEqual(['waits 500', 'ends with 1'])
  })
})
