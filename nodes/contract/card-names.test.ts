import { expect, it } from 'vitest'
import { cardNames } from './card-names.ts'

it('calls a card what a person called it, else by its type, and counts those that nobody named', () => {
  const card = (node: string, name: string | null, type = 'camera') => ({ node, type, name })
  const title = (type: string) => (type === 'camera' ? 'Camera' : undefined)
  const names = (...cards: ReturnType<typeof card>[]) => [...cardNames(cards, title).values()]
  expect(names(card('cam', 'Back door'), card('cam-2', null))).toEqual(['Back door', 'Camera'])
  expect(names(card('cam', null), card('cam-2', 'Hall'), card('cam-3', null))).toEqual(['Camera 1', 'Hall', 'Camera 2'])
  expect(names(card('odd', null, 'of a package that is gone'))).toEqual(['odd'])
})
