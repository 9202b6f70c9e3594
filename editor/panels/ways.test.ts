import { IconSchema as icon } from '@tabler/icons-react'
import { expect, it } from 'vitest'
import { bestOf, type Way } from './ways.ts'

const way = (label: string, more: Partial<Way> = {}): Way => ({ id: label, label, icon, run: () => undefined, ...more })
const ways = [
  way('Undo', { isOff: true }),
  way('Inbox', { text: 'Page' }),
  way('Watch Fall alert', { text: 'Flow' }),
  way('Fall alert', { text: 'Flow' }),
  way('中文', { said: 'language 语言' }),
]
const found = (words: string) => bestOf(ways, words).map(({ label }) => label)

it('finds a flow by its name before what only speaks of it, and anything by its kind or its other words', () => {
  expect(found('fall')).toEqual(['Fall alert', 'Watch Fall alert'])
  expect(found('alert watch')).toEqual(['Watch Fall alert'])
  expect(found('page')).toEqual(['Inbox'])
  expect(found('LANGUAGE')).toEqual(['中文'])
  expect(found('nothing of the kind')).toEqual([])
})

it('offers everything in its order for no words, what cannot be done now last', () => {
  expect(found('')).toEqual(['Inbox', 'Watch Fall alert', 'Fall alert', '中文', 'Undo'])
})
