// One process of several that start at once on one database: migrates, opens the store, says how it went.
import { createStore } from '../../runtime/compose-store.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [, , databaseUrl = ''] = process.argv
const store = await createStore({ databaseUrl, secretKey: new Uint8Array(32), log, nowMs: () => Date.now() })
const names = (await store.connections.list()).map(({ name }) => name)
await store.close()
process.stdout.write(names.join(','))
