// The hand-over from a clip that waits.
import { describe, expect, it } from 'vitest'
import type { FastFrame } from '../../nodes/contract/frames.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { InOrder } from './in-order.ts'

const fast = (mediaTimeS: number): FastFrame => ({ seq: 0, mediaTimeS, width: 1, height: 1, rgb: new Uint8Array(3) })

function handOver(quick = true): { order: InOrder; seen: string[]; held: boolean[] } {
  const seen: string[] = []
  const held: boolean[] = []
  const order = new InOrder({
    ...(quick ? { onFast: ({ mediaTimeS }: FastFrame) => void seen.push(`quick ${mediaTimeS}`) } : {}),
    hold: (isHeld) => held.push(isHeld),
  })
  return { order, seen, held }
}

const takeAll = async (order: InOrder, seen: string[]): Promise<void> => {
  for await (const { mediaTimeS } of order) seen.push(`picture ${mediaTimeS}`)
}

describe('InOrder', () => {
  it('hands on the quick pictures up to a second before its picture, whatever pipe was faster', async () => {
    const { order, seen } = handOver()
    const taking = takeAll(order, seen)
    order.push(testFrame(0))
    order.push(testFrame(1))
    for (const at of [0, 0.5, 1, 1.5]) {
      order.pushFast(fast(at))
      await Promise.resolve()
    }
    order.end()
    await taking
    expect(seen).toEqual(['quick 0', 'picture 0', 'quick 0.5', 'quick 1', 'picture 1', 'quick 1.5'])
  })

  it('holds the decoder back while enough is complete, and never while a picture waits for its quick ones', async () => {
    const { order, seen, held } = handOver()
    for (let at = 0; at < 10; at++) order.push(testFrame(at))
    expect(held).toEqual([])
    for (let at = 0; at < 4; at++) order.pushFast(fast(at))
    expect(held).toEqual([true])
    const frames = order[Symbol.asyncIterator]()
    await frames.next()
    expect(held).toEqual([true, false])
    order.end()
    await frames.return()
    expect(seen).toEqual(['quick 0'])
  })

  it('drops nothing, hands out what is left, then throws', async () => {
    const { order, seen } = handOver(false)
    for (let at = 0; at < 100; at++) order.push(testFrame(at))
    order.end(new Error('gone'))
    await expect(takeAll(order, seen)).rejects.toThrow('gone')
    expect(seen).toHaveLength(100)
  })
})
