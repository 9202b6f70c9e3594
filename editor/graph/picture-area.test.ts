// Areas on a picture: always inside it, and drawn on what the camera and the cards before really show.
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { editorTypes } from '../../test/support/editor-types.ts'
import { between, pictureBefore, placeIn, polygonsIn, rectangleIn } from './picture-area.ts'

const node = (id: string, type: string, config: Record<string, unknown> = {}) => ({
  id,
  type,
  version: 1,
  position: { x: 0, y: 0 },
  config,
})
const wire = (from: string, to: string) => ({ from: { node: from, port: 'frames' }, to: { node: to, port: 'frames' } })

describe('an area on a picture', () => {
  it('is measured in parts of the picture, and never outside', () => {
    const box = { left: 100, top: 50, width: 200, height: 100 }
    expect(placeIn(box, { clientX: 150, clientY: 100 })).toEqual({ x: 0.25, y: 0.5 })
    expect(placeIn(box, { clientX: 10, clientY: 900 })).toEqual({ x: 0, y: 1 })
  })

  it('is a rectangle whichever corner came first, and never flat', () => {
    expect(between({ x: 0.8, y: 0.6 }, { x: 0.2, y: 0.1 })).toEqual({ x: 0.2, y: 0.1, width: 0.6, height: 0.5 })
    expect(between({ x: 1, y: 1 }, { x: 1, y: 1 })).toEqual({ x: 0.98, y: 0.98, width: 0.02, height: 0.02 })
  })

  it('survives a config that holds something else', () => {
    expect(polygonsIn('no')).toEqual([])
    expect(polygonsIn([[{ x: 0, y: 0 }, null, { x: 1 }], 3])).toEqual([[{ x: 0, y: 0 }]])
    expect(rectangleIn(null)).toEqual({ x: 0, y: 0, width: 1, height: 1 })
  })

  it('is drawn on the camera as the cards before leave it', () => {
    const rectangle = { x: 0, y: 0, width: 0.5, height: 0.5 }
    const flow = {
      format: 'heed.flow/1',
      name: 'f',
      nodes: [
        node('cam', 'camera-source'),
        node('part', 'crop', { rectangle }),
        node('mask', 'privacy-mask'),
        node('lost', 'crop'),
      ],
      wires: [wire('cam', 'part'), wire('part', 'mask')],
    } as unknown as Flow
    expect(pictureBefore(flow, 'mask', editorTypes())).toMatchObject({
      camera: { id: 'cam' },
      filters: [{ do: 'crop', rectangle }],
    })
    expect(pictureBefore(flow, 'lost', editorTypes())).toBeNull()
  })
})
