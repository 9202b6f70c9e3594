// What a document may cost: counted in what is looked at, never in time.
import { describe, expect, it } from 'vitest'
import { bounds, findExcess } from './bounds.ts'
import { parseFlow } from './parse.ts'

const flowOf = (config: unknown, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  format: 'heed.flow/1',
  name: 'Yard',
  nodes: [{ id: 'n', type: 'any', version: 1, position: { x: 0, y: 0 }, config }],
  wires: [],
  ...more,
})
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
const codes = (document: unknown): string[] => parseFlow(document).problems.map(({ code }) => code)

describe('a document that is too much', () => {
  it.each([
    ['goes deep in a config', flowOf({ x: deep(100) }), 'FLOW_TOO_DEEP'],
    ['goes deep beside its nodes', flowOf({}, { extra: deep(1000) }), 'FLOW_TOO_DEEP'],
    [
      'has a config of 100,000 keys',
      flowOf(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]))),
      'FLOW_TOO_LARGE',
    ],
    ['has a list of 900,000 numbers', flowOf({ x: Array(900_000).fill(1) }), 'FLOW_TOO_LARGE'],
    ['has 900,000 nodes that are none', flowOf({}, { nodes: Array(900_000).fill(1) }), 'FLOW_TOO_LARGE'],
    ['has 900,000 wires that are none', flowOf({}, { wires: Array(900_000).fill(1) }), 'FLOW_TOO_LARGE'],
    ['has 300,000 tags', flowOf({}, { tags: Array(300_000).fill(1) }), 'FLOW_TOO_LARGE'],
    ['is full of addresses', flowOf({ text: 'http://a:b@c '.repeat(100_000) }), 'FLOW_TOO_LARGE'],
    [
      'has many texts full of addresses',
      flowOf({ list: Array(1000).fill('http://a.example/ '.repeat(100)) }),
      'FLOW_TOO_LARGE',
    ],
  ])('is refused when it %s', (_what, document, code) => {
    expect(codes(document)).toEqual([code])
  })

  it('is refused after a look at no more than the first part that is over', () => {
    const count = { values: 0, addresses: 0, seen: 0 }
    findExcess(flowOf({}, { nodes: Array(900_000).fill({ config: { a: [1, 2, 3] } }) }), count)
    expect(count.seen).toBe(0)
    findExcess(flowOf({ x: Array(900_000).fill([1, [2]]) }), count)
    expect(count.seen).toBeLessThan(100)
  })

  it('says where it is', () => {
    const document = flowOf({ x: Array(30_000).fill(1) })
    expect(parseFlow(document).problems[0]?.message).toBe(
      'There is too much in the node “n”: more than 20,000 settings or entries. Take some out.',
    )
  })

  it('is none while everything the format allows is in it', () => {
    const nodes = Array.from({ length: bounds.nodes }, (_, at) => ({
      id: `n${at}`,
      type: 'camera-source',
      version: 1,
      position: { x: 0, y: 0 },
      name: 'A camera',
      config: {
        kind: 'url',
        url: at < bounds.allAddresses ? 'rtsp://***@10.0.0.7/x' : '',
        zones: [[1, 2, 3, 4]],
        a: 1,
        b: 2,
        c: 3,
        d: 4,
      },
    }))
    const wires = Array.from({ length: bounds.wires }, (_, at) => ({
      from: { node: `n${at % 5000}`, port: `a${at}` },
      to: { node: `n${(at + 1) % 5000}`, port: 'b' },
    }))
    expect(codes(flowOf({}, { nodes, wires }))).toEqual([])
    expect(codes(flowOf({ text: 'Watch the door. '.repeat(100_000) }))).toEqual([])
    expect(codes(flowOf({ x: deep(50) }))).toEqual([])
  })
})
