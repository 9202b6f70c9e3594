// The Node-RED inside, put together with what it needs of the rest. Part of the composition.
import { randomUUID } from 'node:crypto'
import type { Log } from '../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../nodes/contract/define.ts'
import { systemClock as clock } from './clock.ts'
import type { Store } from './compose-store.ts'
import { deriveKey, ownUrl, type Config } from './config.ts'
import type { Bus } from './live/index.ts'
import { createPictureLinks, createReceiver, NodeRed, NodeRedChild, type NodeRedRouteDeps } from './node-red/index.ts'

interface NodeRedParts {
  config: Config
  store: Store
  bus: Pick<Bus, 'publish' | 'subscribe'>
  nodes: ReadonlyMap<string, NodeDefinition>
  log: Log
  secretKey: Uint8Array
  mayRun: boolean
  isSole: boolean
}

/** Nothing is loaded before it is switched on. */
export function openNodeRed(
  { bus, config, isSole, log, mayRun, nodes, secretKey, store }: NodeRedParts,
  closers: (() => unknown)[],
): NodeRed & NodeRedRouteDeps['nodeRed'] {
  const nowMs = (): number => clock.nowMs()
  const links = createPictureLinks({ key: deriveKey(secretKey, 'node-red pictures'), base: ownUrl(config), nowMs })
  const nodeRed = new NodeRed({
    bus,
    clock,
    log,
    mayRun,
    isSole,
    store: store.nodeRed,
    random: Math.random,
    newId: randomUUID,
    dataDir: config.dataDir,
    publicUrl: config.publicUrl,
    credentialSecret: Buffer.from(deriveKey(secretKey, 'node-red credentials')).toString('base64url'),
    isForced: config.nodeRed,
    startChild: (options, signal) => NodeRedChild.start(options, signal),
    receive: createReceiver({ running: store.running, nodes, bus, nowMs }),
    pictureUrl: (eventId) => links.urlFor(eventId),
  })
  closers.push(() => nodeRed.stop())
  return Object.assign(nodeRed, { picture: (token: string) => store.events.frame(links.read(token)) })
}
