import { describe, expect, it } from 'vitest'
import { markOf } from '../contract/frames.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { testNode } from '../../test/support/test-node.ts'
import crop from './crop.ts'

const rectangle = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }

describe('crop', () => {
  it('asks the decoder for its part and passes pictures that are cut down to it', async () => {
    const node = testNode(crop, { config: { rectangle } })
    expect(node.taps()).toEqual({ filters: [{ do: 'crop', rectangle }] })
    const frame = { ...testFrame(1), burnt: [markOf({ do: 'crop', rectangle })] }
    expect(await node.tick({ frames: frame })).toEqual({ frames: frame })
    expect(node.status?.text).toBe('640 × 480 px')
  })

  it('ends the stream when a whole picture comes', async () => {
    await expect(testNode(crop, { config: { rectangle } }).tick({ frames: testFrame(1) })).rejects.toMatchObject({
      code: 'BUG_INVARIANT',
    })
  })

  it('refuses a part that reaches beyond the picture', () => {
    expect(testNode(crop, { config: { rectangle: { ...rectangle, x: 0.6 } } }).check()).toMatchObject([
      { code: 'CROP_OUTSIDE' },
    ])
    expect(testNode(crop, { config: { rectangle } }).check()).toEqual([])
  })
})
