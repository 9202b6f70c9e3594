import { describe, expect, it } from 'vitest'
import { markOf } from '../contract/frames.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { testNode } from '../../test/support/test-node.ts'
import privacyMask from './privacy-mask.ts'

const triangle = [
  { x: 0.1, y: 0.1 },
  { x: 0.5, y: 0.1 },
  { x: 0.1, y: 0.5 },
]
const config = { polygons: [triangle] }
const mark = markOf({ do: 'mask', polygons: [triangle] })

describe('privacy-mask', () => {
  it('asks the decoder for its areas and passes pictures that have them', async () => {
    const node = testNode(privacyMask, { config })
    expect(node.taps()).toEqual({ filters: [{ do: 'mask', polygons: [triangle] }] })
    const frame = { ...testFrame(1), burnt: ['crop 0 0 1 1', mark] }
    expect(await node.tick({ frames: frame })).toEqual({ frames: frame })
    expect(node.status?.text).toBe('1 area hidden')
    expect(await node.tick()).toEqual({})
  })

  it.each([
    ['nothing', undefined],
    ['another mask', [markOf({ do: 'mask', polygons: [triangle.slice().reverse()] })]],
    ['an empty list', []],
  ])('ends the stream when a picture has %s burned in', async (_what, burnt) => {
    const frame = { ...testFrame(1), ...(burnt ? { burnt } : {}) }
    await expect(testNode(privacyMask, { config }).tick({ frames: frame })).rejects.toMatchObject({
      code: 'BUG_INVARIANT',
      message: expect.stringContaining('without its privacy mask') as string,
    })
  })

  it('finds its mark again when the plan was stored and read, whatever the order of keys', async () => {
    const stored = { polygons: [triangle.map(({ x, y }) => ({ y, x }))] }
    expect(
      await testNode(privacyMask, { config: stored }).tick({ frames: { ...testFrame(1), burnt: [mark] } }),
    ).toHaveProperty('frames')
  })

  it('refuses to hide nothing', () => {
    expect(testNode(privacyMask).check()).toMatchObject([{ code: 'MASK_EMPTY', field: 'polygons' }])
    const line = [
      { x: 0, y: 0 },
      { x: 0.5, y: 0.5 },
      { x: 1, y: 1 },
    ]
    expect(testNode(privacyMask, { config: { polygons: [triangle, line] } }).check()).toMatchObject([
      { code: 'MASK_FLAT', field: 'polygons.1' },
    ])
    expect(testNode(privacyMask, { config }).check()).toEqual([])
  })
})
