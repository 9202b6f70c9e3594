import { describe, expect, it } from 'vitest'
import { readRedFlow } from './read.ts'
import { stayInNodeRed } from './stay.ts'

const document = [
  { id: 't', type: 'tab', label: 'House' },
  { id: 'broker', type: 'zigbee-server', host: '10.0.0.5' },
  { id: 'unused', type: 'zigbee-server', host: '10.0.0.6' },
  {
    id: 'every',
    type: 'inject',
    z: 't',
    x: 100,
    y: 100,
    repeat: '60',
    payload: 'tick',
    payloadType: 'str',
    wires: [['f']],
  },
  {
    id: 'f',
    type: 'function',
    z: 't',
    name: 'sum',
    func: 'return msg',
    outputs: 1,
    x: 300,
    y: 100,
    wires: [['siren', 'show']],
  },
  { id: 'siren', type: 'zigbee-out', z: 't', server: 'broker', x: 500, y: 100, wires: [] },
  { id: 'show', type: 'debug', z: 't', x: 500, y: 200, wires: [] },
]

describe('parts that stay in Node-RED', () => {
  const { flow } = readRedFlow(document)
  const stayed = stayInNodeRed(flow, 'f1')

  it('become a tab with entries and exits', () => {
    expect(stayed?.tab.label).toBe('House')
    expect(stayed?.tab.nodes).toMatchObject([
      { id: 'f1-f-in', type: 'heed-in', name: 'House: sum', wires: [['f1-f']] },
      { id: 'f1-f-out1', type: 'heed-out', name: 'House: sum 2', answers: false },
      { id: 'f1-f', type: 'function', func: 'return msg', wires: [['f1-siren', 'f1-f-out1']] },
      { id: 'f1-siren', type: 'zigbee-out' },
    ])
  })

  it('are replaced by bridge cards, with every other wire as it was', () => {
    const types = stayed?.flow.nodes.map(({ id, type }) => [id, type])
    expect(types).toEqual(
      expect.arrayContaining([
        ['to-f', 'ask-node-red'],
        ['from-f-out1', 'from-node-red'],
      ]),
    )
    expect(types?.flat().some((type) => type?.startsWith('node-red:'))).toBe(false)
    expect(stayed?.flow.wires).toEqual(
      expect.arrayContaining([
        { from: { node: 'every', port: 'message' }, to: { node: 'to-f', port: 'message' } },
        { from: { node: 'from-f-out1', port: 'message' }, to: { node: 'show', port: 'message' } },
      ]),
    )
    const known = new Set(stayed?.flow.nodes.map(({ id }) => id))
    expect(stayed?.flow.wires.filter(({ from, to }) => !known.has(from.node) || !known.has(to.node))).toEqual([])
  })

  it('leave no card on top of another, where each part had its own place', () => {
    const line = ['inject', 'function', 'zigbee-out', 'debug'].map((type, n) => ({
      ...{ id: `n${n}`, type, z: 't', x: 100 + n * 200, y: 100, repeat: '60' },
      wires: n < 3 ? [[`n${n + 1}`]] : [],
    }))
    const places = (stayInNodeRed(readRedFlow([document[0], ...line]).flow, 'f1')?.flow.nodes ?? []).map(
      (node) => node.position,
    )
    expect(places).toHaveLength(4)
    for (const [n, one] of places.entries())
      for (const other of places.slice(n + 1))
        expect(Math.abs(one.x - other.x) >= 240 || Math.abs(one.y - other.y) >= 120, JSON.stringify(places)).toBe(true)
  })

  it('bring their settings when the document is kept with the flow', () => {
    const kept = stayInNodeRed({ ...flow, foreign: { format: 'node-red', document } }, 'f1')
    expect(kept?.tab.configs).toEqual([{ id: 'f1-broker', type: 'zigbee-server', host: '10.0.0.5' }])
    expect(kept?.tab.nodes.find(({ id }) => id === 'f1-siren')).toMatchObject({ server: 'f1-broker' })
  })

  it('are none where Heed knows everything', () => {
    expect(stayInNodeRed({ ...flow, nodes: [], wires: [] }, 'f1')).toBeUndefined()
  })
})
