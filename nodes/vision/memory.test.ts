import { describe, expect, it } from 'vitest'
import type { ModelMemory } from '../contract/capabilities.ts'
import { memoryEntries, type MemoryState } from '../contract/memory.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import memory from './memory.ts'

/** A node with one model behind it, whose memory a test sets. */
function bench(config: Record<string, unknown> = {}) {
  const model: { memory: ModelMemory | undefined; replaced: ModelMemory[] } = { memory: undefined, replaced: [] }
  const notes: string[] = []
  const node = testNode(memory, {
    config,
    note: (kind, text) => notes.push(`${kind}: ${text}`),
    modelMemories: () => [
      {
        node: 'model',
        memory: model.memory,
        replace: (next) => {
          model.replaced.push(next)
          model.memory = next
        },
      },
    ],
  })
  return {
    node,
    model,
    notes,
    state: () => node.state as MemoryState,
    says: (...texts: string[]) => ({ message: texts.map((text) => testMessage(text)) }),
  }
}
const edit = (memoryEdit: unknown) => ({
  message: [
    testMessage('changed', { source: { flow: 'flow1', node: '', stream: 'flow1-cam' }, fields: { memoryEdit } }),
  ],
})

describe('memory', () => {
  it('sends what it knows at the first tick, and again only when it changed', async () => {
    const { node, says } = bench()
    expect(await node.tick({}, { start: 'fresh' })).toEqual({ memory: { text: '' } })
    expect(await node.tick(says("The grandmother's room\nis on the left."))).toEqual({
      memory: { text: "- The grandmother's room is on the left." },
    })
    expect(await node.tick()).toEqual({})
    expect(await node.tick(says("The grandmother's room\nis on the left."))).toEqual({})
    expect(node.status?.text).toBe('Remembers 1 fact')
    node.restart()
    expect(await node.tick({}, { start: 'resumed' })).toEqual({
      memory: { text: "- The grandmother's room is on the left." },
    })
  })

  it('drops the oldest fact when there are too many, and says so', async () => {
    const { node, says, state } = bench({ keepFacts: 2 })
    await node.tick(says('a', 'b', 'c'))
    expect(state().facts.map(({ text }) => text)).toEqual(['b', 'c'])
    expect(node.status).toMatchObject({ tone: 'warn', text: '1 older fact was dropped: there was no more room.' })
  })

  it('stays small whatever it is told', async () => {
    const { node, state } = bench({ keepFacts: 50 })
    for (let n = 0; n < 40; n++) await node.tick({ message: [testMessage(`${n} ${'x'.repeat(5000)}`)] })
    expect(JSON.stringify(state()).length).toBeLessThan(5000)
    expect(state().facts.at(-1)?.text).toMatch(/^39 /)
  })

  it('keeps what the model has in mind, without telling it its own words again', async () => {
    const { node, model, state } = bench()
    model.memory = {
      longTerm: 'A quiet house.',
      midTerm: [{ range: '0.0s-99.0s', text: 'She sleeps.' }],
      questions: [{ question: 'Who?', answer: 'Nobody.', at: 'now' }],
    }
    expect(await node.tick({}, { start: 'fresh' })).toEqual({ memory: { text: '' } })
    expect(state().models.model).toMatchObject({ longTerm: 'A quiet house.', midTerm: [{ text: 'She sleeps.' }] })
    expect(node.status?.text).toBe('Remembers 2 summaries, 1 answer')
  })

  it('lists what the model said where Heed keeps it, and lets a person correct and forget it', async () => {
    const { node, model, state } = bench()
    model.memory = {
      longTerm: '',
      midTerm: [],
      said: [
        { atS: 3, text: 'A man came in.' },
        { atS: 9.04, text: 'He fell.' },
      ],
    }
    await node.tick()
    const entry = (text: string) => memoryEntries(state().models).find((each) => each.text === text)
    expect(entry('He fell.')).toMatchObject({ part: 'said', range: '9.0 s', model: 'model' })
    await node.tick(edit({ op: 'forget', id: entry('He fell.')?.id }))
    expect(model.replaced.at(-1)?.said).toEqual([{ atS: 3, text: 'A man came in.' }])
    await node.tick(edit({ op: 'correct', id: entry('A man came in.')?.id, text: 'The nurse came in.' }))
    expect(model.replaced.at(-1)).toEqual({ longTerm: '', midTerm: [], said: [{ atS: 3, text: 'The nurse came in.' }] })
    expect(memoryEntries(state().models).map(({ text }) => text)).toEqual(['The nurse came in.'])
  })

  it('says in the history what a session was taken up with', async () => {
    const { node, notes, says } = bench()
    await node.tick({}, { start: 'resumed' })
    expect(notes).toEqual([])
    await node.tick(says('The cat is grey.'))
    node.restart()
    await node.tick({}, { start: 'resumed' })
    expect(notes).toEqual([
      'memory.restored: The stream was taken up again and goes on with what was remembered: 1 fact.',
    ])
  })

  it('corrects and forgets facts at a person’s word, and nobody else’s', async () => {
    const { node, says, state } = bench()
    await node.tick(says('The cat is grey.', 'The dog is old.'))
    const [cat, dog] = state().facts
    expect(await node.tick(edit({ op: 'correct', id: cat?.id, text: 'The cat is black.' }))).toEqual({
      memory: { text: '- The cat is black.\n- The dog is old.' },
    })
    expect(await node.tick(edit({ op: 'forget', id: dog?.id }))).toEqual({ memory: { text: '- The cat is black.' } })
    await node.tick({ message: [testMessage('harmless', { fields: { memoryEdit: { op: 'forget', id: cat?.id } } })] })
    expect(state().facts.map(({ text }) => text)).toEqual(['The cat is black.', 'harmless'])
  })

  it('begins the model anew with a corrected summary, and leaves it alone when the summary is gone', async () => {
    const { node, model, state } = bench()
    model.memory = {
      longTerm: '',
      midTerm: [
        { range: 'a', text: 'She sleeps.' },
        { range: 'b', text: 'She reads.' },
      ],
    }
    await node.tick()
    const [sleeps, reads] = memoryEntries(state().models)
    await node.tick(edit({ op: 'correct', id: sleeps?.id, text: 'She rests.' }))
    await node.tick(edit({ op: 'forget', id: reads?.id }))
    expect(model.replaced).toEqual([
      {
        longTerm: '',
        midTerm: [
          { range: 'a', text: 'She rests.' },
          { range: 'b', text: 'She reads.' },
        ],
      },
      { longTerm: '', midTerm: [{ range: 'a', text: 'She rests.' }] },
    ])
    await node.tick(edit({ op: 'forget', id: sleeps?.id }))
    expect(model.replaced).toHaveLength(2)
  })

  it('warns when no summary came for two chunks, and when the newest one is old', async () => {
    const { node, model } = bench()
    model.memory = { longTerm: '', midTerm: [] }
    await node.tick({}, { number: 1 })
    await node.tick({}, { number: 201 })
    expect(node.status?.tone).toBe('ok')
    await node.tick({}, { number: 202 })
    expect(node.status).toMatchObject({
      tone: 'warn',
      text: expect.stringContaining('has summed up nothing yet') as string,
    })
    model.memory = { longTerm: '', midTerm: [{ range: 'a', text: 'She sleeps.' }] }
    await node.tick({}, { number: 203 })
    expect(node.status?.tone).toBe('ok')
    await node.tick({}, { number: 404 })
    expect(node.status?.text).toContain('The newest summary of the model "model" is 3 min old')
    await node.tick({}, { number: 1, start: 'resumed' })
    expect(node.status?.tone).toBe('ok')
  })
})
