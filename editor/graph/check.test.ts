import { describe, expect, it } from 'vitest'
import { editorType, editorTypes } from '../../test/support/editor-types.ts'
import { joined, nameOf, openPorts, portsOf, whyNotWire } from './check.ts'
import { addNode, addWire, emptyFlow } from './edit.ts'
import { camerasAbove } from './cameras-of-node.ts'

const types = editorTypes()
function drawn() {
  let flow = emptyFlow('Test')
  for (const type of [
    'camera-source',
    'camera-source',
    'adacodec',
    'interaction-model',
    'cooldown',
    'notification',
    'adacodec',
  ])
    flow = addNode(flow, editorType(type), { x: 0, y: 0 }).flow
  flow = addWire(flow, ref('camera-source', 'frames'), ref('adacodec-2', 'frames'))
  return addWire(flow, ref('camera-source', 'frames'), ref('adacodec', 'frames'))
}
const ref = (node: string, port: string) => ({ node, port })

describe('which wires may be drawn', () => {
  it('lets equal kinds join, and a decision into a message', () => {
    expect(
      whyNotWire(drawn(), types, { from: ref('adacodec', 'frames'), to: ref('interaction-model', 'frames') }),
    ).toBeNull()
    expect(
      whyNotWire(drawn(), types, { from: ref('interaction-model', 'tick'), to: ref('notification', 'message') }),
    ).toBeNull()
  })

  it.each([
    [
      'pictures into a message',
      ref('camera-source', 'frames'),
      ref('notification', 'message'),
      'This port sends pictures, but that one takes a message.',
    ],
    [
      'a second wire of the same camera where one is taken',
      ref('adacodec-2', 'frames'),
      ref('adacodec', 'frames'),
      'The port "Frames" of AdaCodec takes one wire and has one already. Remove that wire first.',
    ],
    [
      'the same wire twice',
      ref('camera-source', 'frames'),
      ref('adacodec', 'frames'),
      'These two ports are joined already.',
    ],
    [
      'a card into itself',
      ref('adacodec', 'frames'),
      ref('adacodec', 'frames'),
      'A wire cannot lead back into the card it comes from.',
    ],
    [
      'a port that is not there',
      ref('camera-source', 'smell'),
      ref('adacodec', 'frames'),
      'A wire runs from a port on the right side of a card to a port on the left side of another.',
    ],
  ])('refuses %s and says why', (_what, from, to, sentence) => {
    expect(whyNotWire(drawn(), types, { from, to })).toBe(sentence)
  })

  it('lets a port that takes one wire take one from each camera, for the node runs once for each', () => {
    expect(
      whyNotWire(drawn(), types, { from: ref('camera-source-2', 'frames'), to: ref('adacodec', 'frames') }),
    ).toBeNull()
  })

  it('refuses to go round in a circle', () => {
    let flow = addNode(drawn(), editorType('cooldown'), { x: 0, y: 0 }).flow
    flow = addWire(flow, ref('cooldown', 'message'), ref('cooldown-2', 'message'))
    expect(whyNotWire(flow, types, { from: ref('cooldown-2', 'message'), to: ref('cooldown', 'message') })).toMatch(
      /round in a circle/,
    )
  })

  it('lists the ports that are open to a wire, from either side', () => {
    const ends = openPorts(drawn(), types, ref('interaction-model', 'response'), 'out')
    expect(ends).toEqual([ref('cooldown', 'message'), ref('notification', 'message')])
    expect(openPorts(drawn(), types, ref('interaction-model', 'frames'), 'in')).toEqual([
      ref('camera-source', 'frames'),
      ref('camera-source-2', 'frames'),
      ref('adacodec', 'frames'),
      ref('adacodec-2', 'frames'),
    ])
    expect(joined(ref('b', 'in'), ref('a', 'out'), 'in')).toEqual({ from: ref('a', 'out'), to: ref('b', 'in') })
  })

  it('draws the ports of an unknown node as far as its wires tell, so that they can be seen and cut', () => {
    const unknown = { id: 'radar', type: 'radar', version: 1, position: { x: 0, y: 0 }, config: {} }
    const flow = addWire(
      { ...drawn(), nodes: [...drawn().nodes, unknown] },
      ref('adacodec', 'frames'),
      ref('radar', 'seen'),
    )
    expect(portsOf(flow, types, 'radar')).toMatchObject({ in: { seen: { kind: 'frames' } }, out: {} })
    expect(Object.keys(portsOf(flow, types, 'adacodec').out)).toEqual(['frames'])
  })

  it('names a node by its own name, its title, or its type when it is unknown', () => {
    const node = { id: 'n', type: 'cooldown', version: 1, position: { x: 0, y: 0 }, config: {} }
    expect([
      nameOf({ ...node, name: 'Pause' }, types),
      nameOf(node, types),
      nameOf({ ...node, type: 'radar' }, types),
    ]).toEqual(['Pause', 'Cooldown', 'radar'])
  })

  it('finds the cameras that feed a node', () => {
    let flow = addWire(drawn(), ref('adacodec', 'frames'), ref('interaction-model', 'frames'))
    flow = addWire(flow, ref('interaction-model', 'response'), ref('notification', 'message'))
    expect(camerasAbove(flow, types, 'notification')).toEqual(['camera-source'])
    expect(camerasAbove(flow, types, 'camera-source-2')).toEqual(['camera-source-2'])
    expect(camerasAbove(flow, types, 'cooldown')).toEqual([])
  })
})
