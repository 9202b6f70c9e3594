// The queue as the composition roots see it: streams, actions and upkeep on one backend. Construct bus and relay first: the engine needs them too.
import type { ActionJobStore, ActionWork } from './actions/index.ts'
import type { UpkeepStore } from './queue/index.ts'
import type { ClipFinder } from './cameras/index.ts'
import type { StreamJobStore, StreamWork } from './streams/index.ts'
import type { Clock, Log } from '../nodes/contract/capabilities.ts'
import type { Lane } from '../nodes/contract/define.ts'
import type { StreamControl } from './streams/index.ts'
import { ActionWorker, laneLimits } from './actions/index.ts'
import type { QueueBus } from './live/index.ts'
import { openConnection } from './queue/index.ts'
import { createControl } from './streams/index.ts'
import type { StreamRef } from './queue/index.ts'
import { wakeCancelled } from './actions/index.ts'
import { Outbox } from './actions/index.ts'
import { closeWorker, laneQueues, openQueue, queueNames } from './queue/index.ts'
import type { ActionQueues, ActionRef, JobQueue, JobWorker, QueueDeps } from './queue/index.ts'
import { keepReconciled } from './streams/index.ts'
import type { OpenPictureRelay } from './live/index.ts'
import { keepSchedules, startUpkeep } from './queue/index.ts'
import type { UpkeepData } from './queue/index.ts'
import { RehearsalJobs } from './rehearsals/index.ts'
import type { RehearsalWork } from './rehearsals/index.ts'
import { StreamWorker } from './streams/index.ts'
import { takeOver } from './streams/index.ts'
import { createReporter, answerOf } from './queue/index.ts'

export { createBus } from './live/bus.ts'
export type { QueueBus } from './live/bus.ts'
export { createPictureRelay } from './live/picture-relay.ts'
export type { OpenPictureRelay } from './live/picture-relay.ts'

/** What all jobs together need of the store, and who does them. */
export type QueueStore = StreamJobStore & ActionJobStore & UpkeepStore
export type QueueWork = StreamWork & ActionWork

export interface QueueOptions {
  databaseUrl: string
  redisUrl?: string | undefined
  store: QueueStore
  work: QueueWork
  bus: QueueBus
  relay: OpenPictureRelay
  /** Says which machine has a stream's clip; absent: every one has every clip. */
  clips?: ClipFinder
  /** Absent: this process rehearses nothing. */
  rehearsals?: RehearsalWork
  clock: Clock
  log: Log
  role: 'server' | 'worker'
  /** Given only when no other living process can bear it: what a dead one of this name held is taken over at once. */
  soleName?: string | undefined
  /** Streams this process runs at a time; default 500. What lanes hold: see `laneLimits`. */
  concurrency?: { streams?: number }
  lanes?: Partial<typeof laneLimits>
  random?: () => number
  /** How long `stop` waits for sessions and running actions; default 8 s. */
  endLimitMs?: number
  /** Injectable so that tests need not wait. */
  pauses?: {
    reconcileMs?: number
    sweepMs?: number
    forgottenAfterMs?: number
    actionMs?: (attempt: number) => number
    lookMs?: number
  }
}

export interface QueueStats {
  backend: 'postgres' | 'redis'
  streams: StreamWorker['stats']
  actions: ActionWorker['stats'] & { queued: number }
  bus: QueueBus['stats']
  relay: OpenPictureRelay['stats']
}

export interface Queue {
  readonly control: StreamControl
  readonly rehearsals: Pick<RehearsalJobs, 'add' | 'cancel'>
  readonly bus: QueueBus
  readonly relay: OpenPictureRelay
  readonly stats: QueueStats
  /** Takes streams, actions and scheduled work from now on. A server without workers inside never calls it. */
  startWorkers(): Promise<void>
  /** Ends the workers and takes up the work with new ones; queues, bus and control go on. For an error that reached nobody. */
  restartWorkers(): Promise<void>
  /** Actions were written: they become jobs at once. Never waits. */
  nudgeActions(): void
  /** Hands sessions over, waits for running actions (8 s at most) and disconnects. Bus and relay stay open: who made them closes them. */
  stop(): Promise<void>
}

type Rehearsals = Pick<RehearsalJobs, 'add' | 'cancel' | 'start' | 'stop'> & { queues: JobQueue<ActionRef>[] }

/** Those of a process that rehearses nothing do nothing. */
async function openRehearsals(
  work: RehearsalWork | undefined,
  deps: QueueDeps & { name: string | undefined },
): Promise<Rehearsals> {
  if (!work) return { add: none, cancel: () => undefined, start: none, stop: none, queues: [] }
  const report = createReporter(deps.log, deps.clock, { queue: queueNames.rehearsals })
  const jobs = await RehearsalJobs.open({ ...deps, work, report })
  return {
    add: (id) => jobs.add(id),
    cancel: (id) => jobs.cancel(id),
    start: () => jobs.start(),
    stop: () => jobs.stop(),
    queues: [jobs.queue],
  }
}
async function openLanes(deps: QueueDeps): Promise<ActionQueues> {
  const open = (lane: Lane): Promise<JobQueue<ActionRef>> => openQueue<ActionRef>(laneQueues[lane], deps)
  const [alerts, questions, speech] = await Promise.all([open('alerts'), open('questions'), open('speech')])
  return { alerts, questions, speech }
}

const none = async (): Promise<void> => undefined

/** Connects to the backend, empties the outbox, and keeps store and queue in step. Throws QUEUE_UNREACHABLE when the backend stays away. */
export async function createQueue(options: QueueOptions): Promise<Queue> {
  const { store, work, bus, relay, clock, log, pauses = {}, random = Math.random, endLimitMs = 8_000 } = options
  const connection = await openConnection({ ...options, random })
  const deps = { connection, clock, log, random, store, work, bus, clips: options.clips, name: options.soleName }
  const [streams, actions, upkeep, rehearsals] = await Promise.all([
    openQueue<StreamRef>(queueNames.streams, deps),
    openLanes(deps),
    openQueue<UpkeepData>(queueNames.upkeep, deps),
    openRehearsals(options.rehearsals, deps),
  ])
  const report = createReporter(log, clock, { queue: connection.backend, role: options.role })
  const outbox = new Outbox({
    store,
    queues: actions,
    laneOf: (type) => work.laneOf(type),
    clock,
    report,
    sweepMs: pauses.sweepMs ?? 1_000,
    forgottenAfterMs: pauses.forgottenAfterMs ?? 15_000,
  })
  const makeStreamWorker = (): StreamWorker =>
    new StreamWorker({ ...deps, concurrency: options.concurrency?.streams ?? 500 })
  const makeActionWorker = (): ActionWorker =>
    new ActionWorker({
      ...deps,
      queues: actions,
      limits: { ...laneLimits, ...options.lanes },
      report,
      nudge: () => outbox.nudge(),
      lookMs: pauses.lookMs,
      ...(pauses.actionMs ? { pauseMs: pauses.actionMs } : {}),
    })
  let streamWorker = makeStreamWorker()
  let actionWorker = makeActionWorker()
  const stopping = new AbortController()
  let upkeepWorker: JobWorker<UpkeepData> | undefined
  let stopped: Promise<void> | undefined

  const unsubscribe = bus.subscribe((message) => {
    if (message.type === 'actions') outbox.nudge()
    if (message.type === 'cancel') {
      actionWorker.cancel(message.action)
      wakeCancelled(actions, message.action, clock, stopping.signal).catch(report)
    }
    if (message.type === 'control') streamWorker.control(message)
  })
  outbox.start()
  void keepReconciled(
    {
      store,
      queue: streams,
      clock,
      report,
      random,
      everyMs: pauses.reconcileMs ?? 5_000,
      keepOnly: (wanted, askedAtMs) => streamWorker.keepOnly(wanted, askedAtMs),
    },
    stopping.signal,
  )
  const upkeepDeps = { ...deps, queue: upkeep, report }
  void keepSchedules(upkeepDeps, stopping.signal)

  const startWorkers = async (): Promise<void> => {
    // Of a dead process, and of this one's own worker part that did not end in time: the lease of a sole process is long.
    await takeOver([streams, ...Object.values(actions), ...rehearsals.queues], options.soleName, log)
    await Promise.all([streamWorker.start(), actionWorker.start(), rehearsals.start()])
    upkeepWorker = await startUpkeep(upkeepDeps, stopping.signal)
  }
  const stopWorkers = (): Promise<unknown> =>
    Promise.allSettled([
      streamWorker.stop(endLimitMs),
      actionWorker.stop(endLimitMs),
      rehearsals.stop(),
      closeWorker(upkeepWorker, false, clock),
    ])
  const stop = async (): Promise<void> => {
    unsubscribe()
    stopping.abort()
    outbox.stop()
    await stopWorkers()
    const queues = [streams, ...Object.values(actions), upkeep, ...rehearsals.queues]
    await Promise.allSettled(queues.map((queue) => queue.close()))
    await answerOf(connection.close(), 3_000, clock, 'The queue').catch(report)
  }

  return {
    control: createControl({
      backend: connection.backend,
      trouble: () => connection.trouble(),
      streams,
      actions,
      bus,
      clock,
      report,
    }),
    rehearsals,
    bus,
    relay,
    get stats() {
      return {
        backend: connection.backend,
        streams: streamWorker.stats,
        actions: { ...actionWorker.stats, queued: outbox.queued },
        bus: bus.stats,
        relay: relay.stats,
      }
    },
    startWorkers,
    restartWorkers: async () => {
      await stopWorkers()
      if (stopping.signal.aborted) return
      streamWorker = makeStreamWorker()
      actionWorker = makeActionWorker()
      await startWorkers()
    },
    nudgeActions: () => outbox.nudge(),
    stop: () => (stopped ??= stop()),
  }
}
