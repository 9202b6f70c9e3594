// What a Node-RED flow sends to Heed without having been asked: put before every node that listens to it, in all running flows.
// Resolves only when it is written down.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { does } from '../../nodes/contract/define.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { SessionInput } from '../actions/index.ts'
import type { Bus } from '../live/index.ts'
import { inputFor, type RunningStore, type RunningStream } from '../streams/index.ts'
import type { Given } from './records.ts'

/** The port of a listening node that it arrives on. */
const arrivalPort = 'arrived'
/** A flow that was deployed this long ago is heard of at the latest. */
const freshMs = 1_000
/** A flow that sends without end must not fill the memory of the process that watches. */
const mostWaiting = 1_000

export interface ReceiverDeps {
  running: Pick<RunningStore, 'everywhere' | 'addInputs'>
  nodes: ReadonlyMap<string, NodeDefinition>
  bus: Pick<Bus, 'publish'>
  nowMs(): number
}

interface Batch {
  inputs: SessionInput[]
  written: Promise<void>
}

/** Gives how many nodes will hear it. Many messages at once are written together. Throws NODERED_TOO_MANY. */
export function createReceiver(deps: ReceiverDeps): (given: Given) => Promise<number> {
  let known: { streams: Promise<RunningStream[]>; readMs: number } | undefined
  const running = async (): Promise<RunningStream[]> => {
    if (!known || deps.nowMs() - known.readMs > freshMs) {
      const streams = deps.running.everywhere()
      known = { streams, readMs: deps.nowMs() }
      streams.catch(() => {
        known = undefined
      })
    }
    return await known.streams
  }
  let writing: Promise<void> = Promise.resolve()
  let next: Batch | undefined
  let waiting = 0
  const write = async ({ inputs }: Batch): Promise<void> => {
    await deps.running.addInputs(inputs)
    const flows = new Map(inputs.map(({ streamId, message }) => [streamId, message.source.flow]))
    for (const [stream, flow] of flows) deps.bus.publish({ type: 'input', flow, stream })
  }
  const add = (inputs: SessionInput[]): Promise<void> => {
    if (!next) {
      const batch: Batch = { inputs: [], written: Promise.resolve() }
      next = batch
      batch.written = writing
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return write(batch)
        })
      writing = batch.written
    }
    next.inputs.push(...inputs)
    return next.written
  }
  const receive = async ({ exit, text, fields }: Omit<Given, 'id'>): Promise<number> => {
    const inputs = (await running()).flatMap((stream) =>
      stream.plan.ticks
        .filter(({ type, config }) => does(deps.nodes.get(type), 'hear-node-red') && hears(config.entry, exit))
        .map(({ id }) => inputFor(deps, { stream, node: id, port: arrivalPort }, text, { ...fields, from: exit })),
    )
    if (inputs.length > 0) await add(inputs)
    return inputs.length
  }
  return async ({ exit, text, fields }) => {
    if (waiting >= mostWaiting)
      throw new RetryableError('NODERED_TOO_MANY', `${mostWaiting} messages wait for Heed already. Send fewer.`)
    waiting += 1
    try {
      return await receive({ exit, text, fields })
    } finally {
      waiting -= 1
    }
  }
}

function hears(wanted: unknown, exit: string): boolean {
  return wanted === '' || wanted === exit
}
