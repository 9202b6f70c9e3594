// Rehearsals by the public door: asked for over HTTP, kept in Postgres, run by the real runner over a clip made of nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaPort, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { systemClock } from '../../runtime/clock.ts'
import type { RehearsalView } from '../../runtime/rehearsals/records.ts'
import { RehearsalRunner } from '../../runtime/rehearsals/runner.ts'
import { closeStore, openStore, type StoreUnderTest } from '../store/samples.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { fakeModel, type FakeModel } from '../support/fake-model.ts'
import { memoryApi } from '../support/memory-api.ts'
import { quietLog } from '../support/session-bench.ts'
import { testFrame } from '../support/simulated-source.ts'

const at = { x: 0, y: 0 }
const wire = (from: string, fromPort: string, to: string, toPort: string) => ({
  from: { node: from, port: fromPort },
  to: { node: to, port: toPort },
})
const flow = (changes: Record<string, unknown> = {}) => ({
  format: 'heed.flow/1',
  name: 'Fall alert',
  nodes: [
    { id: 'cam', type: 'camera-source', version: 1, position: at, config: { kind: 'rtsp', url: 'rtsp://10.0.0.7/a' } },
    {
      id: 'model',
      type: 'interaction-model',
      version: 1,
      position: at,
      config: { connection: 'vllm', instruction: 'Warn the moment a person falls.' },
    },
    { id: 'tell', type: 'notification', version: 1, position: at, config: { channel: 'inbox', title: 'Fall' } },
  ],
  wires: [wire('cam', 'frames', 'model', 'frames'), wire('model', 'response', 'tell', 'message')],
  tests: [
    {
      clip: 'fall.mp4',
      expect: [{ within: [2, 6], action: 'response', textMatches: 'fall' }],
      never: [{ action: 'delegate' }],
    },
    { clip: 'calm.mp4', expect: [], never: [{ action: 'response' }] },
  ],
  ...changes,
})

describe('rehearsals', () => {
  let under: StoreUnderTest
  let bench: ApiBench
  let model: FakeModel
  let runner: RehearsalRunner
  let verdict: (clip: string, second: number) => Partial<ModelVerdict>
  let gate: (clip: string, second: number) => Promise<void> = async () => undefined
  const running = new Map<string, AbortController>()
  const opened: string[] = []

  beforeAll(async () => {
    under = await openStore()
    const nodes = await loadCatalogue()
    const { store } = under
    await store.connections.create({
      name: 'vllm',
      kind: 'vllm-omni',
      config: { url: 'http://10.0.0.9:8070' },
      secret: {},
    })
    model = fakeModel({
      clock: systemClock,
      // Each picture says which clip it is of.
      verdict: ({ mediaTimeS, picture }) => verdict(new TextDecoder().decode(picture.jpeg), mediaTimeS),
    })
    const media = (): MediaPort => ({
      async *open({ path = '' }) {
        opened.push(path)
        for (let seq = 0; seq < 10; seq++) {
          await gate(path, seq)
          yield testFrame(seq, { jpeg: new TextEncoder().encode(path) })
        }
        return 'finished'
      },
    })
    runner = new RehearsalRunner({
      clock: systemClock,
      log: quietLog,
      nodes,
      media,
      models: model,
      agents: { ask: async () => ({ text: 'A kettle.' }) },
      store: store.rehearsals,
      random: () => 0.5,
      placesOf: async () => 2,
      durationOf: async () => 10,
    })
    const { connections, events, flows, rehearsals } = store
    const deps = memoryApi({ connections, events, flows, rehearsals, nodes, nowMs: () => under.clock.ms })
    bench = await startApi({
      ...deps,
      media: {
        ...deps.media,
        whyMissing: async (path) =>
          path === 'gone.mp4' ? { code: 'CAMERA_NOT_FOUND', message: `There is no clip "${path}".` } : null,
      },
      rehearsing: {
        add: async (id) => void run(id),
        cancel: (id) => running.get(id)?.abort(new StoppedError()),
      },
    })
  })
  afterAll(async () => {
    await bench.stop()
    await closeStore(under)
  })
  beforeEach(() => {
    gate = async () => undefined
    opened.length = 0
    verdict = (clip, second) =>
      clip === 'fall.mp4' && second === 4 ? { action: 'response', text: 'A person has fallen.' } : {}
  })

  function run(id: string): Promise<void> {
    const control = new AbortController()
    running.set(id, control)
    return runner.run(id, control.signal).catch(() => undefined)
  }
  const save = async (changes: Record<string, unknown> = {}): Promise<string> => {
    const answer = await bench.call<{ id: string }>('POST', '/api/flows', { body: flow(changes) })
    expect(answer.status).toBe(201)
    return answer.body.id
  }
  const begin = async (id: string, body: unknown = {}): Promise<string> => {
    const answer = await bench.call<{ rehearsal: { id: string; state: string } }>(
      'POST',
      `/api/flows/${id}/rehearsals`,
      {
        body,
      },
    )
    expect([answer.status, answer.body.rehearsal?.state]).toEqual([202, 'running'])
    return answer.body.rehearsal.id
  }
  const look = async (id: string): Promise<RehearsalView> =>
    (await bench.call<RehearsalView>('GET', `/api/rehearsals/${id}`)).body
  const ended = async (id: string): Promise<RehearsalView> => {
    for (;;) {
      const view = await look(id)
      if (view.state !== 'running') return view
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('rehearses a flow on its own clips, and says what is right and what is not', async () => {
    const id = await save()
    const view = await ended(await begin(id))
    expect(view).toMatchObject({
      flow: id,
      revision: 1,
      state: 'finished',
      progress: 1,
      summary: { hits: 1, misses: 0, falseAlarms: 0, medianDelayS: 2 },
    })
    const [fall, calm] = view.clips
    expect(fall).toMatchObject({
      clip: 'fall.mp4',
      state: 'finished',
      tokens: 3020,
      captured: [
        { mediaTimeS: 4, node: 'tell', channel: 'inbox', to: '', title: 'Fall', text: 'A person has fallen.' },
      ],
      checks: [
        { kind: 'expect', passed: true, delayS: 2 },
        { kind: 'never', passed: true, delayS: null },
      ],
    })
    expect(fall?.decisions?.find(({ action }) => action === 'response')).toMatchObject({
      tick: 5,
      mediaTimeS: 4,
      reason: 'model',
      text: 'A person has fallen.',
      visualTokens: 302,
    })
    expect(calm).toMatchObject({ clip: 'calm.mp4', captured: [], checks: [{ kind: 'never', passed: true }] })
    // Nothing of it is in the record of the flow.
    const events = await bench.call<{ events: unknown[] }>('GET', `/api/events?flow=${id}`)
    expect(events.body.events).toEqual([])
    const list = await bench.call<{ rehearsals: RehearsalView[] }>('GET', `/api/flows/${id}/rehearsals`)
    expect(list.body.rehearsals.map((each) => [each.id, each.summary.hits])).toEqual([[view.id, 1]])
    expect(list.body.rehearsals[0]?.clips[0]).not.toHaveProperty('decisions')
  })

  it('answers in JUnit where that is asked for', async () => {
    const id = await save({ tests: [{ clip: 'calm.mp4', expect: [{ within: [0, 3], action: 'response' }] }] })
    verdict = (_clip, second) => (second === 8 ? { action: 'response', text: 'Late & <odd>' } : {})
    const view = await ended(await begin(id))
    expect(view.summary).toMatchObject({ hits: 0, misses: 1 })
    const answer = await bench.call('GET', `/api/rehearsals/${view.id}`, { headers: { accept: 'application/xml' } })
    expect(answer.headers['content-type']).toContain('application/xml')
    const xml = answer.bytes.toString()
    expect(xml).toContain('<testsuites name="Fall alert" tests="2" failures="1" errors="0">')
    expect(xml).toContain('name="expect response between 0 and 3 s"')
    expect(xml).toContain('<failure type="miss"')
  })

  it('rehearses another revision, connection or instruction, and gives recorded answers again', async () => {
    const id = await save()
    const document = flow({ tests: [] })
    const put = await bench.call('PUT', `/api/flows/${id}`, { body: document, headers: { 'if-match': '"1"' } })
    expect(put.status).toBe(200)
    const first = await ended(await begin(id, { revision: 1, instruction: 'Speak of falls.' }))
    expect(first).toMatchObject({ revision: 1, summary: { hits: 1 } })
    expect(model.ticks.at(-1)?.instruction).toContain('Speak of falls.')
    const asked = model.ticks.length
    const again = await ended(await begin(id, { revision: 1, recorded: first.id }))
    expect(model.ticks.length).toBe(asked)
    expect(again.clips.map(({ captured, checks }) => ({ captured, checks }))).toEqual(
      first.clips.map(({ captured, checks }) => ({ captured, checks })),
    )
    const newest = await ended(await begin(id, { clips: ['fall.mp4'] }))
    expect(newest).toMatchObject({ revision: 2, summary: { hits: 0, misses: 0 } })
  })

  it('goes on after a restart with the clips that are left', async () => {
    const id = await save()
    let reached: () => void = () => undefined
    const isThere = new Promise<void>((resolve) => {
      reached = resolve
    })
    gate = async (clip, second) => {
      if (clip !== 'calm.mp4' || second < 5) return
      reached()
      await new Promise(() => undefined)
    }
    const rehearsal = await begin(id)
    await isThere
    for (let isDone = false; !isDone; isDone = (await look(rehearsal)).clips[0]?.state === 'finished')
      await new Promise((resolve) => setTimeout(resolve, 10))
    running.get(rehearsal)?.abort(new StoppedError())
    expect(await look(rehearsal)).toMatchObject({ state: 'running' })
    expect(await under.store.rehearsals.wanted()).toEqual([rehearsal])
    gate = async () => undefined
    opened.length = 0
    await run(rehearsal)
    expect(await look(rehearsal)).toMatchObject({ state: 'finished', summary: { hits: 1, falseAlarms: 0 } })
    expect(opened).toEqual(['calm.mp4'])
  })

  it('ends when it is cancelled, and stays so', async () => {
    const id = await save()
    gate = (_clip, second) => (second < 3 ? Promise.resolve() : new Promise(() => undefined))
    const rehearsal = await begin(id)
    const answer = await bench.call('POST', `/api/rehearsals/${rehearsal}/cancel`)
    expect([answer.status, answer.body]).toEqual([202, { rehearsal: { id: rehearsal, state: 'cancelled' } }])
    expect(await under.store.rehearsals.wanted()).toEqual([])
    const again = await bench.call('POST', `/api/rehearsals/${rehearsal}/cancel`)
    expect(again.body).toEqual({ rehearsal: { id: rehearsal, state: 'cancelled' } })
  })

  const wrong: [
    name: string,
    changes: Record<string, unknown>,
    body: Record<string, unknown>,
    status: number,
    code: string,
  ][] = [
    ['a clip that is not there', {}, { clips: ['gone.mp4'] }, 400, 'REHEARSAL_CLIP_MISSING'],
    ['no clip at all', { tests: [] }, {}, 400, 'REHEARSAL_NO_CLIPS'],
    ['an unknown revision', {}, { revision: 7 }, 404, 'FLOW_REVISION_NOT_FOUND'],
    ['a camera that is not in the flow', {}, { camera: 'attic' }, 400, 'REHEARSAL_NO_CAMERA'],
    ['a flow without a camera', { nodes: [], wires: [] }, {}, 400, 'REHEARSAL_NO_CAMERA'],
    ['an unknown connection', {}, { connection: 'nobody' }, 422, 'FLOW_NOT_DEPLOYABLE'],
    ['a recording that is not there', {}, { recorded: 'r404' }, 404, 'REHEARSAL_NOT_FOUND'],
    [
      'a pattern that cannot be read',
      { tests: [{ clip: 'fall.mp4', expect: [{ within: [0, 1], action: 'response', textMatches: '(fall' }] }] },
      {},
      400,
      'REHEARSAL_PATTERN_WRONG',
    ],
    ['tests that are none', { tests: [{ clip: 7 }] }, {}, 400, 'REHEARSAL_TESTS_WRONG'],
    [
      'a time that ends before it begins',
      { tests: [{ clip: 'fall.mp4', expect: [{ within: [9, 1], action: 'response' }] }] },
      {},
      400,
      'REHEARSAL_TESTS_WRONG',
    ],
  ]
  it.each(wrong)('refuses %s', async (_name, changes, body, status, code) => {
    const id = await save(changes)
    const answer = await bench.call<{ error: { code: string } }>('POST', `/api/flows/${id}/rehearsals`, { body })
    expect([answer.status, answer.body.error?.code]).toEqual([status, code])
  })

  it('says of a rehearsal that nobody knows that there is none', async () => {
    for (const [method, path] of [
      ['GET', '/api/rehearsals/r404'],
      ['POST', '/api/rehearsals/r404/cancel'],
    ] as const) {
      const answer = await bench.call<{ error: { code: string } }>(method, path)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'REHEARSAL_NOT_FOUND'])
    }
  })
})
