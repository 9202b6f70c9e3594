import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FlowSchema } from '../../nodes/contract/flow.ts'
import { parseFlow } from './parse.ts'

const text = (most: number) =>
  fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('', 'x'.repeat(most), 'x'.repeat(most + 1)))
const id = fc.oneof(fc.constantFrom('a', 'b-1', '', 'ä', 'a b', 'a\n', 'x'.repeat(64), 'x'.repeat(65)), fc.string())
const number = fc.oneof(fc.constantFrom(0, 1, 2, -1, 1.5, 2 ** 53), fc.double())
const odd = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(undefined, null, 7, [], {}) })
const node = fc.record(
  {
    id: odd(id),
    type: odd(text(80)),
    version: odd(number),
    position: odd(fc.record({ x: odd(number), y: odd(number) }, { requiredKeys: [] })),
    name: odd(text(120)),
    disabled: odd(fc.boolean()),
    config: odd(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 })),
  },
  { requiredKeys: ['id', 'type', 'version', 'position', 'config'] },
)
const end = odd(fc.record({ node: odd(id), port: odd(text(64)) }))
const flow = fc.record(
  {
    format: fc.constant('heed.flow/1'),
    name: odd(text(200)),
    description: odd(text(4000)),
    tags: odd(fc.array(text(60), { maxLength: 2 })),
    nodes: odd(fc.array(odd(node), { maxLength: 2 })),
    wires: odd(fc.array(odd(fc.record({ from: end, to: end })), { maxLength: 2 })),
  },
  { requiredKeys: ['format', 'name', 'nodes', 'wires'] },
)

describe('reading a flow', () => {
  it('finds a document whole exactly when the schema does, and reads the same out of it', () => {
    fc.assert(
      fc.property(flow, (document) => {
        const copy: unknown = JSON.parse(JSON.stringify(document))
        const schema = FlowSchema.safeParse(copy)
        const parsed = parseFlow(document)
        expect(parsed.problems.length === 0).toBe(schema.success)
        if (!schema.success) return
        const { name, nodes, wires } = schema.data
        expect(parsed.flow).toEqual({ name, nodes, wires, unreadable: new Set() })
      }),
      { numRuns: 2000 },
    )
  })

  it('copies what JSON would copy, and nothing of it is shared with the document', () => {
    const config = { list: [1, { deep: true }], gone: undefined, when: new Date(0), odd: Number.NaN }
    const document = {
      format: 'heed.flow/1',
      name: 'A',
      nodes: [{ id: 'a', type: 't', version: 1, position: { x: 0, y: -0 }, config }],
      wires: [],
    }
    const read = parseFlow(document).flow?.nodes[0]?.config
    expect(read).toEqual(JSON.parse(JSON.stringify(config)))
    expect(read?.list).not.toBe(config.list)
  })

  it('takes a document that was parsed from text without going through text again', () => {
    const document: unknown = JSON.parse(
      '{"format":"heed.flow/1","name":"A","nodes":[],"wires":[],"__proto__":{"a":1}}',
    )
    expect(parseFlow(document).problems).toEqual([])
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  it('judges so many broken parts and counts the others', () => {
    const wires = Array.from({ length: 9_000 }, () => ({
      from: { node: 'n 0', port: 'f' },
      to: { node: 'n1', port: 'f' },
    }))
    const document = { format: 'heed.flow/1', name: 'Yard', nodes: [{}], wires }
    const { problems, flow } = parseFlow(document)
    expect(problems.length).toBeGreaterThanOrEqual(9_000)
    expect(new Set(problems).size).toBeLessThan(1010)
    expect(problems.at(-1)?.message).toBe('Another wire of this flow cannot be read.')
    expect(flow?.wires).toEqual([])
  })
})
