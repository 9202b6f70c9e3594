// Properties over generated input: the answer is a plan or problems, never an exception, and always the same one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { simpleCatalogue, simpleNodes } from '../../test/support/simple-catalogue.ts'
import { compileFlow } from './compile-flow.ts'

const ids = ['cam', 'west', 'codec', 'model', 'calm', 'tell', 'ask', 'keep', 'toString', '__proto__']
const ports = [
  ...new Set(simpleNodes.flatMap(({ ports: { in: taken, out } }) => [...Object.keys(taken), ...Object.keys(out)])),
  'constructor',
]
const end = fc.record({ node: fc.constantFrom(...ids), port: fc.constantFrom(...ports) })
const node = fc.record({
  id: fc.constantFrom(...ids),
  type: fc.constantFrom(...simpleNodes.map(({ type }) => type), 'hologram', 'constructor'),
  version: fc.integer({ min: 1, max: 4 }),
  position: fc.record({ x: fc.integer(), y: fc.integer() }),
  config: fc.dictionary(
    fc.constantFrom('path', 'connection', 'quietMs', 'scope', 'longSide', 'when', 'zones', '__proto__'),
    fc.oneof(fc.constantFrom('edge', 'hook', 'all', 'x'), fc.jsonValue({ maxDepth: 2 })),
  ),
})

/** Flows that look right, some of which are. */
const flow: fc.Arbitrary<Flow> = fc.record({
  format: fc.constant('heed.flow/1' as const),
  name: fc.constant('Any'),
  nodes: fc.array(node, { maxLength: 12 }),
  wires: fc.array(fc.record({ from: end, to: end }), { maxLength: 20 }),
})

/** Sound flows: cameras with a chain behind each, and wires between that may or may not fit. */
const soundFlow: fc.Arbitrary<Flow> = fc.integer({ min: 1, max: 4 }).chain((cameras) =>
  fc.array(fc.tuple(fc.nat(cameras - 1), fc.nat(cameras - 1), fc.boolean()), { maxLength: 6 }).map((crossings) => {
    const at = { x: 0, y: 0 }
    const all = Array.from({ length: cameras }, (_, n) => n)
    return {
      format: 'heed.flow/1' as const,
      name: 'Sound',
      nodes: all.flatMap((n) => [
        { id: `cam${n}`, type: 'camera-source', version: 1, position: at, config: { path: `${n}.mp4` } },
        { id: `model${n}`, type: 'interaction-model', version: 1, position: at, config: {} },
        { id: `calm${n}`, type: 'cooldown', version: 3, position: at, config: { scope: n % 2 ? 'all' : 'camera' } },
      ]),
      wires: [
        ...all.flatMap((n) => [
          { from: { node: `cam${n}`, port: 'frames' }, to: { node: `model${n}`, port: 'frames' } },
          { from: { node: `model${n}`, port: 'response' }, to: { node: `calm${n}`, port: 'message' } },
        ]),
        ...crossings.map(([from, to, tick]) => ({
          from: { node: `model${from}`, port: tick ? 'tick' : 'delegation' },
          to: { node: `calm${to}`, port: 'message' },
        })),
      ],
    }
  }),
)

/** A document with one place, anywhere in it, put to something else. */
const mutated = fc
  .tuple(fc.oneof(flow, soundFlow), fc.array(fc.nat(30), { maxLength: 6 }), fc.oneof(fc.jsonValue(), fc.anything()))
  .map(([document, path, value]) => {
    const copy: unknown = structuredClone(document)
    let here = copy
    for (const [depth, step] of path.entries()) {
      if (typeof here !== 'object' || here === null) break
      const keys = Object.keys(here)
      const key = keys[step % Math.max(1, keys.length)] ?? 'new'
      if (depth === path.length - 1) (here as Record<string, unknown>)[key] = value
      else here = (here as Record<string, unknown>)[key]
    }
    return copy
  })

function expectAnswer(document: unknown): void {
  const { plan, problems } = compileFlow(document, simpleCatalogue)
  expect(plan === null).toBe(problems.some(({ severity }) => severity === 'error'))
  for (const problem of problems) {
    expect(problem.code).toMatch(/^[A-Z]+(_[A-Z]+)+$/)
    expect(problem.message).toMatch(/\S.*[.?!…]$/s)
  }
  if (plan !== null) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
}

describe('whatever comes in', () => {
  it('any JSON is answered by a plan or by problems', () => {
    fc.assert(fc.property(fc.jsonValue(), expectAnswer), { numRuns: 300 })
  })

  it('any value at all is answered', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        expectAnswer,
      ),
      { numRuns: 300 },
    )
  })

  it('any flow, and any flow with one place spoilt, is answered', () => {
    fc.assert(fc.property(fc.oneof(flow, mutated), expectAnswer), { numRuns: 1000 })
  })
})

describe('equal flows', () => {
  it('give equal plans in whatever order nodes, wires and keys are written', () => {
    const shuffled = soundFlow.chain((document) =>
      fc.record({
        document: fc.constant(document),
        nodes: fc.shuffledSubarray(document.nodes, { minLength: document.nodes.length }),
        wires: fc.shuffledSubarray(document.wires, { minLength: document.wires.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ document, nodes, wires }) => {
        const reversed = Object.fromEntries(Object.entries({ ...document, nodes, wires }).reverse())
        expect(JSON.stringify(compileFlow(reversed, simpleCatalogue))).toBe(
          JSON.stringify(compileFlow(document, simpleCatalogue)),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('give the same answer again, and are left as they were', () => {
    fc.assert(
      fc.property(fc.oneof(flow, soundFlow), (document) => {
        const before = JSON.stringify(document)
        expect(compileFlow(document, simpleCatalogue)).toEqual(compileFlow(document, simpleCatalogue))
        expect(JSON.stringify(document)).toBe(before)
      }),
      { numRuns: 200 },
    )
  })

  it('lose no wire: every wire of a sound flow is a route in some stream', () => {
    fc.assert(
      fc.property(soundFlow, (document) => {
        const { plan } = compileFlow(document, simpleCatalogue)
        if (plan === null) return
        const routed = new Set(
          plan.streams.flatMap(({ routes }) =>
            Object.entries(routes).flatMap(([from, targets]) =>
              targets.map((target) => `${from} ${target.node}.${target.port}`),
            ),
          ),
        )
        for (const { from, to } of document.wires)
          expect(routed).toContain(`${from.node}.${from.port} ${to.node}.${to.port}`)
      }),
      { numRuns: 200 },
    )
  })
})
