// `npm start`: database, API, editor, and a worker inside. Parses the configuration, builds, starts, stops on a signal.
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Connection } from '../nodes/contract/connections.ts'
import { createApp } from './http/index.ts'
import { assertSafeBinding } from './http/index.ts'
import type { ApiDeps } from './http/index.ts'
import { createHttpServer, createProxyTrust, isForwardedSecure } from './http/index.ts'
import { refusalOf } from './egress/index.ts'
import { systemClock } from './clock.ts'
import { createDiscovery } from './cameras/index.ts'
import { createConnectionTest, testSigning } from './connections/index.ts'
import { testModel } from './models/index.ts'
import { createOrganisationIndex, createTemplateShelf } from './templates/index.ts'
import { transcribe } from './voices/index.ts'
import { deriveKey, readConfig, readVersion, type Config } from './config.ts'
import { createLog } from './log.ts'
import { endWhen, guardProcess, listenForStop, runMain } from './process.ts'
import { openRuntime, type Log, type Runtime } from './compose.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function apiDeps(config: Config, log: Log, runtime: Runtime): ApiDeps {
  const { store, queue, media, nodes, metrics, trying } = runtime
  const testConnection = connectionTest(runtime)
  const isTrustedProxy = createProxyTrust(config.trustedProxies)
  return {
    log,
    nodes,
    packages: runtime.packages,
    formats: runtime.formats,
    version: readVersion(),
    nowMs: () => systemClock.nowMs(),
    sleep: (ms) => systemClock.sleep(ms),
    ...keptWithFlows(runtime),
    deployments: store.deployments,
    running: store.running,
    connections: store.connections,
    ...cameraThings(runtime),
    connectionKinds: store.connectionKinds,
    events: store.events,
    accounts: store.accounts,
    approvedHosts: store.approvedHosts,
    streams: queue.control,
    rehearsals: store.rehearsals,
    rehearsing: queue.rehearsals,
    media: {
      ...media.library,
      probe: (config, owner, filters) => {
        runtime.egress.trust(config)
        return media.library.probe(config, owner, filters)
      },
    },
    hasVideo: () =>
      media.check().then(
        () => true,
        () => false,
      ),
    nodeRed: runtime.nodeRed,
    templates: templateShelf(config, log, runtime),
    bus: queue.bus,
    relay: queue.relay,
    tryAction: (request) => {
      runtime.egress.trust([request.node.config, request.connection?.config])
      return trying.tryAction(request)
    },
    push: {
      publicKey: () => runtime.push.publicKey(),
      add: (subscription, label) => store.push.add(subscription, label),
      remove: (endpoint) => store.push.remove(endpoint),
    },
    testConnection: (connection, to = '') => {
      // Tried before it is saved: what the owner typed a moment ago counts.
      runtime.egress.trust([connection.config, to])
      return testConnection(connection, to)
    },
    ...voicesToChoose(runtime),
    ...howItDoes(config, runtime),
    transcribe: (connection, sound) => transcribe(runtime.http, connection, sound, new AbortController().signal),
    refusalOf,
    pingDatabase: () => store.ping(),
    spill: () => runtime.spill.report(),
    metrics: () => metrics.text(),
    observeRequest: (request) => metrics.observeRequest(request),
    token: config.token,
    linkKey: deriveKey(runtime.secretKey, 'links'),
    publicUrl: config.publicUrl,
    editorDir: join(root, 'editor', 'dist'),
    isSecure: (request) => config.publicUrl.startsWith('https:') || isForwardedSecure(request, isTrustedProxy),
    isTrustedProxy,
  }
}

function howItDoes(
  { dataDir }: Config,
  { store }: Runtime,
): Pick<ApiDeps, 'deliveries' | 'failed' | 'freeBytes' | 'system'> {
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(dataDir)
    return bavail * bsize
  }
  return { deliveries: store.deliveries, failed: store.failed, system: store.system, freeBytes }
}

/** What voices there are, and how one sounds. */
function voicesToChoose({ speech }: Runtime): Pick<ApiDeps, 'voices' | 'sample'> {
  const forever = (): AbortSignal => new AbortController().signal
  return {
    voices: (connection) => speech.voices(connection, forever()),
    sample: (connection, sentence) => speech.sample(connection, sentence, forever()),
  }
}

/** What is kept of a flow's cameras goes with it. */
function keptWithFlows({
  recordings,
  store: { film, flows },
}: Runtime): Pick<ApiDeps, 'film' | 'flows' | 'recordings'> {
  const remove: ApiDeps['flows']['remove'] = async (id, cancelled) => {
    await flows.remove(id, cancelled)
    await recordings.forget(id)
  }
  return { film, flows: { ...flows, remove }, recordings }
}

/** A camera that a person has asked for a moment ago may be asked. */
function cameraThings({ egress, http, store }: Runtime): Pick<ApiDeps, 'cameras' | 'discovery'> {
  const discovery = createDiscovery({ clock: systemClock, http })
  return {
    cameras: store.cameras,
    discovery: {
      ...discovery,
      profiles: (service, login) => {
        egress.trust(service)
        return discovery.profiles(service, login)
      },
    },
  }
}

function connectionTest({ store, http, edge, tests, trying }: Runtime): ReturnType<typeof createConnectionTest> {
  const ways = {
    ...tests,
    watch: testModel({ http, edge }),
    notify: (connection: Connection, _signal: AbortSignal, to: string) => trying.tryConnection(connection, to),
    sign: testSigning(http),
  }
  return createConnectionTest(store.connectionKinds, ways, http)
}

function templateShelf(config: Config, log: Log, { store, http, egress }: Runtime): ApiDeps['templates'] {
  const { templateIndex: url } = config
  const index =
    url === undefined
      ? undefined
      : createOrganisationIndex({ url, http, clock: systemClock, log, trust: (typed) => egress.trust(typed) })
  return createTemplateShelf({ own: store.ownTemplates, log, ...(index ? { index } : {}) })
}

async function main(): Promise<void> {
  const asked = listenForStop()
  const config = readConfig()
  const log = createLog({ level: config.logLevel, process: 'server' })
  const runtime = await openRuntime(config, log, 'server')
  const deps = apiDeps(config, log, runtime)
  const api = createApp(deps)
  const server = createHttpServer(api, deps)
  const stop = async (): Promise<void> => {
    await server.close()
    await runtime.stop()
  }
  try {
    const hasOwner = await deps.accounts.hasOwner()
    assertSafeBinding(config.host, hasOwner)
    await server.listen(config)
    await runtime.queue.startWorkers()
    await runtime.nodeRed.start()
    guardProcess({ log, clock: systemClock, restart: () => runtime.queue.restartWorkers() })
    if (!hasOwner) process.stdout.write(`Open this link once, to choose your password: ${api.createSignInLink()}\n`)
    process.stdout.write(`Heed is ready at ${config.publicUrl}\n`)
  } catch (error) {
    await stop()
    throw error
  }
  await endWhen(asked, log, stop)
}

await runMain(main)
