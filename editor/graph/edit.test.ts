import { describe, expect, it } from 'vitest'
import { editorType } from '../../test/support/editor-types.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import {
  addNode,
  addWire,
  copyItems,
  emptyFlow,
  freeId,
  moveNodes,
  pasteItems,
  removeItems,
  renameNode,
  setConfig,
  wireId,
} from './edit.ts'

function drawn(): Flow {
  let flow = emptyFlow('Test')
  for (const type of ['camera-source', 'adacodec', 'interaction-model'])
    flow = addNode(flow, editorType(type), { x: 10.4, y: 20.6 }).flow
  flow = addWire(flow, { node: 'camera-source', port: 'frames' }, { node: 'adacodec', port: 'frames' })
  return addWire(flow, { node: 'adacodec', port: 'frames' }, { node: 'interaction-model', port: 'frames' })
}

describe('editing a flow', () => {
  it('adds a node with a free id, whole pixels and the defaults of its config', () => {
    const first = addNode(emptyFlow('Test'), editorType('cooldown'), { x: 1.6, y: -2.4 })
    const second = addNode(first.flow, editorType('cooldown'), { x: 0, y: 0 })
    expect(first.flow.nodes[0]).toMatchObject({
      id: 'cooldown',
      version: 1,
      position: { x: 2, y: -2 },
      config: { quietMs: 60_000, per: 'node' },
    })
    expect(second.id).toBe('cooldown-2')
  })

  it.each([
    ['camera', [], 'camera'],
    ['camera', ['camera'], 'camera-2'],
    ['camera-2', ['camera-2', 'camera-3'], 'camera-4'],
    ['a b/c', [], 'a-b-c'],
  ])('finds a free id for %s beside %j: %s', (wanted, taken, expected) => {
    expect(freeId(wanted, new Set(taken))).toBe(expected)
  })

  it('takes the wires of a removed node along', () => {
    const flow = removeItems(drawn(), { nodes: ['adacodec'], wires: [] })
    expect(flow.nodes.map((node) => node.id)).toEqual(['camera-source', 'interaction-model'])
    expect(flow.wires).toEqual([])
  })

  it('removes a single wire by its name', () => {
    const flow = drawn()
    const [wire] = flow.wires
    expect(removeItems(flow, { nodes: [], wires: [wireId(wire!)] }).wires).toHaveLength(1)
  })

  it('returns the same flow when nothing changes, so that there is nothing to undo or save', () => {
    const flow = drawn()
    expect(removeItems(flow, { nodes: ['nobody'], wires: [] })).toBe(flow)
    expect(moveNodes(flow, new Map([['adacodec', { x: 10, y: 21 }]]))).toBe(flow)
    expect(addWire(flow, { node: 'camera-source', port: 'frames' }, { node: 'adacodec', port: 'frames' })).toBe(flow)
  })

  it('keeps keys it does not know, in the document, nodes and positions', () => {
    const flow = { ...drawn(), 'x-mine': 1 } as Flow
    flow.nodes[0] = { ...flow.nodes[0]!, note: 'keep', position: { x: 0, y: 0, z: 3 } }
    const moved = setConfig(
      renameNode(moveNodes(flow, new Map([['camera-source', { x: 5, y: 5 }]])), 'camera-source', 'Door'),
      'camera-source',
      'kind',
      'url',
    )
    expect(moved).toMatchObject({
      'x-mine': 1,
      nodes: [{ note: 'keep', name: 'Door', position: { x: 5, y: 5, z: 3 }, config: { kind: 'url' } }, {}, {}],
    })
  })

  it('takes a config key away for undefined, and a name for the empty text', () => {
    const flow = renameNode(
      setConfig(renameNode(drawn(), 'adacodec', 'Codec'), 'adacodec', 'preset', undefined),
      'adacodec',
      '',
    )
    expect(flow.nodes[1]).not.toHaveProperty('name')
    expect(flow.nodes[1]?.config).not.toHaveProperty('preset')
  })

  it('pastes a copy under fresh ids, with the wires among the copied and none to others', () => {
    const flow = drawn()
    const pasted = pasteItems(flow, copyItems(flow, ['camera-source', 'adacodec']), { x: 32, y: 32 })
    expect(pasted.ids).toEqual(['camera-source-2', 'adacodec-2'])
    expect(pasted.flow.wires.slice(2)).toEqual([
      { from: { node: 'camera-source-2', port: 'frames' }, to: { node: 'adacodec-2', port: 'frames' } },
    ])
    expect(pasted.flow.nodes[3]?.position).toEqual({ x: 42, y: 53 })
  })
})
