import { describe, expect, it } from 'vitest'
import { editorTypes } from '../../test/support/editor-types.ts'
import { drawFlow } from './draw-flow.ts'
import type { Flow } from './flow.ts'

const types = editorTypes()
const flowOf = (nodes: Partial<Flow['nodes'][number]>[], wires: Flow['wires'] = []): Flow => ({
  format: 'heed.flow/1',
  name: 'Yard',
  nodes: nodes.map((node, at) => ({
    id: `n${at}`,
    type: 'cooldown',
    version: 1,
    position: { x: at * 300, y: 0 },
    config: {},
    ...node,
  })),
  wires,
})

describe('a flow as a picture', () => {
  it('draws each card with its line, and each wire in the colour of its kind', () => {
    const flow = flowOf(
      [
        { id: 'cam', type: 'camera-source', name: 'Hall', config: { kind: 'file', path: 'fall.mp4' } },
        { id: 'model', type: 'interaction-model', config: { instruction: 'warn of falls' } },
      ],
      [{ from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' } }],
    )
    const { svg, width, height } = drawFlow(flow, types)
    expect(svg).toContain('>Hall</text>')
    expect(svg).toContain('>Clip fall.mp4</text>')
    expect(svg).toContain('>Warn of falls</text>')
    // From the right side of the first card to the left one of the second, at the first port.
    expect(svg).toContain('<path d="M240 30C270 30 270 30 300 30" fill="none" stroke="#0f766e"')
    expect([width, height]).toEqual([300 + 240 + 2 * 32, 30 + 4 * 26 + 2 * 32])
  })

  it('takes the colours of the page where it stands in one, and dark ones where asked', () => {
    const flow = flowOf([{}])
    expect(drawFlow(flow, types, { theme: 'page' }).svg).toContain('fill="var(--heed-surface)"')
    expect(drawFlow(flow, types, { theme: 'page' }).svg).toContain('stroke="var(--kind-message)"')
    expect(drawFlow(flow, types, { theme: 'dark' }).svg).toContain('#1a1e26')
  })

  it('draws notes with their own lines, and frames around what they hold, below the cards', () => {
    const flow: Flow = {
      ...flowOf([{}, {}]),
      notes: [{ id: 'why', text: 'Ana <sleeps>\nnext door', position: { x: 0, y: 200 }, width: 200 }],
      groups: [{ id: 'g', title: 'Night', members: ['n0', 'why', 'gone'] }],
    }
    const { svg, height } = drawFlow(flow, types)
    expect(svg).toContain('>Ana &#60;sleeps&#62;</text>')
    expect(svg).toContain('>next door</text>')
    // From 24 left of both to 24 right of the wider, and 48 above: 240 + 48 wide, 200 + 120 + 24 + 48 high.
    expect(svg).toContain('<rect x="-24" y="-48" width="288" height="392" rx="12"')
    expect(svg.indexOf('>Night</text>')).toBeLessThan(svg.indexOf('>Cooldown</text>'))
    expect(height).toBe(392 + 2 * 32)
  })

  it('gives a type that is not known the ports its wires name', () => {
    const flow = flowOf(
      [{ type: 'camera-source' }, { type: 'smart-plug' }],
      [{ from: { node: 'n0', port: 'frames' }, to: { node: 'n1', port: 'anything' } }],
    )
    const { svg } = drawFlow(flow, types)
    expect(svg).toContain('“smart-plug” is not known here.')
    expect(svg.match(/<circle/g)).toHaveLength(2)
  })

  it('holds neither markup nor a password of the document', () => {
    const { svg } = drawFlow(
      flowOf([
        { name: '</text><script>alert(1)</script>' },
        { type: '"><image href="http://evil/"/>' },
        { type: 'camera-source', config: { kind: 'rtsp', url: 'rtsp://admin:hunter2@10.0.0.7/stream2' } },
        { name: 'rtsp://admin:hunter2@10.0.0.7' },
        { name: 'half \ud800 and \u0000\u0008 none' },
      ]),
      types,
    )
    expect(svg).not.toMatch(/<script|<image|hunter2|[\u0000-\u001f]/)
    expect(svg.isWellFormed()).toBe(true)
  })

  it('says what it left out, and that nothing is there', () => {
    expect(drawFlow(flowOf([]), types).svg).toContain('Nothing is drawn here yet.')
    const many = flowOf(Array.from({ length: 5000 }, () => ({})))
    const { svg } = drawFlow(many, types)
    expect(svg).toContain('and 4600 more cards')
    expect(svg.length).toBeLessThan(1_000_000)
  })
})
