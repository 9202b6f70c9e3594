import { describe, expect, it } from 'vitest'
import { editorTypes } from '../../test/support/editor-types.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { camerasAbove, camerasOf } from './cameras-of-node.ts'

const node = (id: string, type: string): Flow['nodes'][number] => ({
  id,
  type,
  version: 1,
  position: { x: 0, y: 0 },
  config: {},
})
const wire = (from: string, to: string): Flow['wires'][number] => ({
  from: { node: from, port: 'out' },
  to: { node: to, port: 'in' },
})
const flow: Flow = {
  format: 'heed.flow/1',
  name: 'Two cameras',
  nodes: [
    node('a', 'camera-source'),
    node('b', 'camera-source'),
    node('model', 'interaction-model'),
    node('mind', 'memory'),
    node('alone', 'template'),
  ],
  wires: [wire('a', 'model'), wire('mind', 'model')],
}

describe('the cameras of a card', () => {
  it('are those above it, or those above what it feeds: a memory runs where its model runs', () => {
    const types = editorTypes()
    expect(camerasAbove(flow, types, 'mind')).toEqual([])
    expect(['model', 'mind', 'alone', 'b'].map((id) => camerasOf(flow, types, id))).toEqual([['a'], ['a'], [], ['b']])
  })
})
