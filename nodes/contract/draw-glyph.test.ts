import { describe, expect, it } from 'vitest'
import type { DrawnType } from './draw-flow.ts'
import { drawGlyph } from './draw-glyph.ts'
import type { Flow } from './flow.ts'

const types = new Map<string, DrawnType>([
  [
    'eye',
    {
      title: 'Eye',
      group: 'video',
      card: '',
      config: {},
      ports: { in: {}, out: { frames: { kind: 'frames', label: 'Frames' } } },
    },
  ],
])
const node = (id: string, type: string, x: number, y = 0) => ({ id, type, version: 1, position: { x, y }, config: {} })
const flow: Flow = {
  format: 'heed.flow/1',
  name: '<script>alert(1)</script>',
  nodes: [node('a', 'eye', -500), node('b', '"><script>', 40, 10), node('c', 'eye', 9000, 400)],
  wires: [
    { from: { node: 'a', port: 'frames' }, to: { node: 'b', port: 'x' } },
    { from: { node: 'a', port: 'frames' }, to: { node: 'gone', port: 'x' } },
  ],
}

describe('the shape of a flow', () => {
  it('draws a tile for each card in columns and rows, however far apart they lie', () => {
    const { svg, width, height } = drawGlyph(flow, types)
    // Three columns of 84, two rows of 72, the last one 48, with 16 around.
    expect([width, height]).toEqual([2 * 84 + 48 + 32, 72 + 48 + 32])
    expect(svg.match(/<rect/g)).toHaveLength(3)
  })

  it('draws wires in the colour of what they carry, and none to a card that is not there', () => {
    const { svg } = drawGlyph(flow, types, { theme: 'page' })
    expect(svg.match(/var\(--kind-frames\)/g)).toHaveLength(1)
  })

  it('holds no word of the document', () => {
    expect(drawGlyph(flow, types).svg).not.toMatch(/script|alert|eye/)
  })

  it('of an empty flow is empty', () => {
    expect(drawGlyph({ ...flow, nodes: [], wires: [] }, types).svg).not.toContain('<rect')
  })
})
