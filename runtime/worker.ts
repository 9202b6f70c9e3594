// `npm run worker`: one more process that runs streams and actions, on the database and queue it shares with the server.
import { fileURLToPath } from 'node:url'
import { FatalError } from '../nodes/contract/errors.ts'
import { systemClock as clock } from './clock.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { endWhen, guardProcess, listenForStop, runMain } from './process.ts'
import { openRuntime } from './compose.ts'

/** A worker alone: no editor, no API, the same database and queue as the server's. */
async function main(): Promise<void> {
  const asked = listenForStop()
  const config = readConfig()
  if (config.databaseUrl === undefined) {
    throw new FatalError(
      'CONFIG_INVALID',
      'A worker of its own needs the database it shares with the server: set DATABASE_URL (and REDIS_URL, if the server has one) to the same values.',
    )
  }
  const log = createLog({ level: config.logLevel, process: 'worker' })
  const runtime = await openRuntime(config, log, 'worker')
  await runtime.queue.startWorkers()
  guardProcess({ log, clock: clock, restart: () => runtime.queue.restartWorkers() })
  process.stdout.write('Heed worker is ready\n')
  await endWhen(asked, log, () => runtime.stop())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
