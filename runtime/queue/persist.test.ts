import { describe, expect, it } from 'vitest'
import { BugError, RetryableError } from '../../nodes/contract/errors.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { persist } from './persist.ts'

const away = (): RetryableError => new RetryableError('DB_UNREACHABLE', 'Away.')

describe('persist', () => {
  const start = (write: () => Promise<void>, limitMs = 60_000) => {
    const clock = fakeClock()
    const control = new AbortController()
    const state = { ended: 'no' }
    persist(write, { clock, random: () => 0, signal: control.signal, limitMs }).then(
      () => {
        state.ended = 'written'
      },
      (error: Error) => {
        state.ended = error.message
      },
    )
    return { clock, control, state }
  }

  it('writes again until the database is back', async () => {
    let tries = 0
    const { clock, state } = start(async () => {
      tries += 1
      if (tries < 5) throw away()
    })
    await clock.advance(5_000)
    expect(state.ended).toBe('written')
    expect(tries).toBe(5)
  })

  it('does not insist on what the database refuses', async () => {
    let tries = 0
    const { clock, state } = start(async () => {
      tries += 1
      throw new BugError('Refused.')
    })
    await clock.settle()
    expect({ tries, ended: state.ended }).toEqual({ tries: 1, ended: 'Refused.' })
  })

  it('gives up when its time is over', async () => {
    const { clock, state } = start(async () => {
      throw away()
    }, 10_000)
    await clock.advance(9_000)
    expect(state.ended).toBe('no')
    await clock.advance(4_000)
    expect(state.ended).toBe('Away.')
    expect(clock.waiting()).toBe(0)
  })

  it('gives up at once when told to', async () => {
    const { clock, control, state } = start(async () => {
      throw away()
    })
    await clock.advance(1_000)
    control.abort()
    await clock.settle()
    expect(state.ended).toBe('Away.')
  })
})
