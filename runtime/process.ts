// A process's life: it ends once, cleanly, when it is asked to, and a start that fails says why in one sentence.
import { CodedError, toError } from '../nodes/contract/errors.ts'
import type { Clock, Log } from '../nodes/contract/capabilities.ts'

/** A stop that hangs is cut off after this; what was running comes back at the next start. */
const stopLimitMs = 20_000

/**
 * Listens from now on for SIGINT, SIGTERM, SIGHUP and the end of the parent that started us; what comes again is ignored,
 * because a terminal sends its signal to parent and child alike. Call it first: a stop during the start waits for its end.
 */
export function listenForStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
    // Only a parent that holds a channel to us counts: the setup does, a shell does not.
    process.once('disconnect', () => resolve('the end of its parent'))
  })
}

/** Waits until asked to stop, stops, and ends the process. */
export async function endWhen(asked: Promise<string>, log: Log, stop: () => Promise<void>): Promise<never> {
  log.info({ why: await asked }, 'stopping')
  const limit = setTimeout(() => {
    log.error({}, `still not stopped after ${stopLimitMs / 1000} s; ending now`)
    process.exit(1)
  }, stopLimitMs)
  await stop()
  clearTimeout(limit)
  process.exit(0)
}

const lastResorts = new Set<() => void>()
let isGuarded = false

/** `write` is called, at once and without waiting, when an error has reached nobody: it keeps what is decided. Gives back how to take it off. */
export function onLastResort(write: () => void): () => void {
  lastResorts.add(write)
  return () => {
    lastResorts.delete(write)
  }
}

export interface LastResortDeps {
  log: Log
  clock: Clock
  /** Ends the worker part and starts it anew; what else runs in this process goes on. */
  restart(): Promise<void>
  exit(code: number): void
}

/** So often in so long; whoever needs more is broken in a way that a new process mends rather. */
const mostRestarts = 5
const restartsWithinMs = 10 * 60_000
const firstPauseMs = 500

/** What is done with an error that reached nobody: said, what is decided written down, the worker part begun anew, or the process ended with 1. */
export function createLastResort({ log, clock, restart, exit }: LastResortDeps): (thrown: unknown) => Promise<void> {
  let restarts: number[] = []
  let isBusy = false
  return async (thrown) => {
    log.error({ err: toError(thrown) }, 'an error reached nobody; the worker part is started again')
    for (const write of lastResorts) {
      try {
        write()
      } catch (error) {
        log.error({ err: toError(error) }, 'what is decided could not be written down')
      }
    }
    // One restart mends everything that went wrong before it.
    if (isBusy) return
    const nowMs = clock.nowMs()
    restarts = [...restarts.filter((atMs) => nowMs - atMs < restartsWithinMs), nowMs]
    if (restarts.length > mostRestarts) {
      log.error({ restarts: mostRestarts }, 'starting the worker part again does not help; the process ends')
      return exit(1)
    }
    isBusy = true
    try {
      await clock.sleep(firstPauseMs * 2 ** (restarts.length - 1))
      await restart()
      log.info({ restarts: restarts.length }, 'the worker part runs again')
    } catch (error) {
      log.error({ err: toError(error) }, 'the worker part cannot be started again; the process ends')
      exit(1)
    } finally {
      isBusy = false
    }
  }
}

/** From now on no error that reaches nobody ends this process by itself. */
export function guardProcess(deps: Omit<LastResortDeps, 'exit'>): void {
  const take = createLastResort({ ...deps, exit: (code) => process.exit(code) })
  isGuarded = true
  process.on('uncaughtException', (thrown) => void take(thrown))
  process.on('unhandledRejection', (thrown) => void take(thrown))
}

/** Runs a main function; an error we know is one sentence on standard error, any other one has its stack. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  process.on('unhandledRejection', (reason) => {
    if (isGuarded) return
    const error = toError(reason)
    process.stderr.write(`An error reached nobody: ${error.stack ?? error.message}\n`)
  })
  try {
    await main()
  } catch (thrown) {
    const error = toError(thrown)
    process.stderr.write(
      error instanceof CodedError ? `${error.message} (${error.code})\n` : `${error.stack ?? error.message}\n`,
    )
    process.exit(1)
  }
}
