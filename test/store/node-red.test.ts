import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodeRedStatus } from '../../runtime/node-red/index.ts'
import { closeStore, openStore, type StoreUnderTest } from './samples.ts'

describe('the one Node-RED of several machines', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const status = { state: 'running' } as NodeRedStatus
  const hold = (holder: string, forMs = 60_000, takesOver = false) =>
    under.store.nodeRed.hold({ holder, url: `http://${holder}`, status }, forMs, takesOver)

  test('is had by one alone when many ask at the same moment, and by the next once it lets go or its time is over', async () => {
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => hold(holder)))
    expect(asked.filter(Boolean)).toHaveLength(1)
    const first = (await under.store.nodeRed.holder())?.holder ?? ''
    expect([await hold(first), await hold('late')]).toEqual([true, false])
    await under.store.nodeRed.release('late')
    expect((await under.store.nodeRed.holder())?.holder).toBe(first)
    await under.store.nodeRed.release(first)
    expect([await hold('dead', 0), await hold('heir'), await hold('dead')]).toEqual([true, true, false])
    expect([await hold('alone', 60_000, true), await hold('heir')]).toEqual([true, false])
    expect(await under.store.nodeRed.holder()).toEqual({ holder: 'alone', url: 'http://alone', status })
  })

  test('keeps its flows byte for byte, for whoever holds it and by nobody else', async () => {
    const { nodeRed } = under.store
    await hold('one', 60_000, true)
    const flows = '[{"z":1,"func":"msg.a = \\"\\u0000\\\\u0000 \\ud800 七\\""}]'
    expect(await nodeRed.readKept()).toEqual({})
    expect(await nodeRed.keep('one', 'flows', JSON.stringify(flows))).toBe(true)
    expect(await nodeRed.keep('one', 'credentials', '{"$":"x"}')).toBe(true)
    expect(await nodeRed.keep('two', 'flows', '[]')).toBe(false)
    expect(await nodeRed.readKept()).toEqual({ flows: JSON.stringify(flows), credentials: '{"$":"x"}' })
    await hold('one', 0)
    expect(await nodeRed.keep('one', 'flows', '[]')).toBe(false)
  })
})
