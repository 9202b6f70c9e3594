// The queue's work as a test sees it: sessions that run until told otherwise, deliveries that are written down.
import type { QueueWork } from '../../runtime/compose-queue.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import type { ActionAddress, ActionOrder } from '../../runtime/actions/records.ts'
import type { PlanChange, PlanChanges, SessionOrder } from '../../runtime/streams/records.ts'

type Ending = Awaited<ReturnType<QueueWork['runStream']>>
type Performed = Awaited<ReturnType<QueueWork['performAction']>>

export interface RecordedSession {
  streamId: string
  run: number
  generation: number
  worker: string
  startedAtMs: number
  endedAtMs: number | undefined
  /** By whose plan it was begun. */
  deploymentId: string | undefined
  /** What a session asks between two ticks: the plan that it is to go by from now on. */
  takeChange(): PlanChange | undefined
  /** Ends the session by itself. */
  end(ending: Ending): void
  /** Makes the session throw. */
  fail(error: Error): void
}

export const delivered: Performed = { state: 'delivered', detail: '200', events: [], actions: [], inputs: [] }

export class RecordingWork {
  readonly sessions: RecordedSession[] = []
  readonly tries: { id: string; attempt: number; atMs: number; worker: string }[] = []
  /** What a session that was told to end still waits for: a camera that closes slowly. */
  closing: (session: RecordedSession) => Promise<void> = async () => undefined
  /** What a try comes to; the default delivers. */
  perform: (order: ActionOrder, signal: AbortSignal) => Promise<Performed> = async () => delivered

  running(streamId?: string): RecordedSession[] {
    return this.sessions.filter(
      (session) => session.endedAtMs === undefined && (streamId === undefined || session.streamId === streamId),
    )
  }

  /** Where an action goes; the default is an alert to nobody in particular. */
  address: (order: ActionOrder) => Partial<ActionAddress> = () => ({})
  laneOf: QueueWork['laneOf'] = () => 'alerts'

  /** The work of one process, known by `worker`. */
  of(worker: string): QueueWork {
    return {
      runStream: (order, signal, changes) => this.#run(order, signal, worker, changes),
      performAction: async (order, signal) => {
        this.tries.push({ id: order.action.id, attempt: order.attempt, atMs: Date.now(), worker })
        return this.perform(order, signal)
      },
      laneOf: (type) => this.laneOf(type),
      addressOf: (order) => ({
        lane: this.laneOf(order.node.type),
        receiver: undefined,
        following: [],
        ...this.address(order),
      }),
    }
  }

  async #run(order: SessionOrder, signal: AbortSignal, worker: string, changes?: PlanChanges): Promise<Ending> {
    const { streamId, run, generation } = order
    const { promise, resolve, reject } = Promise.withResolvers<Ending>()
    const session: RecordedSession = {
      streamId,
      run,
      generation,
      worker,
      startedAtMs: Date.now(),
      endedAtMs: undefined,
      deploymentId: order.deploymentId,
      takeChange: () => changes?.take(),
      end: resolve,
      fail: reject,
    }
    this.sessions.push(session)
    const stop = (): void => reject(new StoppedError())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', stop)
      await this.closing(session)
      session.endedAtMs = Date.now()
    }
  }
}
