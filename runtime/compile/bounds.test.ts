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
      'There is too much in the node “n”: more than 10,000 settings or entries. Take some out.',
    )
  })

  const cards = (count: number, config: object) =>
    Array.from({ length: count }, (_, at) => ({
      id: `n${at}`,
      type: 'camera-source',
      version: 1,
      position: { x: 0, y: 0 },
      name: 'A camera',
      config: { ...config, url: at < bounds.allAddresses ? 'rtsp://***@10.0.0.7/x' : '' },
    }))
  const wires = (count: number, among: number) =>
    Array.from({ length: count }, (_, at) => ({
      from: { node: `n${at % among}`, port: `a${at}` },
      to: { node: `n${(at + 1) % among}`, port: 'b' },
    }))

  it('is no thousand cards of forty settings each with two thousand wires, twice as much as anybody has', () => {
    const rich = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`setting${at}`, at]))
    expect(codes(flowOf({}, { nodes: cards(1000, rich), wires: wires(2000, 1000) }))).toEqual([])
  })

  it('is none while it has as many cards, or wires, or letters as fit', () => {
    expect(codes(flowOf({}, { nodes: cards(bounds.nodes, { a: 1, b: 2, zones: [[1, 2, 3, 4]] }) }))).toEqual([])
    expect(codes(flowOf({}, { nodes: cards(100, {}), wires: wires(bounds.wires, 100) }))).toEqual([])
    expect(codes(flowOf({ text: 'Watch the door. '.repeat(100_000) }))).toEqual([])
    expect(codes(flowOf({ x: deep(50) }))).toEqual([])
  })

  it('is one where each part fits and all together do not', () => {
    const parts = flowOf({}, { nodes: cards(bounds.nodes, { a: 1, b: 2 }), wires: wires(bounds.wires, bounds.nodes) })
    expect(parseFlow(parts).problems[0]?.message).toBe(
      'There is too much in this flow: more than 70,000 settings and ends of wires. Split it.',
    )
  })
})
