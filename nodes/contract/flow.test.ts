// Flow documents: what is read, what is kept, and how older formats come up to date.
import { afterEach, describe, expect, it } from 'vitest'
import { FlowSchema, flowFormat, flowMigrations, migrateFlow } from './flow.ts'

const flow = {
  format: flowFormat,
  name: 'Fall alert',
  mood: 'kept',
  tags: ['care'],
  nodes: [
    {
      id: 'cam',
      type: 'camera-source',
      version: 1,
      position: { x: 0, y: 0, locked: true },
      config: { kind: 'file', secretIdea: 1 },
      color: 'red',
    },
  ],
  wires: [{ from: { node: 'cam', port: 'frames', hint: 1 }, to: { node: 'gone', port: 'frames' }, bend: [1, 2] }],
}

describe('a flow document', () => {
  it('keeps unknown keys at every level', () => {
    expect(FlowSchema.parse(JSON.parse(JSON.stringify(flow)))).toEqual(flow)
  })

  it.each(['a b', 'ü', '', 'x'.repeat(65), 'a.b', 'a/b'])('refuses the id "%s"', (id) => {
    expect(FlowSchema.safeParse({ ...flow, nodes: [{ ...flow.nodes[0], id }] }).success).toBe(false)
  })

  it('needs nodes, wires and a name', () => {
    for (const key of ['nodes', 'wires', 'name', 'format'] as const) {
      const { [key]: _left, ...rest } = flow
      expect(FlowSchema.safeParse(rest).success).toBe(false)
    }
  })
})

describe('migrateFlow', () => {
  afterEach(() => {
    for (const format of ['heed.flow/-1', 'heed.flow/0', 'loop']) delete flowMigrations[format]
  })

  it('leaves the present format as it is', () => {
    expect(migrateFlow(flow)).toBe(flow)
  })

  it('walks from format to format until none leads on', () => {
    flowMigrations['heed.flow/-1'] = ({ title, ...rest }) => ({ ...rest, format: 'heed.flow/0', label: title })
    flowMigrations['heed.flow/0'] = ({ label, ...rest }) => ({ ...rest, format: flowFormat, name: label })
    expect(migrateFlow({ format: 'heed.flow/-1', title: 'Old' })).toEqual({ format: flowFormat, name: 'Old' })
  })

  it('ends even when migrations lead in a circle', () => {
    flowMigrations.loop = (old) => old
    expect(migrateFlow({ format: 'loop' })).toEqual({ format: 'loop' })
  })

  it.each([
    undefined,
    null,
    7,
    'heed.flow/1',
    [],
    {},
    { format: 'valueOf' },
    { format: '__proto__' },
    { format: null },
  ])('leaves %j for the parser to refuse', (document) => {
    expect(migrateFlow(document)).toBe(document)
  })
})
