import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { createSlowLane } from './slow-lane.ts'

function setup() {
  const clock = fakeClock()
  const lane = createSlowLane((ms) => clock.sleep(ms))
  const compared: string[] = []
  const enter = (address: string, name: string, isRight = false, turn?: string) =>
    lane.run(
      address,
      async () => {
        compared.push(name)
        return isRight
      },
      turn,
    )
  return { clock, compared, enter }
}

describe('the slow lane', () => {
  it('compares one guess of an address a second', async () => {
    const { clock, compared, enter } = setup()
    for (const name of ['a', 'b', 'c']) void enter('10.0.0.1', name)
    await clock.advance(0)
    expect(compared).toEqual(['a'])
    await clock.advance(1000)
    expect(compared).toEqual(['a', 'b'])
    await clock.advance(1000)
    expect(compared).toEqual(['a', 'b', 'c'])
  })

  it('takes the addresses in turn, so that one who floods holds up nobody else for long', async () => {
    const { clock, compared, enter } = setup()
    const flood = Array.from({ length: 100 }, (_, n) => enter('10.0.0.1', `guess ${n}`))
    expect(flood.filter((each) => each === undefined).length).toBeGreaterThan(90)
    const owner = enter('10.0.0.2', 'owner', true)
    await clock.advance(2000)
    expect(await owner).toBe(true)
    expect(compared.indexOf('owner')).toBeLessThan(3)
  })

  it('compares the right password at once, however many others are wrong at the same time', async () => {
    const { clock, compared, enter } = setup()
    for (let n = 0; n < 25; n++) for (const guess of ['a', 'b']) void enter(`10.0.1.${n}`, `${n}${guess}`)
    const owner = enter('10.0.0.2', 'owner', true)
    await clock.advance(0)
    expect(await owner).toBe(true)
    // Nobody has guessed twice meanwhile.
    expect(compared.filter((name) => name.endsWith('b'))).toEqual([])
    await clock.advance(1000)
    expect(compared.filter((name) => name.endsWith('b'))).toHaveLength(
      new Set(compared.filter((name) => name.endsWith('a'))).size,
    )
  })

  it('has a turn for whoever was sent away before, between all others of the same address', async () => {
    const { clock, compared, enter } = setup()
    const flood = (): void => {
      for (let n = 0; n < 20; n++) void enter('10.0.0.1', 'guess')
    }
    flood()
    expect(enter('10.0.0.1', 'owner', true)).toBeUndefined()
    const owner = enter('10.0.0.1', 'owner', true, 'mine')
    expect(enter('10.0.0.1', 'twice', true, 'mine')).toBeUndefined()
    await clock.advance(1000)
    flood()
    await clock.advance(1000)
    expect(await owner).toBe(true)
    expect(compared).toEqual(['guess', 'guess', 'owner', 'guess'])
    // However many turns somebody takes, the address as a whole guesses no faster.
    for (let n = 0; n < 100; n++) void enter('10.0.0.1', 'guess', false, `turn ${n}`)
    await clock.advance(10_000)
    expect(compared.length).toBeLessThan(15)
  })

  it('holds so many and no more, and has places again when they are gone', async () => {
    const { clock, enter } = setup()
    const places = Array.from({ length: 200 }, (_, n) => enter(`10.0.0.${n}`, `${n}`, true))
    expect(places.filter((each) => each !== undefined).length).toBeLessThan(130)
    await clock.advance(0)
    await Promise.all(places.flatMap((each) => each ?? []))
    expect(await enter('10.0.1.1', 'later', true)).toBe(true)
  })

  it('goes on after a check that broke, whose trouble is told to whoever asked', async () => {
    const { clock, enter } = setup()
    const lane = createSlowLane((ms) => clock.sleep(ms))
    await expect(lane.run('10.0.0.1', () => Promise.reject(new Error('no store')))).rejects.toThrow('no store')
    expect(await enter('10.0.0.1', 'later', true)).toBe(true)
    const after = lane.run('10.0.0.1', async () => true)
    await clock.advance(1000)
    expect(await after).toBe(true)
  })
})
