// A Heed that starts its database and then waits to be killed; not for ever, should the test be gone.
import { startEmbedded } from '../../runtime/database/embedded.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [, , dataDir = ''] = process.argv
const embedded = await startEmbedded({ dataDir, log, settings: { fsync: 'off' }, initdbFlags: ['--no-sync'] })
process.stdout.write(`${embedded.pid}\n`)
setTimeout(() => process.exit(1), 60_000)
