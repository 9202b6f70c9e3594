// The fall clips through a whole session in lockstep: real decoder, real model process. Every run must find the same.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { edgeTaps } from '../support/clip-frames.ts'
import { clipsFolder, describeWithClips, readClips, type ClipLabel } from '../support/clips.ts'
import { memoryBus, memoryPictureRelay } from '../support/memory-bus.ts'
import { memoryStore } from '../support/memory-store.ts'
import { quietLog, sessionBench, testPlan } from '../support/session-bench.ts'
import cameraSource from '../../nodes/video/camera-source.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import notification from '../../nodes/action/notification.ts'
import type { Decision } from '../../nodes/contract/events.ts'
import { createMedia, type Media } from '../../runtime/cameras/media.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEdge, type Edge } from '../../runtime/models/edge/index.ts'
import { createModels } from '../../runtime/models/models.ts'
import { lockstepPace, MediaClock } from '../../runtime/streams/lockstep.ts'
import { Recorder } from '../../runtime/streams/recorder.ts'
import { runSession } from '../../runtime/streams/session.ts'

describeWithClips('the edge model in lockstep', () => {
  let folder: string
  let media: Media
  let edge: Edge

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heed-lockstep-'))
    media = createMedia({
      dataDir: folder,
      mediaDirs: [clipsFolder],
      clock: systemClock,
      log: quietLog,
      relay: memoryPictureRelay(),
      fillCredentials: async (_flow, _node, url) => url,
      egress: { checkAddress: async () => undefined as never },
    })
    edge = createEdge({ log: quietLog, clock: systemClock, everyPicture: true, mostProcesses: 2 })
  })
  afterAll(async () => {
    await edge.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function rehearse(clip: ClipLabel): Promise<Decision[]> {
    const store = memoryStore()
    const plan = testPlan()
    const end = await runSession(
      {
        ...sessionBench().order,
        plan: {
          ...plan,
          taps: edgeTaps,
          source: {
            ...plan.source,
            type: 'camera-source',
            config: { kind: 'file', path: join(clipsFolder, clip.file) },
          },
          ticks: [
            {
              ...plan.ticks[0]!,
              config: { ...plan.ticks[0]!.config, connection: 'edge', watchFor: ['fall'], mode: 'sensitive' },
            },
          ],
        },
      },
      {
        clock: systemClock,
        log: quietLog,
        nodes: new Map([cameraSource, interactionModel, notification].map((one) => [one.type, one])),
        media: ({ streamId }) => media.inOrder({ flowId: 'flow1', nodeId: 'cam', streamId }),
        models: createModels({
          edge,
          http: { request: () => Promise.reject(new Error('Nothing goes out.')) },
          clock: systemClock,
          log: quietLog,
          connections: {
            get: async () => ({
              name: 'edge',
              kind: 'edge',
              can: { watch: 'built-in', detect: 'built-in' },
              config: {},
              secret: {},
            }),
          },
        }),
        store,
        bus: memoryBus(),
        relay: memoryPictureRelay(),
        random: () => 0.5,
        recorder: new Recorder({ store, clock: systemClock, log: quietLog }),
        pace: lockstepPace({ clock: new MediaClock(0), wall: systemClock }),
      },
      new AbortController().signal,
    )
    expect(end).toEqual({ state: 'finished', reason: null })
    // Quiet ticks are written in bulk and those with consequences at once: by wall time, not in their own order.
    const inOrder = store.decisions.sort((a, b) => a.tick - b.tick)
    return inOrder.map((one) => ({ ...one, latencyMs: 0, data: undefined }))
  }

  /** Two at a time, as there are two model processes. */
  async function two(clips: ClipLabel[]): Promise<Decision[][]> {
    const all: Decision[][] = []
    const waiting = clips.map((clip, index) => ({ clip, index }))
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) all[next.index] = await rehearse(next.clip)
    }
    await Promise.all([work(), work()])
    return all
  }

  it('finds the same falls on every run, several times faster than they happened', { timeout: 240_000 }, async () => {
    const short = readClips().filter(({ duration_s }) => duration_s < 30)
    const ofKind = (wanted: string): ClipLabel[] => short.filter(({ kind }) => kind === wanted)
    // Some of each: falls.test.ts holds the model against all of them, the bench times a rehearsal of all.
    const clips = [...ofKind('fall').slice(0, 4), ...ofKind('nofall').slice(0, 2)]
    const videoS = clips.reduce((sum, clip) => sum + clip.duration_s, 0)
    const cpu = process.cpuUsage()
    const startedMs = performance.now()
    const first = await two(clips)
    const tookS = (performance.now() - startedMs) / 1000
    const used = process.cpuUsage(cpu)
    console.log(
      `${clips.length} clips, ${videoS.toFixed(0)} s of video in ${tookS.toFixed(1)} s: ${(videoS / tookS).toFixed(1)} times as fast; own CPU ${((used.user + used.system) / 1e6).toFixed(1)} s`,
    )
    const second = await two(clips)
    expect(second).toEqual(first)
    const said = (index: number): Decision[] => first[index]!.filter(({ action }) => action === 'response')
    clips.forEach((clip, index) => {
      for (const fall of clip.events.filter(({ type }) => type === 'fall'))
        expect(
          said(index).some(({ mediaTimeS }) => mediaTimeS >= fall.start_s && mediaTimeS <= fall.end_s + 2),
          clip.file,
        ).toBe(true)
      if (clip.kind === 'nofall') expect(said(index), clip.file).toEqual([])
    })
  })
})
