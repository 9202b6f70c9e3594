// How fast a rehearsal is: an hour of video with a model that answers in 5 ms, and the labelled falls with the built-in one, twice.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { systemClock } from '../../runtime/clock.ts'
import { createEdge } from '../../runtime/models/edge/index.ts'
import { createModels } from '../../runtime/models/models.ts'
import { clipsFolder, hasClips, readClips } from '../support/clip-labels.ts'
import { fakeModel } from '../support/fake-model.ts'
import { makeClip } from '../support/make-clip.ts'
import { alertFlow } from '../support/product-flows.ts'
import { openRehearsalBench, type RehearsalBench } from '../support/rehearsal-bench.ts'
import { quietLog } from '../support/session-bench.ts'
import type { Row } from './row.ts'

const hourS = 3600
const answerMs = 5

const flowWith = (model: Record<string, unknown>) =>
  alertFlow({
    name: 'Fall',
    camera: { kind: 'file', path: 'x.mp4', loop: false },
    model: { instruction: 'Warn the moment a person falls.', ...model },
    notification: { channel: 'inbox', title: 'Fall' },
  }) as Parameters<typeof openRehearsalBench>[0]

/** Half a clip is quickly rehearsed: only what was seen whole is measured. */
async function runWhole(bench: RehearsalBench, clip: string): Promise<Awaited<ReturnType<RehearsalBench['run']>>> {
  const outcome = await bench.run(clip)
  if (outcome.state !== 'finished' || outcome.trouble !== null)
    throw new Error(`${clip} was not seen whole, ${outcome.mediaS} s of it: ${outcome.trouble}`)
  return outcome
}

async function benchHour(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-bench-hour-'))
  const clip = await makeClip(join(folder, 'hour.mp4'), { seconds: hourS, size: '640x360', fps: 1 })
  const models = fakeModel({ clock: systemClock, latencyMs: answerMs })
  const bench = await openRehearsalBench(flowWith({ connection: 'vllm-omni' }), { folders: [folder], models })
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  const { decisions } = await runWhole(bench, clip)
  const tookS = (performance.now() - startedMs) / 1000
  const { system, user } = process.cpuUsage(cpu)
  await bench.close()
  await rm(folder, { recursive: true, force: true })
  return {
    area: 'rehearsals',
    what: `an hour of video at 1 fps, a model of ${answerMs} ms`,
    value: tookS,
    unit: 's',
    beside: `${decisions.length} decisions, ${((system + user) / 1e6).toFixed(1)} s of this process, waiting for the model alone ${(hourS * answerMs) / 1000} s`,
    target: 'under 30 s',
  }
}

/** When it spoke, clip after clip. */
async function findFalls(bench: RehearsalBench, clips: readonly string[]): Promise<string> {
  const said: string[] = []
  for (const clip of clips) {
    const { decisions } = await runWhole(bench, join(clipsFolder, clip))
    const times = decisions.filter(({ action }) => action === 'response').map(({ mediaTimeS }) => mediaTimeS.toFixed(3))
    said.push(`${clip} ${times.join(' ')}`)
  }
  return said.join('\n')
}

async function benchFallClips(): Promise<Row> {
  const falls = readClips().filter(({ kind }) => kind === 'fall')
  const edge = createEdge({ log: quietLog, clock: systemClock, everyPicture: true, mostProcesses: 2 })
  const models = createModels({
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
  })
  const bench = await openRehearsalBench(flowWith({ connection: 'edge', watchFor: ['fall'], mode: 'sensitive' }), {
    folders: [clipsFolder],
    models,
  })
  const files = falls.map(({ file }) => file)
  await bench.run(join(clipsFolder, files[0] ?? ''))
  const startedMs = performance.now()
  const first = await findFalls(bench, files)
  const tookS = (performance.now() - startedMs) / 1000
  const isSame = (await findFalls(bench, files)) === first
  await bench.close()
  await edge.stop()
  const videoS = falls.reduce((sum, { duration_s }) => sum + duration_s, 0)
  return {
    area: 'rehearsals',
    what: `${falls.length} clips with falls, the built-in model`,
    value: videoS / tookS,
    unit: 'times as fast as they happened',
    beside: `${videoS.toFixed(0)} s in ${tookS.toFixed(1)} s, ${first.match(/ \d/g)?.length ?? 0} alerts, a second run finds ${isSame ? 'the same' : 'OTHERS'}`,
    target: 'at least 5, the same on every run',
  }
}

export async function benchRehearsals(): Promise<Row[]> {
  return [await benchHour(), ...(hasClips ? [await benchFallClips()] : [])]
}
