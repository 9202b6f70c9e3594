import { describe, expect, it } from 'vitest'
import type { LiveItem } from './live-client.ts'
import { createLiveClient } from './live-client.ts'

/** A socket that takes `room` entries and then is full. */
function slowLine(room = 0) {
  const written: string[] = []
  const line = { room, isEnded: false }
  const client = createLiveClient({
    write: (text) => {
      written.push(text)
      line.room -= 1
      return line.room > 0
    },
    end: () => {
      line.isEnded = true
    },
  })
  let seq = 0
  const item = (weight: LiveItem['weight'], text: string, stream = ''): void =>
    client.send({ seq: ++seq, weight, stream, text })
  const drain = (entries: number): void => {
    line.room = entries
    client.drained()
  }
  return { client, line, written, item, drain }
}

describe('a live client', () => {
  it('keeps facts and the newest status of each stream in order, and drops decisions, while the socket is full', () => {
    const { client, written, item, drain } = slowLine(1)
    item('fact', 'first')
    item('status', 's1 old', 's1')
    item('fact', 'second')
    item('decision', 'd1')
    item('status', 's2', 's2')
    item('status', 's1 new', 's1')
    item('decision', 'd2')
    expect(written).toEqual(['first'])
    drain(100)
    expect(written).toEqual([
      'first',
      ': 2 decisions were dropped because this line was slow\n\n',
      'second',
      's2',
      's1 new',
    ])
    item('decision', 'd3')
    expect(written.at(-1)).toBe('d3')
    expect(client.dropped()).toBe(2)
  })

  it('goes on where it stopped when the socket fills up again', () => {
    const { written, item, drain } = slowLine(1)
    for (const text of ['a', 'b', 'c', 'd']) item('fact', text)
    drain(2)
    expect(written).toEqual(['a', 'b', 'c'])
    item('fact', 'e')
    drain(9)
    expect(written).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('ends the line rather than to remember without bound', () => {
    const { line, written, item } = slowLine(1)
    for (let n = 0; n < 1001; n++) item('fact', `${n}`)
    expect(line.isEnded).toBe(false)
    item('fact', 'one too many')
    expect(line.isEnded).toBe(true)
    item('fact', 'after the end')
    expect(written).toEqual(['0'])
  })

  it('does not count statuses of one stream as more than one', () => {
    const { line, item } = slowLine(1)
    item('fact', 'a')
    for (let n = 0; n < 5000; n++) item('status', `${n}`, 's1')
    expect(line.isEnded).toBe(false)
  })

  it('beats while idle and ends after a minute without taking anything', () => {
    const { client, line, written, item } = slowLine(2)
    client.beat(0)
    expect(written).toEqual([': beat\n\n'])
    item('fact', 'a')
    for (const atMs of [15_000, 30_000, 75_000]) client.beat(atMs)
    expect([line.isEnded, written.length]).toEqual([false, 2])
    client.beat(75_001)
    expect(line.isEnded).toBe(true)
  })
})
