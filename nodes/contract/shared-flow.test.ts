// What a flow wants, as somebody sees it before taking it.
import { expect, it } from 'vitest'
import { flowFormat } from './flow.ts'
import { wantsOf, type DescribedTypes } from './shared-flow.ts'

const type = (can: string): object => ({
  title: can,
  role: 'tick',
  version: 1,
  group: 'logic',
  ports: { in: {}, out: {} },
  config: { properties: { connection: { widget: 'connection', can } } },
})
const types = new Map([
  ['looks', type('watch')],
  ['asks', type('answer')],
]) as unknown as DescribedTypes

it('calls no connection a program that is used for what no program can do', () => {
  const node = (id: string, of: string, connection: string, more = {}) => ({
    ...{ id, type: of, version: 1, position: { x: 0, y: 0 }, config: { connection } },
    ...more,
  })
  const nodes = [
    node('a', 'looks', 'server'),
    node('b', 'asks', 'server'),
    node('c', 'asks', 'helper'),
    node('d', 'looks', 'odd', { disabled: true }),
    node('e', 'asks', 'odd'),
  ]
  const { programs } = wantsOf({ format: flowFormat, name: 'x', nodes, wires: [] }, types, new Set(['answer', 'run']))
  expect(programs.map(({ connection }) => connection)).toEqual(['helper', 'odd'])
})
