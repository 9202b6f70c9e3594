import { describe, expect, it } from 'vitest'
import { editorType, editorTypes } from '../../test/support/editor-types.ts'
import { addNode, addWire, emptyFlow } from './edit.ts'
import { tidyPlaces, wiresBack, type Drawing } from './layout.ts'
import { drawingOf, freePlace, roomOf } from './room.ts'

type Card = Drawing['cards'][number]
const card = (id: string, more: Partial<Card> = {}): Card => ({ id, x: 0, y: 0, width: 240, height: 200, ...more })
const wire = (from: string, to: string, fromY = 30, toY = 30) => ({ from, to, fromY, toY })
const drawing = (cards: Card[], wires: Drawing['wires'], more: Partial<Drawing> = {}): Drawing => ({
  cards,
  wires,
  groups: [],
  notes: [],
  ...more,
})

/** The cards as they lie after tidying. */
function tidied(of: Drawing): Card[] {
  const places = tidyPlaces(of)
  return of.cards.map((each) => ({ ...each, ...places.get(each.id) }))
}

function overlaps(cards: readonly Omit<Card, 'isPinned'>[]): string[] {
  return cards.flatMap((a, at) =>
    cards
      .slice(at + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.id} and ${b.id}`),
  )
}

/** How often two wires cross, as straight lines from port to port. */
function crossings(cards: readonly Card[], wires: Drawing['wires']): number {
  const at = new Map(cards.map((each) => [each.id, each]))
  const lines = wires.map(({ from, to, fromY, toY }) => {
    const [a, b] = [at.get(from), at.get(to)]
    return [(a?.x ?? 0) + (a?.width ?? 0), (a?.y ?? 0) + fromY, b?.x ?? 0, (b?.y ?? 0) + toY] as const
  })
  const side = (line: readonly number[], x: number, y: number): number => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = line
    return Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1))
  }
  return lines.reduce(
    (sum, a, index) =>
      sum +
      lines
        .slice(index + 1)
        .filter((b) => side(a, b[0], b[1]) * side(a, b[2], b[3]) < 0 && side(b, a[0], a[1]) * side(b, a[2], a[3]) < 0)
        .length,
    0,
  )
}

/** `cameras` cameras with codec and model each, filters and notifications that several share, an agent behind each model. */
function house(cameras: number): Drawing {
  const cards: Card[] = []
  const wires: Drawing['wires'] = []
  // Drawn from the back to the front, so that the order of the document helps nobody.
  for (let n = cameras - 1; n >= 0; n--) {
    const shared = Math.floor(n / 5)
    cards.push(
      card(`tell${n}`, { y: (n * 37) % 900 }),
      card(`agent${n}`, { y: (n * 53) % 900 }),
      card(`filter${n}`, { height: 136, y: (n * 71) % 900 }),
      card(`model${n}`, { height: 392, y: (n * 13) % 900 }),
      card(`codec${n}`, { y: (n * 29) % 900 }),
      card(`cam${n}`, { height: 264, y: (n * 97) % 900 }),
    )
    wires.push(
      wire(`cam${n}`, `codec${n}`),
      wire(`codec${n}`, `model${n}`),
      wire(`model${n}`, `filter${n}`),
      wire(`filter${n}`, `tell${shared * 5}`),
      wire(`model${n}`, `agent${n}`, 56),
      wire(`agent${n}`, `model${n}`, 30, 108),
      wire(`filter${n}`, `tell${n}`, 56),
    )
  }
  return drawing(cards, wires)
}

describe('tidying', () => {
  it('runs from left to right, level along the ports', () => {
    const cards = tidied(
      drawing([card('c'), card('b', { height: 400 }), card('a')], [wire('a', 'b'), wire('b', 'c', 56)]),
    )
    const at = new Map(cards.map((each) => [each.id, each]))
    expect(at.get('a')?.x).toBeLessThan(at.get('b')?.x ?? 0)
    expect(at.get('b')?.x).toBeLessThan(at.get('c')?.x ?? 0)
    expect(at.get('a')?.y).toBe(at.get('b')?.y)
    // Port 56 of b is level with port 30 of c: 24 lower on the grid of 8.
    expect((at.get('c')?.y ?? 0) - (at.get('b')?.y ?? 0)).toBe(24)
  })

  it('stays where the drawing was, and gives the same places again', () => {
    const once = tidied(drawing([card('a', { x: 400, y: 640 }), card('b', { x: 416, y: 648 })], [wire('a', 'b')]))
    expect(once[0]).toMatchObject({ x: 400, y: 640 })
    expect(tidied(drawing(once, [wire('a', 'b')]))).toEqual(once)
  })

  it('leaves the wires back out of the order, and ends on a circle', () => {
    const wires = [wire('cam', 'model'), wire('model', 'agent'), wire('agent', 'model')]
    const cards = [card('agent'), card('model'), card('cam')]
    expect([...wiresBack({ cards, wires })]).toEqual([wires[2]])
    const [agent, model] = tidied(drawing(cards, wires))
    expect(model?.x).toBeLessThan(agent?.x ?? 0)
    const ring = [wire('a', 'b'), wire('b', 'a')]
    expect(tidyPlaces(drawing([card('a'), card('b')], ring)).size).toBe(2)
  })

  it('keeps 300 cards apart, in few crossings, the last column not far below the first', () => {
    const of = house(50)
    const cards = tidied(of)
    expect(cards).toHaveLength(300)
    expect(overlaps(cards)).toEqual([])
    const back = wiresBack(of)
    // 71 at most by this drawing's nature are none: five chains side by side into one notification need not cross.
    expect(
      crossings(
        cards,
        of.wires.filter((each) => !back.has(each)),
      ),
    ).toBeLessThan(60)
    const middles = (name: RegExp) => {
      const ys = cards.filter(({ id }) => name.test(id)).map(({ y, height }) => y + height / 2)
      return ys.reduce((sum, y) => sum + y, 0) / ys.length
    }
    expect(Math.abs(middles(/^tell/) - middles(/^cam/))).toBeLessThan(300)
  })

  it('is done in the time of a blink for a hundred cards', () => {
    const start = performance.now()
    tidyPlaces(house(17))
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('keeps what a person has pinned, and everything out of its way', () => {
    const of = house(5)
    const pinned = of.cards.map((each) => (each.id === 'model2' ? { ...each, x: 700, y: 333, isPinned: true } : each))
    const cards = tidied({ ...of, cards: pinned })
    expect(cards.find(({ id }) => id === 'model2')).toMatchObject({ x: 700, y: 333 })
    expect(overlaps(cards)).toEqual([])
  })

  it('keeps groups together, nothing else between, and takes notes along with their cards', () => {
    const of = house(4)
    const groups = [
      ['cam0', 'codec0', 'model0'],
      ['cam1', 'codec1', 'model1'],
    ]
    const near = of.cards.find(({ id }) => id === 'cam3') ?? card('cam3')
    const note = { id: 'why', x: near.x, y: near.y + near.height + 8, width: 240, height: 120 }
    const places = tidyPlaces({ ...of, groups, notes: [note] })
    const cards = of.cards.map((each) => ({ ...each, ...places.get(each.id) }))
    expect(overlaps([...cards, { ...note, ...places.get('why') }])).toEqual([])
    for (const members of groups) {
      const inside = cards.filter(({ id }) => members.includes(id))
      const [left, top] = [Math.min(...inside.map(({ x }) => x)), Math.min(...inside.map(({ y }) => y))]
      const frame = {
        id: 'frame',
        x: left - 24,
        y: top - 48,
        width: Math.max(...inside.map(({ x, width }) => x + width)) + 24 - (left - 24),
        height: Math.max(...inside.map(({ y, height }) => y + height)) + 24 - (top - 48),
      }
      expect(
        overlaps([frame, ...cards.filter(({ id }) => !members.includes(id))]).filter((each) => each.includes('frame')),
      ).toEqual([])
    }
  })

  it('sets loose cards side by side, not in one long column', () => {
    const cards = tidied(
      drawing(
        Array.from({ length: 40 }, (_, n) => card(`n${n}`)),
        [],
      ),
    )
    expect(overlaps(cards)).toEqual([])
    const height = Math.max(...cards.map(({ y }) => y)) + 200
    expect(height).toBeLessThan(2000)
  })
})

describe('room for a card', () => {
  const types = editorTypes()
  it('is what it will need while it runs, and never less than what it has', () => {
    const { flow } = addNode(emptyFlow('Test'), editorType('interaction-model'), { x: 0, y: 0 })
    const [node] = flow.nodes
    if (!node) throw new Error('no node')
    expect(roomOf(node, types.get(node.type)).height).toBeGreaterThan(300)
    expect(roomOf(node, types.get(node.type), { width: 240, height: 900 }).height).toBe(900)
  })

  it('is left free by the next one', () => {
    let { flow } = addNode(emptyFlow('Test'), editorType('camera-source'), { x: 0, y: 0 })
    for (let n = 0; n < 12; n++)
      flow = addNode(flow, editorType('cooldown'), freePlace(flow, types, { x: 10, y: 10 }, types.get('cooldown'))).flow
    const boxes = flow.nodes.map((node) => ({ id: node.id, ...roomOf(node, types.get(node.type)) }))
    expect(overlaps(boxes)).toEqual([])
  })

  it('goes to the layout with the ports as they lie, what was not chosen pinned', () => {
    let flow = emptyFlow('Test')
    for (const type of ['camera-source', 'interaction-model'])
      flow = addNode(flow, editorType(type), { x: 0, y: 0 }).flow
    flow = addWire(flow, { node: 'camera-source', port: 'frames' }, { node: 'interaction-model', port: 'frames' })
    const { cards, wires } = drawingOf(flow, types, new Map(), new Set(['camera-source']))
    expect(cards.map(({ isPinned }) => isPinned)).toEqual([false, true])
    expect(wires).toEqual([{ from: 'camera-source', to: 'interaction-model', fromY: 30, toY: 30 }])
  })
})
