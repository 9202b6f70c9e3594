import { expect, it } from 'vitest'
import { actionId, idFrom, streamIdOf, tickId } from './ids.ts'

it('makes the same UUID-shaped id from the same parts, and another from others', () => {
  const id = idFrom('flow1-cam', 1, 7, 'model', 'response', 0)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(idFrom('flow1-cam', 1, 7, 'model', 'response', 0)).toBe(id)
  const others = [
    idFrom('flow1-cam', 2, 7, 'model', 'response', 0),
    idFrom('flow1-cam', 1, 7, 'model', 'response', 1),
    idFrom('flow1-cam1', 7, 'model', 'response', 0),
  ]
  expect(new Set([id, ...others]).size).toBe(4)
  const order = { streamId: 'flow1-cam', run: 1, generation: 2 }
  expect(tickId(order, 7, 'model', 'response', 0)).toBe(idFrom('flow1-cam', 1, 2, 7, 'model', 'response', 0))
})

it('names actions and streams after what they are about', () => {
  expect(actionId('e1', 'tell')).toBe('e1_tell')
  expect(streamIdOf('flow1', 'cam')).toBe('flow1-cam')
})
