// Cycles: exactly those through model, delegate-to-agent, model are let through.
import { describe, expect, it } from 'vitest'
import { buildFlow } from '../../test/support/build-flow.ts'
import type { FlowBuilder } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { compileFlow } from './compile-flow.ts'

const watched = buildFlow()
  .node('cam', 'camera-source', { path: 'a.mp4' })
  .node('m1', 'interaction-model')
  .node('m2', 'interaction-model')
  .node('d1', 'delegate-to-agent')
  .node('d2', 'delegate-to-agent')
  .node('calm', 'cooldown', {}, { version: 3 })
  .node('keep', 'memory')
  .wire('cam.frames', 'm1.frames')
  .wire('cam.frames', 'm2.frames')
  .wire('m1.delegation', 'd1.delegation')
  .wire('m2.delegation', 'd2.delegation')
  .wire('m1.response', 'calm.message')

function cyclesOf(flow: FlowBuilder): { node: string | null; message: string }[] {
  const { problems } = compileFlow(flow.build(), simpleCatalogue)
  return problems
    .filter(({ code }) => code === 'FLOW_CYCLE')
    .map(({ node, message }) => ({ node, message: message.split('. ')[0] ?? '' }))
}

describe('a cycle', () => {
  it('may lead from a model to its delegate and back', () => {
    expect(cyclesOf(watched.wire('d1.answer', 'm1.answer'))).toEqual([])
  })

  it('may lead over two models and two delegates', () => {
    expect(cyclesOf(watched.wire('d1.answer', 'm2.answer').wire('d2.answer', 'm1.answer'))).toEqual([])
  })

  it.each([
    ['an answer to the question port', watched.wire('d1.answer', 'm1.query')],
    ['a failure to the question port', watched.wire('d1.failed', 'm1.query')],
    ['a response to the model that gave it', watched.wire('calm.message', 'm1.query')],
    [
      'an answer by way of another node',
      watched.node('c2', 'cooldown', {}, { version: 3 }).wire('d1.answer', 'c2.message').wire('c2.message', 'm1.query'),
    ],
    ['a memory of what the model said', watched.wire('m1.response', 'keep.message').wire('keep.memory', 'm1.memory')],
    ['two models that question each other', watched.wire('m1.response', 'm2.query').wire('m2.response', 'm1.query')],
  ])('is refused: %s', (_name, flow) => {
    expect(cyclesOf(flow)).toHaveLength(1)
  })

  it('is named in full, on the first of its nodes', () => {
    expect(cyclesOf(watched.wire('calm.message', 'm1.query'))).toEqual([
      { node: 'calm', message: 'These nodes feed each other in a circle: “Cooldown” → “Model” → “Cooldown”' },
    ])
  })

  it('is reported once for each circle', () => {
    const flow = watched
      .wire('calm.message', 'm1.query')
      .node('c2', 'cooldown', {}, { version: 3 })
      .wire('m2.response', 'c2.message')
      .wire('c2.message', 'm2.query')
    expect(cyclesOf(flow).map(({ node }) => node)).toEqual(['c2', 'calm'])
  })

  it('is found at the end of a very long chain', () => {
    const names = Array.from({ length: 2500 }, (_, index) => `n${index}`)
    const flow = names.reduce((all, id) => all.node(id, 'cooldown', {}, { version: 3 }), buildFlow()).build()
    const wires = names.map((id, index) => ({
      from: { node: id, port: 'message' },
      to: { node: names[(index + 1) % names.length] ?? '', port: 'message' },
    }))
    const { problems } = compileFlow({ ...flow, wires }, simpleCatalogue)
    expect(problems.filter(({ code }) => code === 'FLOW_CYCLE')).toHaveLength(1)
  })
})
