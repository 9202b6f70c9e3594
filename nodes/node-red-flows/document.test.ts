import { describe, expect, it } from 'vitest'
import { nodeIn, readRed, redDebug, redNode, redTab, wiresIn } from '../../test/support/red-flow.ts'
import { flowFormat } from '../contract/flow.ts'
import format from './format.ts'

describe('a document', () => {
  it('is told from other JSON', () => {
    expect(format.recognises([redTab, redDebug()])).toBe(true)
    expect(format.recognises([{ id: 'a', type: 'inject', wires: [[]] }])).toBe(true)
    expect(format.recognises({ rev: '1', flows: [redTab, redDebug()] })).toBe(true)
    expect(format.recognises({ id: 't', label: 'Door', nodes: [redDebug()], configs: [] })).toBe(true)
    for (const other of [
      null,
      3,
      'x',
      [],
      {},
      [1, 2],
      [{ a: 1 }],
      { format: flowFormat, name: 'x', nodes: [], wires: [] },
    ])
      expect(format.recognises(other)).toBe(false)
  })

  it('may be an array, v2, or one redTab alone', () => {
    const entries = [
      redNode('a', 'delay', { pauseType: 'delay', timeout: '5', timeoutUnits: 'seconds' }, [['d']]),
      redDebug(),
    ]
    const wanted = ['a.message → d.message']
    expect(wiresIn(format.read([redTab, ...entries]).flow)).toEqual(wanted)
    expect(wiresIn(format.read({ rev: 'abc', flows: [redTab, ...entries], credentials: { $: 'x' } }).flow)).toEqual(
      wanted,
    )
    const { flow, report } = format.read({ id: 't', label: 'Door', nodes: entries, configs: [] })
    expect([flow.name, wiresIn(flow), report.map(({ id }) => id)]).toEqual(['Door', wanted, ['t', 'a', 'd']])
  })

  it('takes the first of two with one id, and says what was no node', () => {
    const { flow, report } = format.read([redTab, redDebug(), { ...redDebug(), name: 'again' }, 5, { id: 'x' }])
    expect(flow.nodes).toHaveLength(1)
    expect(report.map(({ id, became }) => [id, became])).toEqual([
      ['t', 'note'],
      ['d', 'node'],
      ['d', 'ignored'],
      ['entry 4', 'ignored'],
      ['x', 'ignored'],
    ])
    expect(report[2]?.reason).toContain('Node-RED takes the first')
  })

  it('puts each redTab below the one before, and what is on none after all of them', () => {
    const { flow } = format.read([
      redTab,
      { ...redTab, id: 'u', label: 'Second' },
      redDebug('a'),
      { ...redDebug('b'), z: 'u' },
      { ...redDebug('c'), z: 'gone' },
    ])
    expect(flow.name).toBe('Door and 1 more')
    const [a = 0, b = 0, c = 0] = ['a', 'b', 'c'].map((id) => nodeIn(flow, id)?.position.y ?? 0)
    expect(b - a).toBeGreaterThan(200)
    expect(c - b).toBeGreaterThan(200)
  })

  it('is refused where there is no list, far too many entries, or a subflow inside itself', () => {
    expect(() => format.read({ a: 1 })).toThrow('no list of nodes')
    expect(() => format.read(Array.from({ length: 20_001 }, (_, id) => redDebug(`d${id}`)))).toThrow('at most 20000')
    const subflow = { id: 's', type: 'subflow', name: 'Loop', in: [], out: [] }
    expect(() => readRed(subflow, { ...redNode('i', 'subflow:s'), z: 's' }, redNode('o', 'subflow:s'))).toThrow(
      'contains itself',
    )
  })
})
