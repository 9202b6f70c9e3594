// What a deploy changes, seen from the plans alone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { comparePlans, rehomedNodes, remainingNodes } from './compare-plans.ts'
import { compileFlow } from './compile-flow.ts'

const v3 = { version: 3 }

function room(
  camera: string,
  settings: { path?: string; quietMs?: number; instruction?: string; connection?: string; fastFps?: number } = {},
): ReturnType<typeof buildFlow> {
  const { path = `${camera}.mp4`, quietMs = 60_000, ...model } = settings
  return buildFlow()
    .node(camera, 'camera-source', { path })
    .node(`${camera}-model`, 'interaction-model', model)
    .node(`${camera}-calm`, 'cooldown', { quietMs }, v3)
    .node(`${camera}-tell`, 'notification')
    .chain('frames', camera, `${camera}-model`)
    .wire(`${camera}-model.response`, `${camera}-calm.message`)
    .wire(`${camera}-calm.message`, `${camera}-tell.message`)
}

const join = (...parts: ReturnType<typeof buildFlow>[]): Flow => {
  const flows = parts.map((part) => part.build())
  return { ...flows[0]!, nodes: flows.flatMap(({ nodes }) => nodes), wires: flows.flatMap(({ wires }) => wires) }
}

function planOf(flow: Flow): Plan {
  const { plan, problems } = compileFlow(flow, simpleCatalogue)
  if (!plan) throw new Error(JSON.stringify(problems))
  return plan
}

const compare = (
  before: Flow | null,
  after: Flow,
  state: (camera: string) => 'runs' | 'spent' | 'none' = () => 'runs',
) => {
  const changes = comparePlans(before && planOf(before), planOf(after), state)
  return Object.fromEntries(Object.entries(changes).filter(([, ids]) => (ids as string[]).length > 0))
}

describe('comparing plans', () => {
  it('keeps the run when a cooldown gets another length, and names the node', () => {
    expect(compare(join(room('hall')), join(room('hall', { quietMs: 5000 })))).toEqual({
      kept: ['hall'],
      changed: ['hall-calm'],
    })
  })

  it('keeps the run when the instruction is another', () => {
    const after = join(room('hall', { instruction: 'Warn of smoke.' }))
    expect(compare(join(room('hall')), after)).toEqual({ kept: ['hall'], changed: ['hall-model'] })
  })

  it('counts an added notification as one changed node, and a removed one too', () => {
    const before = join(room('hall'))
    const after = join(room('hall').node('mail', 'notification').wire('hall-calm.message', 'mail.message'))
    expect(compare(before, after)).toEqual({ kept: ['hall'], changed: ['mail'] })
    expect(compare(after, before)).toEqual({ kept: ['hall'], changed: ['mail'] })
  })

  it('finds nothing changed when cards were moved, labelled and written down in another order', () => {
    const before = join(room('hall'))
    const after = structuredClone(before)
    for (const node of after.nodes) {
      node.position.x += 40
      node.name = `My ${node.id}`
    }
    after.nodes.reverse()
    after.wires.reverse()
    expect(compare(before, after)).toEqual({ kept: ['hall'] })
  })

  it('restarts the changed camera alone', () => {
    const before = join(room('hall'), room('yard'))
    const after = join(room('hall'), room('yard', { path: 'garden.mp4' }))
    expect(compare(before, after)).toEqual({ kept: ['hall'], restarted: ['yard'], changed: ['yard'] })
  })

  it('restarts a camera of which other pictures are wanted', () => {
    const after = join(room('hall', { fastFps: 8 }))
    expect(compare(join(room('hall')), after)).toEqual({ restarted: ['hall'], changed: ['hall-model'] })
  })

  it('says that a model at another server begins anew there', () => {
    const after = join(room('hall', { connection: 'vllm' }))
    const changed = { kept: ['hall'], changed: ['hall-model'], anew: ['hall-model'] }
    expect(compare(join(room('hall')), after)).toEqual(changed)
  })

  it('starts and stops cameras that come and go', () => {
    const before = join(room('hall'), room('yard'))
    const after = join(room('hall'), room('door'))
    const parts = ['', '-calm', '-model', '-tell']
    expect(compare(before, after)).toEqual({
      kept: ['hall'],
      started: ['door'],
      stopped: ['yard'],
      changed: [...parts.map((part) => `door${part}`), ...parts.map((part) => `yard${part}`)],
    })
  })

  it('keeps nothing of what does not run, and restarts what runs in vain', () => {
    const flow = join(room('hall'), room('yard'))
    expect(compare(null, flow)).toEqual({ started: ['hall', 'yard'] })
    expect(compare(flow, flow, () => 'none')).toEqual({ started: ['hall', 'yard'] })
    expect(compare(flow, flow, (camera) => (camera === 'hall' ? 'spent' : 'runs'))).toEqual({
      kept: ['yard'],
      restarted: ['hall'],
    })
  })

  it('names the receiver of a wire that was drawn or cut between nodes that stay', () => {
    const before = join(room('hall').node('mail', 'notification').wire('hall-calm.message', 'mail.message'))
    const after = join(room('hall').node('mail', 'notification').wire('hall-model.response', 'mail.message'))
    expect(compare(before, after)).toEqual({ kept: ['hall'], changed: ['mail'] })
  })

  it('lets a node of the same type and version remain, and no other', () => {
    const [before] = planOf(join(room('hall'))).streams
    const after = structuredClone(before!)
    after.ticks.find(({ id }) => id === 'hall-calm')!.version = 4
    expect([...remainingNodes(before!, after)]).toEqual(['hall-model'])
  })
})

describe('a node that runs once for all cameras', () => {
  const rooms = (cameras: string[], scope: 'all' | 'camera' = 'all', version = 3) => {
    const flow = buildFlow().node('calm', 'cooldown', { scope }, { version: 3 }).node('tell', 'notification')
    const whole = cameras
      .reduce(
        (drawn, camera) =>
          drawn
            .node(camera, 'camera-source', { path: `${camera}.mp4` })
            .node(`${camera}-model`, 'interaction-model')
            .chain('frames', camera, `${camera}-model`)
            .wire(`${camera}-model.response`, 'calm.message'),
        flow,
      )
      .wire('calm.message', 'tell.message')
    const plan = planOf(whole.build())
    for (const { ticks } of plan.streams) for (const node of ticks) if (node.id === 'calm') node.version = version
    return plan
  }
  const once = new Set(['calm'])

  it('moves into another stream when the camera it lived with is gone', () => {
    expect(rehomedNodes(rooms(['a', 'b']), rooms(['b']), once)).toEqual([{ node: 'calm', from: 'a', to: 'b' }])
    expect(rehomedNodes(rooms(['b', 'c']), rooms(['a', 'b', 'c']), once)).toEqual([
      { node: 'calm', from: 'b', to: 'a' },
    ])
  })

  it('stays where it is, and takes nothing along that is not its own', () => {
    expect(rehomedNodes(rooms(['a', 'b']), rooms(['a', 'c']), once)).toEqual([])
    expect(rehomedNodes(rooms(['a', 'b']), rooms(['b'], 'all', 4), once)).toEqual([])
    expect(rehomedNodes(rooms(['a', 'b'], 'camera'), rooms(['c']), once)).toEqual([])
    expect(rehomedNodes(rooms(['a'], 'camera'), rooms(['b'], 'camera'), new Set())).toEqual([])
    expect(rehomedNodes(null, rooms(['a']), once)).toEqual([])
  })
})

describe('comparing any two plans', () => {
  const flow = fc
    .array(
      fc.record({
        camera: fc.constantFrom('a', 'b', 'c'),
        settings: fc.record({
          path: fc.constantFrom('one.mp4', 'two.mp4'),
          quietMs: fc.constantFrom(1000, 2000),
          fastFps: fc.constantFrom(0, 8),
        }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((rooms) => join(...new Map(rooms.map(({ camera, settings }) => [camera, room(camera, settings)])).values()))
  const state = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('runs', 'spent', 'none'))

  it('puts every camera in one place, and keeps a run only over the very same camera', () => {
    fc.assert(
      fc.property(flow, flow, state, (one, other, states) => {
        const [before, after] = [planOf(one), planOf(other)]
        const { kept, restarted, started, stopped, changed } = comparePlans(before, after, (id) => states[id] ?? 'runs')
        expect([...kept, ...restarted, ...started].sort()).toEqual(after.streams.map(({ id }) => id))
        const [was, is] = [before, after].map(({ streams }) => new Map(streams.map((stream) => [stream.id, stream])))
        for (const id of kept) {
          expect([was!.get(id)?.source, was!.get(id)?.taps]).toEqual([is!.get(id)?.source, is!.get(id)?.taps])
          expect(states[id] ?? 'runs').toBe('runs')
        }
        for (const id of stopped) expect([was!.has(id), is!.has(id)]).toEqual([true, false])
        for (const id of changed)
          expect([one, other].some(({ nodes }) => nodes.some((node) => node.id === id))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('finds no difference between a plan and its own JSON with the keys in another order', () => {
    fc.assert(
      fc.property(flow, (one) => {
        const plan = planOf(one)
        const stored = JSON.parse(JSON.stringify(plan), (_key, value: unknown) =>
          typeof value === 'object' && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).reverse())
            : value,
        ) as Plan
        expect(comparePlans(stored, plan, () => 'runs')).toMatchObject({
          kept: plan.streams.map(({ id }) => id),
          restarted: [],
          changed: [],
        })
      }),
    )
  })
})
