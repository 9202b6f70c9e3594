import { describe, expect, it } from 'vitest'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { diffFlows, isNoDiff } from './diff.ts'

const node = (id: string, config: Record<string, unknown> = {}, more: Partial<FlowNode> = {}): FlowNode => ({
  id,
  type: 'filter',
  version: 1,
  position: { x: 0, y: 0 },
  config,
  ...more,
})
const wire = (from: string, to: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port: 'in' } })
const flow = (nodes: FlowNode[], wires: Flow['wires'] = []): Flow => ({
  format: 'heed.flow/1',
  name: 'F',
  nodes,
  wires,
})

describe('the way from one version to another', () => {
  it('names what was added, removed and changed, with the values of both', () => {
    const before = flow([node('a', { words: ['fall'], mode: 'any' }), node('b')], [wire('a', 'b')])
    const after = flow([node('a', { words: ['fire'] }, { name: 'Fire' }), node('c')], [wire('a', 'c')])
    const diff = diffFlows(before, after)
    expect(diff.added.map(({ id }) => id)).toEqual(['c'])
    expect(diff.removed.map(({ id }) => id)).toEqual(['b'])
    expect(diff.changed.map(({ fields }) => fields)).toEqual([
      [
        { field: 'name', before: undefined, after: 'Fire' },
        { field: 'words', before: ['fall'], after: ['fire'] },
        { field: 'mode', before: 'any', after: undefined },
      ],
    ])
    expect([diff.drawn, diff.cut]).toEqual([['a.out--c.in'], ['a.out--b.in']])
  })

  it('is nothing where only places are other ones', () => {
    const moved = flow([node('a', {}, { position: { x: 9, y: 9 }, pinned: true })])
    expect(isNoDiff(diffFlows(flow([node('a')]), moved))).toBe(true)
    expect(isNoDiff(diffFlows(flow([]), moved))).toBe(false)
  })
})
