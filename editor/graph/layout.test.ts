import { describe, expect, it } from 'vitest'
import { editorType } from '../../test/support/editor-types.ts'
import { addNode, addWire, emptyFlow } from './edit.ts'
import { columnPx, freePlace, tidyPlaces } from './layout.ts'

const ref = (node: string, port: string) => ({ node, port })
function drawn() {
  let flow = emptyFlow('Test')
  for (const type of ['notification', 'interaction-model', 'camera-source', 'camera-source'])
    flow = addNode(flow, editorType(type), { x: 0, y: 0 }).flow
  flow = addWire(flow, ref('camera-source', 'frames'), ref('interaction-model', 'frames'))
  return addWire(flow, ref('interaction-model', 'response'), ref('notification', 'message'))
}

describe('layout', () => {
  it('puts each node right of what feeds it, and none on another', () => {
    const places = tidyPlaces(drawn())
    expect([...places.values()].map(({ x }) => x / columnPx)).toEqual(expect.arrayContaining([0, 0, 1, 2]))
    expect(places.get('notification')).toEqual({ x: 2 * columnPx, y: 0 })
    expect(new Set([...places.values()].map(({ x, y }) => `${x}/${y}`)).size).toBe(4)
  })

  it('keeps the distance that the drawn heights ask for', () => {
    expect(tidyPlaces(drawn(), new Map([['camera-source', 400]])).get('camera-source-2')?.y).toBe(432)
  })

  it('ends on a circle', () => {
    const flow = addWire(drawn(), ref('notification', 'delivered'), ref('interaction-model', 'query'))
    expect(tidyPlaces(flow).size).toBe(4)
  })

  it('finds a place for a new card that covers no other', () => {
    const place = freePlace(drawn(), { x: 10, y: 10 })
    expect(Math.abs(place.x) >= 250 || Math.abs(place.y) >= 120).toBe(true)
  })
})
