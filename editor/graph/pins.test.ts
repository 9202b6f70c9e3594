import { expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { copyItems, pasteItems, removeItems } from './edit.ts'
import { differences, runsTheSame } from './compare.ts'
import { mergeFlows } from './merge.ts'
import { addPin, pinsOf, removePin } from './pins.ts'

const node = (id: string) => ({ id, type: 'filter', version: 1, position: { x: 0, y: 0 }, config: {} })
const flow: Flow = { format: 'heed.flow/1', name: 'Yard', nodes: [node('a'), node('b')], wires: [] }
const at = (id: string) => ({ node: id, port: 'message' })
const texts = ({ pins = [] }: Flow): string[] => pins.map(({ node: of, text }) => `${of}: ${text}`)

it('keeps a message once at a port, with its fields, and lets it go', () => {
  const kept = addPin(addPin(flow, at('a'), 'Fell.', { score: 1 }), at('a'), 'Fell.')
  expect(kept.pins).toEqual([{ id: 'sample', node: 'a', port: 'message', text: 'Fell.', fields: { score: 1 } }])
  expect(addPin(flow, at('a'), '  ')).toBe(flow)
  expect(removePin(kept, 'sample')).toEqual(flow)
})

it('goes with its card: removed, copied and pasted', () => {
  const kept = addPin(addPin(flow, at('a'), 'One.'), at('b'), 'Two.')
  expect(texts(removeItems(kept, { nodes: ['a'], wires: [] }))).toEqual(['b: Two.'])
  const pasted = pasteItems(kept, copyItems(kept, ['b']), { x: 8, y: 8 })
  expect(pinsOf(pasted.flow, pasted.ids[0] ?? '').map(({ text }) => text)).toEqual(['Two.'])
  expect(new Set(pasted.flow.pins?.map(({ id }) => id)).size).toBe(3)
})

it('is merged like a card, is told as what it is, and changes nothing that runs', () => {
  const mine = addPin(flow, at('a'), 'Mine.')
  const theirs = { ...addPin(flow, at('b'), 'Theirs.'), name: 'Garden' }
  theirs.pins = theirs.pins?.map((pin) => ({ ...pin, id: 'other' })) ?? []
  const { flow: both, conflicts } = mergeFlows(flow, mine, theirs)
  expect([texts(both).sort(), both.name, conflicts]).toEqual([['a: Mine.', 'b: Theirs.'], 'Garden', []])
  expect(runsTheSame(flow, mine)).toBe(true)
  expect(differences(flow, mine, new Map())).toEqual(['Changed samples'])
})
