// A queue inside the test's process: store in memory, work recorded, short pauses. Every one made is stopped by `stopAll`.
import type { QueueStore } from '../../runtime/compose-queue.ts'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { createBus } from '../../runtime/live/bus.ts'
import { createQueue } from '../../runtime/compose-queue.ts'
import { createPictureRelay } from '../../runtime/live/picture-relay.ts'
import type { Queue, QueueOptions } from '../../runtime/compose-queue.ts'
import { systemClock } from '../../runtime/clock.ts'
import type { QueueBackend } from './queue.ts'
import type { RecordingWork } from './recording-work.ts'

export const clock: Clock = systemClock

/** Keeps what was logged, for tests that look at it; says nothing. */
export function quietLog(): Log & { lines: { level: string; text: string; fields: Record<string, unknown> }[] } {
  const lines: { level: string; text: string; fields: Record<string, unknown> }[] = []
  const at =
    (level: string) =>
    (fields: Record<string, unknown>, text: string): void => {
      lines.push({ level, text, fields })
    }
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}

export interface TestQueue extends Queue {
  log: ReturnType<typeof quietLog>
  /** Stops the queue and closes its bus and relay. */
  end(): Promise<void>
}

const open = new Map<TestQueue, QueueBackend>()

/** A process's queue with workers running; `name` says which in the records. */
export async function startQueue(
  backend: QueueBackend,
  store: QueueStore,
  work: RecordingWork,
  name: string,
  options: Partial<QueueOptions> = {},
): Promise<TestQueue> {
  const log = quietLog()
  const shared = { databaseUrl: backend.databaseUrl, redisUrl: backend.redisUrl, clock, log }
  const [bus, relay] = await Promise.all([createBus(shared), createPictureRelay(shared)])
  const queue = await createQueue({
    ...shared,
    store,
    work: work.of(name),
    bus,
    relay,
    role: 'worker',
    pauses: { reconcileMs: 500, actionMs: () => 50 },
    ...options,
  })
  await queue.startWorkers()
  const end = async (): Promise<void> => {
    open.delete(made)
    await queue.stop()
    await Promise.all([bus.close(), relay.close()])
  }
  const made: TestQueue = Object.create(queue, { log: { value: log }, end: { value: end } }) as TestQueue
  open.set(made, backend)
  return made
}

/** Ends every queue that a test has left running on this backend. */
export async function stopAll(backend: QueueBackend): Promise<void> {
  await Promise.all([...open].map(async ([queue, of]) => (of === backend ? await queue.end() : undefined)))
}
