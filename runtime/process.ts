// A process's life: it ends once, cleanly, when it is asked to, and a start that fails says why in one sentence.
import { CodedError, toError } from '../nodes/contract/errors.ts'
import type { Log } from '../nodes/contract/capabilities.ts'

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

/** Runs a main function; an error we know is one sentence on standard error, any other one has its stack. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  process.on('unhandledRejection', (reason) => {
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
