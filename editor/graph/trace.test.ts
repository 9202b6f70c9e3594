import { describe, expect, it } from 'vitest'
import type { TraceStepView } from '../views.ts'
import { fateAt, wiresTaken } from './trace.ts'

const step = (node: string, what: TraceStepView['what'], ports?: string[], code = what as string): TraceStepView => ({
  at: '2026-01-01T00:00:00.000Z',
  node,
  name: node,
  type: null,
  what,
  code,
  reason: null,
  ...(ports ? { ports } : {}),
})
const wire = (from: string, to: string) => {
  const [node = '', port = ''] = from.split('.')
  return { from: { node, port }, to: { node: to, port: 'message' } }
}
const wires = [
  wire('model.response', 'words'),
  wire('model.delegation', 'ask'),
  wire('words.message', 'calm'),
  wire('calm.message', 'tell'),
]

describe('the way of a message', () => {
  it('lights the wires it took and ends where it was held', () => {
    const steps = [step('model', 'passed', ['response']), step('words', 'passed', ['message']), step('calm', 'held')]
    expect(wiresTaken(wires, steps)).toEqual([wires[0], wires[2]])
    expect(['model', 'words', 'calm', 'tell'].map((node) => fateAt(node, steps))).toEqual([
      'passed',
      'passed',
      'held',
      null,
    ])
  })

  it('goes on to what was delivered, whatever is put off behind it', () => {
    const steps = [
      step('model', 'passed', ['response']),
      step('words', 'passed', ['message']),
      step('calm', 'passed', ['message']),
      step('tell', 'sent'),
      step('tell', 'delivered'),
      step('tell', 'held', undefined, 'later'),
    ]
    expect(wiresTaken(wires, steps)).toEqual([wires[0], wires[2], wires[3]])
    expect(fateAt('tell', steps)).toBe('delivered')
  })
})
