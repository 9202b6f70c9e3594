import { describe, expect, it } from 'vitest'
import { redNode, type RedEntry } from '../../test/support/red-flow.ts'
import { FlowSchema } from '../contract/flow.ts'
import format from './format.ts'

describe('whatever comes in', () => {
  const odd: unknown[] = [
    null,
    undefined,
    0,
    -1,
    1e300,
    '',
    'x',
    [],
    {},
    [[]],
    [['a', null, 5]],
    { a: { b: [] } },
    true,
    '__proto__',
    '\ud800',
    'subflow:s',
  ]
  const keys = [
    'id',
    'type',
    'z',
    'x',
    'y',
    'g',
    'd',
    'wires',
    'links',
    'mode',
    'env',
    'in',
    'out',
    'scope',
    'rules',
    'props',
    'name',
    'label',
    'url',
    'template',
    'heed',
    'repeat',
    'nodes',
  ]
  const types = [
    'tab',
    'subflow',
    'subflow:s',
    'group',
    'junction',
    'link in',
    'link out',
    'link call',
    'inject',
    'switch',
    'change',
    'template',
    'delay',
    'trigger',
    'rbe',
    'debug',
    'catch',
    'complete',
    'comment',
    'function',
    'heed-x',
    'mqtt out',
    'http request',
    'rtsp-camera',
    'global-config',
    'x'.repeat(500),
  ]

  it('accounts for every entry and gives a flow that can be stored', { timeout: 60_000 }, () => {
    let seed = 7
    const pick = <T>(list: readonly T[]): T => {
      seed = (seed * 48_271) % 2_147_483_647
      return list[seed % list.length] as T
    }
    for (let round = 0; round < 3000; round++) {
      const entries = Array.from({ length: 1 + (round % 12) }, (_, index) => {
        const entry: RedEntry = {
          id: pick(['a', 'b', 'c', 's', `n${index}`]),
          type: pick(types),
          z: pick(['t', 's', 'a', '']),
          wires: [[pick(['a', 'b', 's'])]],
        }
        for (let change = 0; change < round % 5; change++) entry[pick(keys)] = pick(odd)
        return entry
      })
      let result
      try {
        result = format.read(entries)
      } catch (error) {
        expect(error).toHaveProperty('code', 'FLOW_INVALID')
        continue
      }
      expect(result.report).toHaveLength(entries.length)
      const parsed = FlowSchema.safeParse(result.flow)
      expect(parsed.error?.issues).toBeUndefined()
      const ids = new Set(result.flow.nodes.map(({ id }) => id))
      expect(ids.size).toBe(result.flow.nodes.length)
      for (const { from, to } of result.flow.wires) expect(ids.has(from.node) && ids.has(to.node)).toBe(true)
      format.write(result.flow, entries)
    }
  })

  it('costs little, however it is built', () => {
    const chain = Array.from({ length: 4000 }, (_, index) =>
      redNode(`j${index}`, 'junction', {}, [[`j${index + 1}`, `j${(index * 7) % 4000}`]]),
    )
    const talkers = Array.from({ length: 900 }, (_, index) => redNode(`a${index}`, 'x', {}, [['j0']]))
    const doubling = Array.from({ length: 20 }, (_, index) => [
      { id: `s${index}`, type: 'subflow', name: '', in: [], out: [] },
      { ...redNode(`u${index}`, `subflow:s${index + 1}`), z: `s${index}` },
      { ...redNode(`v${index}`, `subflow:s${index + 1}`), z: `s${index}` },
    ]).flat()
    const elses = Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0 ? { t: 'cont', v: 'a', vt: 'str' } : { t: 'else' },
    )
    const switches = Array.from({ length: 1500 }, (_, index) =>
      redNode(`s${index}`, 'switch', { property: 'payload', rules: elses }),
    )
    const hooks = Array.from({ length: 2000 }, (_, index) =>
      redNode(`w${index}`, 'http request', { method: 'POST', url: 'http://10.0.0.5/' }),
    )
    const catches = Array.from({ length: 2000 }, (_, index) => redNode(`c${index}`, 'catch', { scope: null }, [['w0']]))
    for (const [entries, words] of [
      [switches, /5000 cards/],
      [[...hooks, ...catches.map((each, index) => ({ ...each, wires: [[`w${index}`]] }))], /20000 wires/],
      [[...chain, ...talkers], /places|nodes/],
      [[...doubling, redNode('top', 'subflow:s0')], /nodes|itself/],
    ] as const) {
      const began = performance.now()
      expect(() => format.read(entries)).toThrow(words)
      expect(performance.now() - began).toBeLessThan(2000)
    }
  })
})
