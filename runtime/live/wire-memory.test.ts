import { expect, it } from 'vitest'
import { createWireMemory } from './live-hub.ts'

const passed = (flow: string, from: string, text: string) => ({
  type: 'wires' as const,
  flow,
  stream: `${flow}-cam`,
  at: '2026-01-01T00:00:00.000Z',
  passes: [{ from, to: 'tell.message', eventId: text, text, count: 1 }],
})

it('keeps the newest of each wire and lets the longest unused go when it is full', () => {
  const memory = createWireMemory(2)
  memory.take(passed('f', 'a.message', 'one'))
  memory.take(passed('f', 'b.message', 'two'))
  memory.take(passed('f', 'a.message', 'three'))
  memory.take(passed('g', 'a.message', 'four'))
  expect(memory.of('f').map(({ text }) => text)).toEqual(['three'])
  expect(memory.of('g')).toMatchObject([{ text: 'four', stream: 'g-cam' }])
})
