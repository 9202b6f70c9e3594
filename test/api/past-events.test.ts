// The past of a flow, by the public door: a stretch of kept pictures rehearsed, an event made into a test, an event replayed.
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CameraSpec, MediaPort } from '../../nodes/contract/capabilities.ts'
import { markOf, type Taps } from '../../nodes/contract/frames.ts'
import type { ClipOrder, CutOrder, MadeClip } from '../../runtime/cameras/made-clips.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { systemClock } from '../../runtime/clock.ts'
import type { EventView } from '../../runtime/history/records.ts'
import type { LabelledSample } from '../../runtime/rehearsals/labelled-time.ts'
import type { Replay } from '../../runtime/rehearsals/route-answers.ts'
import type { RehearsalView } from '../../runtime/rehearsals/records.ts'
import { RehearsalRunner } from '../../runtime/rehearsals/runner.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { fakeModel } from '../support/fake-model.ts'
import { at, mask, pastFlow as flow, wire } from '../support/past-flow.ts'
import { memoryApi } from '../support/memory-api.ts'
import { quietLog } from '../support/session-bench.ts'
import { testFrame } from '../support/simulated-source.ts'
import { zipEntries } from '../support/zip-entries.ts'

const beganMs = Date.UTC(2026, 4, 1, 8)
const iso = (s: number): string => new Date(beganMs + s * 1000).toISOString()

describe('the past of a flow', () => {
  let bench: ApiBench
  const made = new Map<string, MadeClip>()
  const orders: (Omit<ClipOrder, 'pictures'> & { times: number[] })[] = []
  const opened: { spec: CameraSpec; taps: Taps }[] = []
  const events = new Map<string, EventView>()
  const cuts: CutOrder[] = []
  let said: unknown[] = []
  let keptTo = 0
  let keptOf = 'cam'
  let recent: { mediaTimeS: number; jpeg: Uint8Array }[] = []
  let fallsAtS = 31
  const bytesOf = (path: string): Readable => Readable.from([Buffer.from(`bytes of ${path}`)])
  let readClip = bytesOf

  beforeAll(async () => {
    const nodes = await loadCatalogue()
    const model = fakeModel({
      clock: systemClock,
      verdict: ({ mediaTimeS }) =>
        mediaTimeS === fallsAtS ? { action: 'response', text: 'A person has fallen.' } : {},
    })
    const media = (): MediaPort => ({
      async *open(spec, taps) {
        opened.push({ spec, taps })
        const burnt = (taps.filters ?? []).map(markOf)
        for (let seq = 0; seq < 46; seq++) yield { ...testFrame(seq), burnt }
        return 'finished'
      },
    })
    const deps = memoryApi({ nodes, nowMs: () => beganMs + 3_600_000 })
    await deps.connections.create({
      name: 'vllm',
      ...ofKind('vllm-omni'),
      config: { url: 'http://10.0.0.9' },
      secret: {},
    })
    const runner = new RehearsalRunner({
      clock: systemClock,
      log: quietLog,
      nodes,
      media,
      models: model,
      agents: { ask: async () => ({ text: '' }) },
      store: deps.rehearsals,
      random: () => 0.5,
      placesOf: async () => 2,
      durationOf: async () => 46,
    })
    bench = await startApi({
      ...deps,
      events: {
        ...deps.events,
        get: async (id) => events.get(id)!,
        recentFrames: async () => recent,
        list: async ({ flow: id }) => {
          const found = [...events.values()].filter((event) => event.flow === id && event.verdict)
          return { events: found, next: null, total: found.length, unseen: 0 }
        },
        decisions: async () => ({ decisions: said as never, next: null }),
      },
      rehearsing: {
        add: async (id) => void runner.run(id, new AbortController().signal).catch(() => undefined),
        cancel: () => undefined,
      },
      recordings: {
        ...deps.recordings,
        list: async (id) =>
          keptTo === 0
            ? []
            : [
                {
                  stream: `${id}-${keptOf}`,
                  camera: keptOf,
                  bytes: 1,
                  from: iso(0),
                  to: iso(keptTo),
                  stretches: [{ from: iso(0), to: iso(keptTo), perS: 1, filters: [mask] }],
                },
              ],
        async *pictures(_stream, fromMs, toMs) {
          for (let s = 0; s <= keptTo; s++) {
            const atMs = beganMs + s * 1000
            if (atMs >= fromMs && atMs <= toMs) yield { atMs, jpeg: new Uint8Array([s]) }
          }
        },
      },
      media: {
        ...deps.media,
        make: async ({ pictures, ...order }) => {
          const times: number[] = []
          for await (const { atMs } of pictures) times.push(atMs)
          orders.push({ ...order, times })
          const clip = { startAt: new Date(times[0]!).toISOString(), filters: order.filters }
          const path = `${order.isPassing ? '.stretches/' : ''}${order.name}.mp4`
          made.set(path, clip)
          return { ...clip, path, seconds: (times.at(-1)! - times[0]!) / 1000 }
        },
        madeOf: async (path) => made.get(path),
        // As in a real folder: what nobody has put there is not there, a stretch before it is put together neither.
        whyMissing: async (path) =>
          path.endsWith('.mp4') ? null : { code: 'CLIP_MISSING', message: `There is no clip "${path}".` },
        probe: async () => ({ ok: true, width: 1, height: 1, fps: 1, codec: 'h264', durationS: 45, snapshot: '' }),
        cut: async (order) => {
          cuts.push(order)
          return { path: `.stretches/${order.name}.mp4`, startAt: order.startAt, filters: order.filters }
        },
        readClip: async (path) => readClip(path),
      },
    })
  })
  afterAll(() => bench.stop())
  beforeEach(() => {
    made.clear()
    orders.length = opened.length = cuts.length = keptTo = 0
    keptOf = 'cam'
    readClip = bytesOf
    said = []
    recent = []
    fallsAtS = 31
  })

  const save = async (camera?: Record<string, unknown>): Promise<string> =>
    (await bench.call<{ id: string }>('POST', '/api/flows', { body: flow(camera) })).body.id
  const happened = (id: string, s: number, stream = 'cam'): string => {
    const base = {
      kind: 'response.given',
      flow: id,
      revision: 1,
      stream: `${id}-${stream}`,
      node: 'model',
      text: 'Fallen.',
    }
    const delivery = {
      id: 'd',
      node: 'tell',
      type: 'notification',
      state: 'delivered',
      attempts: 1,
      detail: '',
      at: '',
    }
    const event = { ...base, id: `e-${id}`, at: iso(s), mediaTimeS: s, fields: {}, alert: true, deliveries: [delivery] }
    events.set(event.id, event as unknown as EventView)
    return event.id
  }
  const ended = async (id: string): Promise<RehearsalView & { replay?: Replay }> => {
    for (;;) {
      const { body } = await bench.call<RehearsalView & { replay?: Replay }>('GET', `/api/rehearsals/${id}`)
      if (body.state !== 'running') return body
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const begin = (path: string, body: unknown) =>
    bench.call<{ rehearsal: { id: string }; error: { code: string; message: string } }>('POST', path, { body })

  it('rehearses a stretch of kept pictures by the times at which they were taken, masked once', async () => {
    keptTo = 600
    const id = await save()
    const stretch = { stream: `${id}-cam`, from: iso(100), to: iso(145) }
    const answer = await begin(`/api/flows/${id}/rehearsals`, { stretches: [stretch] })
    expect(answer.status).toBe(202)
    const view = await ended(answer.body.rehearsal.id)
    expect(view.state).toBe('finished')
    expect(orders[0]).toMatchObject({ perS: 1, filters: [mask], isPassing: true })
    expect(orders[0]?.times).toHaveLength(46)
    expect(view.request.stretches).toEqual([{ ...stretch, clip: view.clips[0]?.clip }])
    const said = view.clips[0]?.decisions?.find(({ action }) => action === 'response')
    expect(said).toMatchObject({ mediaTimeS: 31, at: iso(131) })
    expect(opened[0]?.taps.filters).toBeUndefined()
  })

  it('says what is kept where the stretch is not', async () => {
    const id = await save()
    const nothing = await begin(`/api/flows/${id}/rehearsals`, {
      stretches: [{ stream: 'cam', from: iso(0), to: iso(5) }],
    })
    expect([nothing.status, nothing.body.error.code]).toEqual([400, 'REHEARSAL_NOTHING_KEPT'])
    keptTo = 60
    const later = await begin(`/api/flows/${id}/rehearsals`, {
      stretches: [{ stream: 'cam', from: iso(900), to: iso(950) }],
    })
    expect(later.body.error.message).toContain(`What is kept is from ${iso(0)} to ${iso(60)}.`)
    const turned = await begin(`/api/flows/${id}/rehearsals`, {
      stretches: [{ stream: 'cam', from: iso(5), to: iso(1) }],
    })
    expect(turned.status).toBe(400)
  })

  it('makes a test of an event, with its pictures as a clip and a new revision, once', async () => {
    keptTo = 600
    const id = await save()
    const event = happened(id, 200)
    const answer = await bench.call('POST', `/api/events/${event}/test`, { body: { must: 'fire' } })
    const clip = `${id}-cam-20260501080320.mp4`
    const test = { clip, expect: [{ within: [25, 40], action: 'tell' }], never: [] }
    expect(answer).toMatchObject({
      status: 201,
      body: { flow: id, revision: 2, isNew: true, clip, of: 'recording', test },
    })
    expect(orders[0]).toMatchObject({ filters: [mask] })
    expect(orders[0]).not.toHaveProperty('isPassing', true)
    const saved = await bench.call<{ document: { tests: unknown } }>('GET', `/api/flows/${id}`)
    expect(saved.body.document.tests).toEqual([test])
    const again = await bench.call('POST', `/api/events/${event}/test`, { body: { must: 'fire' } })
    expect(again).toMatchObject({ status: 200, body: { revision: 2, isNew: false } })
    // It passes as any test does.
    const view = await ended((await begin(`/api/flows/${id}/rehearsals`, {})).body.rehearsal.id)
    expect(view).toMatchObject({ state: 'finished', summary: { hits: 1, misses: 0 } })
  })

  it('takes the pictures kept with the event, or the clip that was watched, where there is no recording', async () => {
    const id = await save()
    recent = [195, 197, 199, 200].map((mediaTimeS) => ({ mediaTimeS, jpeg: new Uint8Array(1) }))
    const silent = await bench.call<{ test: unknown }>('POST', `/api/events/${happened(id, 200)}/test`, {
      body: { must: 'stay-silent' },
    })
    expect(silent.body).toMatchObject({ of: 'event', atS: 5, test: { expect: [], never: [{ action: 'tell' }] } })
    expect(orders[0]).toMatchObject({ filters: [mask], times: [195, 197, 199, 200].map((s) => beganMs + s * 1000) })
    const clips = await save({ kind: 'file', path: 'day.mp4' })
    const ofClip = await bench.call('POST', `/api/events/${happened(clips, 200)}/test`, {
      body: { must: 'stay-silent' },
    })
    expect(ofClip.body).toMatchObject({
      of: 'clip',
      clip: 'day.mp4',
      test: { never: [{ action: 'tell', within: [195, 210] }] },
    })
    recent = []
    const none = await begin(`/api/events/${happened(id, 200)}/test`, { must: 'fire' })
    expect([none.status, none.body.error.code]).toEqual([400, 'REHEARSAL_NOTHING_KEPT'])
  })

  it('replays one event through the flow as it is now and says what would come of it', async () => {
    keptTo = 600
    const id = await save()
    const event = happened(id, 200)
    const first = await ended((await begin(`/api/events/${event}/replay`, {})).body.rehearsal.id)
    expect(first.replay).toEqual({ event, fires: true, afterS: 1, said: 'would alert again at +1.0 s' })
    fallsAtS = -1
    const second = await ended((await begin(`/api/events/${event}/replay`, {})).body.rehearsal.id)
    expect(second.replay).toMatchObject({ fires: false, said: 'would stay silent: the model saw nothing to say' })
  })

  it('replays an event, and rehearses a stretch, of one of the cameras that a node points to', async () => {
    keptTo = 600
    keptOf = 'cam.gate'
    const id = await save({ kind: 'camera', tag: 'garden' })
    const event = happened(id, 200, 'cam.gate')
    const kept = await ended((await begin(`/api/events/${event}/replay`, {})).body.rehearsal.id)
    expect(kept.replay).toMatchObject({ fires: true })
    const stretch = { stream: `${id}-cam.gate`, from: iso(100), to: iso(145) }
    const view = await ended((await begin(`/api/flows/${id}/rehearsals`, { stretches: [stretch] })).body.rehearsal.id)
    expect(view).toMatchObject({ state: 'finished', request: { camera: 'cam' } })
    keptTo = 0
    recent = [195, 200].map((mediaTimeS) => ({ mediaTimeS, jpeg: new Uint8Array(1) }))
    const ofEvent = await bench.call('POST', `/api/events/${event}/test`, { body: { must: 'fire' } })
    expect(ofEvent).toMatchObject({ status: 201, body: { of: 'event' } })
    expect(orders.at(-1)).toMatchObject({ filters: [mask] })
  })

  it('gives away what it was taught: a line a clip, masked, without a secret', async () => {
    keptTo = 600
    const id = await save()
    expect((await bench.call('GET', `/api/flows/${id}/labelled-time`)).status).toBe(400)
    const event = happened(id, 200)
    events.set(event, { ...events.get(event)!, verdict: 'right', text: 'Fallen. The password is hunter2!' })
    said = [
      { at: iso(180), action: 'response', text: 'Hm.' },
      { at: iso(200), action: 'response', text: 'Fallen.' },
    ]
    const answer = await bench.call('GET', `/api/flows/${id}/labelled-time`)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/zip'])
    const files = zipEntries(answer.bytes)
    const clip = `clips/${id}-cam-20260501080320.mp4`
    expect([...files.keys()]).toEqual([clip, 'samples.jsonl', 'README.md'])
    expect(files.get(clip)?.toString()).toContain('bytes of .stretches/')
    const lines = (files.get('samples.jsonl')?.toString() ?? '').trim().split('\n')
    const [sample] = lines.map((line) => JSON.parse(line) as LabelledSample)
    expect(lines).toHaveLength(1)
    expect(sample).toMatchObject({
      video_path: clip,
      question: [{ content: 'Warn the moment a person falls.', time: '0' }],
      response: [{ content: 'Fallen. The password is [removed]!', time: '30' }],
      weight: 1,
      label: { of: 'event', id: event, verdict: 'right', flow: 'Fall alert', startAt: iso(170) },
    })
    expect(sample?.seconds).toHaveLength(46)
    expect(sample?.seconds[10]).toEqual({ t: 10, action: null })
    expect(sample?.seconds[30]).toMatchObject({ action: 'response' })
    expect(answer.bytes.toString('latin1')).not.toContain('hunter2')
  })

  it('gives of an uploaded clip only the part around the moment, with the flow’s masks burned in', async () => {
    const id = await save({ kind: 'file', path: 'day.mp4' })
    const event = happened(id, 40)
    events.set(event, { ...events.get(event)!, verdict: 'wrong' })
    const answer = await bench.call('GET', `/api/flows/${id}/labelled-time`)
    expect(answer.status).toBe(200)
    expect(cuts).toMatchObject([{ path: 'day.mp4', fromS: 10, toS: 45, filters: [mask], startAt: iso(10) }])
    const sample = JSON.parse(zipEntries(answer.bytes).get('samples.jsonl')?.toString() ?? '') as LabelledSample
    expect(sample.seconds.every(({ action }) => action === 'silence')).toBe(true)
  })
  it('masks an uploaded clip as the camera is masked that showed it, whichever camera is drawn first', async () => {
    const clip = { kind: 'file', path: 'day.mp4' }
    const document = flow(clip)
    const other = { id: 'bare', type: 'camera-source', version: 1, position: at, config: { ...clip, path: 'b.mp4' } }
    const seer = { ...document.nodes[2]!, id: 'seer' }
    const nodes = [other, ...document.nodes, seer]
    const wires = [
      ...document.wires,
      wire('bare', 'frames', 'seer', 'frames'),
      wire('seer', 'response', 'tell', 'message'),
    ]
    const tests = [{ clip: 'day.mp4', expect: [], never: [{ action: 'tell' }] }]
    const made = await bench.call<{ id: string }>('POST', '/api/flows', { body: { ...document, nodes, wires, tests } })
    const event = happened(made.body.id, 40)
    events.set(event, { ...events.get(event)!, verdict: 'wrong' })
    expect((await bench.call('GET', `/api/flows/${made.body.id}/labelled-time`)).status).toBe(200)
    expect(cuts.map(({ path, filters }) => [path, filters])).toEqual([
      ['day.mp4', [mask]],
      ['day.mp4', [mask]],
    ])
  })
  it('opens one clip at a time to give it away, and no other once nobody waits or one cannot be read', async () => {
    keptTo = 600
    const id = await save()
    for (const [name, s] of [
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ] as const) {
      const event = happened(id, s)
      events.set(name, { ...events.get(event)!, id: name, verdict: 'right' })
      events.delete(event)
    }
    const read: Readable[] = []
    readClip = () => {
      const endless = new Readable({
        read() {
          setImmediate(() => this.push(Buffer.alloc(1000)))
        },
      })
      read.push(endless)
      return endless
    }
    const answer = await bench.open(`/api/flows/${id}/labelled-time`)
    answer.on('error', () => undefined)
    await once(answer, 'data')
    answer.destroy()
    await expect.poll(() => read[0]?.destroyed).toBe(true)
    expect([read.length, orders.length]).toEqual([1, 1])
    readClip = () =>
      new Readable({
        read() {
          this.destroy(new Error('EIO'))
        },
      })
    await expect(bench.call('GET', `/api/flows/${id}/labelled-time`)).rejects.toThrow()
    for (const name of ['a', 'b', 'c']) events.delete(name)
  })
})
