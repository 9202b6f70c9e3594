import { describe, expect, it } from 'vitest'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { mergeFlows } from './merge.ts'

const node = (id: string, config: Record<string, unknown> = {}, x = 0): FlowNode => ({
  id,
  type: 'filter',
  version: 1,
  position: { x, y: 0 },
  config,
})
const wire = (from: string, to: string) => ({
  from: { node: from, port: 'message' },
  to: { node: to, port: 'message' },
})
const flow = (nodes: FlowNode[], wires = [wire('a', 'b')], name = 'Flow'): Flow => ({
  format: 'heed.flow/1',
  name,
  nodes,
  wires,
})
const base = flow([node('a', { words: ['fall'], mode: 'any' }), node('b', { quietMs: 1000 })])

describe('two versions of a flow', () => {
  it('become one where they do not overlap: settings of one card, cards, wires, places and the name', () => {
    const mine = flow(
      [node('a', { words: ['fire'], mode: 'any' }), node('b', { quietMs: 1000 }), node('mine')],
      [wire('a', 'b'), wire('a', 'mine')],
    )
    const theirs = flow(
      [node('a', { words: ['fall'], mode: 'all' }, 90), node('b', { quietMs: 5000 }), node('theirs')],
      [wire('a', 'b'), wire('b', 'theirs')],
      'Night',
    )
    const { flow: merged, conflicts } = mergeFlows(base, mine, theirs)
    expect(conflicts).toEqual([])
    expect(merged).toEqual(
      flow(
        [node('a', { words: ['fire'], mode: 'all' }, 90), node('b', { quietMs: 5000 }), node('mine'), node('theirs')],
        [wire('a', 'b'), wire('a', 'mine'), wire('b', 'theirs')],
        'Night',
      ),
    )
  })

  it('show both values where they overlap, and keeping mine there reverts nothing else of theirs', () => {
    const mine = flow([node('a', { words: ['fire'], mode: 'any' }), node('b', { quietMs: 1000 })])
    const theirs = flow([node('a', { words: ['smoke'], mode: 'any' }), node('b', { quietMs: 5000 })])
    const { flow: kept, conflicts } = mergeFlows(base, mine, theirs)
    expect(conflicts).toEqual([{ key: 'a/words', node: 'a', field: 'words', mine: ['fire'], theirs: ['smoke'] }])
    expect(kept.nodes.map(({ config }) => config)).toEqual([{ words: ['fire'], mode: 'any' }, { quietMs: 5000 }])
    const taken = mergeFlows(base, mine, theirs, { 'a/words': 'theirs' })
    expect(taken.flow.nodes[0]?.config).toEqual({ words: ['smoke'], mode: 'any' })
  })

  it('take away what one removed and the other left alone, with its wires; what the other changed is asked about', () => {
    const gone = flow([node('a', { words: ['fall'], mode: 'any' })], [])
    expect(mergeFlows(base, gone, { ...base, name: 'Night' }).flow).toEqual({ ...gone, name: 'Night' })
    const changed = flow([node('a', { words: ['fall'], mode: 'any' }), node('b', { quietMs: 9 })])
    const { conflicts } = mergeFlows(base, gone, changed)
    expect(conflicts).toMatchObject([{ key: 'b', node: 'b', field: null, mine: undefined, theirs: { id: 'b' } }])
    expect(mergeFlows(base, gone, changed, { b: 'theirs' }).flow.nodes.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('that are the same have nothing to say', () => {
    expect(mergeFlows(base, base, base)).toEqual({ flow: base, conflicts: [] })
  })
})
