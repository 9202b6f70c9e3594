// An alert among others' work: behind 200 slow agents, behind a receiver that hangs, and what keeping it on disk costs.
// On the queue's own Postgres, with durable writes; receivers and agents are stand-ins that answer late or never.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lane } from '../../nodes/contract/define.ts'
import { openSpill } from '../../runtime/streams/spill.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { quietLog, startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'
import { percentile, type Row } from './row.ts'

const alerts = 100
const everyMs = 50
const slowAgents = 200
const lanesByType: Record<string, Lane> = { ask: 'questions' }
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Milliseconds from writing an alert to its try, one alert every 50 ms, while `crowd` others are under way or wait. */
async function lateAlerts(backend: QueueBackend, crowd: { count: number; type: string }): Promise<number[]> {
  const store = new MemoryQueueStore()
  const work = new RecordingWork()
  const release = Promise.withResolvers<void>()
  work.laneOf = (type) => lanesByType[type ?? ''] ?? 'alerts'
  work.address = ({ action, node }) => ({ receiver: node.type === 'ask' ? action.id : action.id.split('-')[0] })
  work.perform = async ({ action }) => {
    if (action.id.startsWith('crowd')) await release.promise
    return delivered
  }
  const queue = await startQueue(backend, store, work, 'bench')
  for (let count = 0; count < crowd.count; count++) store.write(`crowd-${count}`, 0, crowd.type)
  queue.nudgeActions()
  await pause(2000)
  const writtenAtMs = new Map<string, number>()
  for (let count = 0; count < alerts; count++) {
    writtenAtMs.set(`alert-${count}`, Date.now())
    store.write(`alert-${count}`)
    queue.nudgeActions()
    await pause(everyMs)
  }
  await pause(500)
  release.resolve()
  const late = work.tries.flatMap(({ id, atMs }) => {
    const since = writtenAtMs.get(id)
    return since === undefined ? [] : [atMs - since]
  })
  await stopAll(backend)
  // One that never came counts as late as anything can be.
  return [...late, ...Array.from({ length: alerts - late.length }, () => Infinity)]
}

/** Milliseconds to have a decided alert with a picture of 60 kB safe on disk. */
async function spillCosts(): Promise<number[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'heed-bench-spill-'))
  const spill = await openSpill({ dataDir, log: quietLog(), nowMs: Date.now })
  const costs: number[] = []
  for (let tick = 1; tick <= 200; tick++) {
    const event = {
      id: `event-${tick}`,
      kind: 'response.given' as const,
      flowId: 'flow',
      revision: 1,
      streamId: 'flow-cam',
      node: 'model',
      tick,
      at: new Date(tick * 1000).toISOString(),
      mediaTimeS: tick,
      text: 'A person has fallen.',
      fields: {},
      frame: new Uint8Array(60_000).fill(tick),
    }
    const began = performance.now()
    await spill.add({
      streamId: 'flow-cam',
      run: 1,
      generation: 1,
      flowId: 'flow',
      tick,
      mediaTimeS: tick,
      decisions: [],
      states: {},
      events: [event],
      actions: [],
      consumed: [],
      remote: [],
    })
    costs.push(performance.now() - began)
  }
  await spill.stop()
  await rm(dataDir, { recursive: true, force: true })
  return costs
}

export async function benchLanes(): Promise<Row[]> {
  const backend = await withQueue('postgres')
  try {
    const alone = percentile(await lateAlerts(backend, { count: 0, type: 'ask' }), 0.95)
    const agents = percentile(await lateAlerts(backend, { count: slowAgents, type: 'ask' }), 0.95)
    const hanging = percentile(await lateAlerts(backend, { count: 40, type: 'notification' }), 0.95)
    const spill = await spillCosts()
    const row = (what: string, value: number): Row => ({
      area: 'lanes',
      what,
      value,
      unit: 'ms',
      beside: `alone ${alone.toFixed(1)} ms`,
      ratio: value / alone,
      target: 'under 100 ms',
    })
    return [
      row('alert behind 200 slow agents, p95', agents),
      row('alert behind a hanging receiver, p95', hanging),
      {
        area: 'lanes',
        what: 'an alert with its picture on disk, p95',
        value: percentile(spill, 0.95),
        unit: 'ms',
        beside: `median ${percentile(spill, 0.5).toFixed(1)} ms`,
      },
    ]
  } finally {
    await backend.close()
  }
}
