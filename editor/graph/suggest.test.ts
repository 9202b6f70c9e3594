import { describe, expect, it } from 'vitest'
import { editorTypes } from '../../test/support/editor-types.ts'
import { fittingTypes } from './suggest.ts'

const types = [...editorTypes().values()]
const names = (kind: Parameters<typeof fittingTypes>[1], side: 'in' | 'out') =>
  fittingTypes(types, kind, side).map(({ type, port }) => `${type.type}.${port}`)

describe('what a loose wire could lead to', () => {
  it('begins with what pictures are for, and leaves out what takes none', () => {
    expect(names('frames', 'in')).toEqual([
      'interaction-model.frames',
      'adacodec.frames',
      'crop.frames',
      'privacy-mask.frames',
    ])
  })

  it('offers each type once, at its best port', () => {
    expect(names('message', 'in')[0]).toBe('notification.message')
    expect(new Set(fittingTypes(types, 'message', 'in').map(({ type }) => type.type)).size).toBe(
      fittingTypes(types, 'message', 'in').length,
    )
    expect(names('message', 'in')).not.toContain('camera-source.frames')
  })

  it('looks the other way for a wire drawn out of an in port', () => {
    expect(names('frames', 'out')[0]).toBe('camera-source.frames')
    // Every decision reads as a message, but what says messages comes first.
    const sends = names('message', 'out')
    expect(sends.indexOf('interaction-model.response')).toBe(0)
    expect(sends).not.toContain('interaction-model.tick')
  })
})
