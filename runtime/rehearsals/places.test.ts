import { describe, expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { Places } from './runner.ts'

const never = new AbortController().signal
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Comes in order, and says who is inside. */
function crowd(most: number) {
  const places = new Places()
  const inside: string[] = []
  const leaves = new Map<string, () => void>()
  return {
    places,
    inside,
    come: (who: string, signal = never) =>
      places.take('gpu', most, signal).then((leave) => {
        inside.push(who)
        leaves.set(who, () => {
          if (inside.includes(who)) inside.splice(inside.indexOf(who), 1)
          leave()
        })
      }),
    leave: (who: string) => leaves.get(who)?.(),
  }
}

describe('the places of a model', () => {
  it('are as many as it has, taken in the order in which clips came', async () => {
    const { come, inside, leave } = crowd(2)
    for (const who of ['a', 'b', 'c', 'd']) void come(who)
    await settled()
    expect(inside).toEqual(['a', 'b'])
    leave('b')
    await settled()
    expect(inside).toEqual(['a', 'c'])
    leave('a')
    leave('a')
    await settled()
    expect(inside).toEqual(['c', 'd'])
  })

  it('go from hand to hand: whoever comes at that moment waits too', async () => {
    const { come, inside, leave } = crowd(1)
    void come('a')
    await settled()
    void come('b')
    await settled()
    leave('a')
    void come('c')
    await settled()
    expect(inside).toEqual(['b'])
    void come('d')
    await settled()
    expect(inside).toEqual(['b'])
    leave('b')
    await settled()
    expect(inside).toEqual(['c'])
  })

  it('are not kept by one that has given up waiting, nor is one lost', async () => {
    const { come, inside, leave } = crowd(1)
    void come('a')
    await settled()
    const control = new AbortController()
    const waiting = come('b', control.signal)
    control.abort()
    await expect(waiting).rejects.toThrow(StoppedError)
    await expect(come('b', control.signal)).rejects.toThrow(StoppedError)
    void come('c')
    leave('a')
    await settled()
    expect(inside).toEqual(['c'])
  })

  it('are those of one model: another has its own, and more of them let more in', async () => {
    const places = new Places()
    await places.take('a', 1, never)
    await places.take('b', 1, never)
    const late = places.take('a', 1, never)
    // The model was given more places meanwhile.
    await places.take('a', 3, never)
    await late
  })
})
