// node-red-node-test-helper as far as the tests use it: a Node-RED runtime in this process that holds a few nodes. It swallows what
// is thrown in a handler, so tests assert on calls.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const folder = fileURLToPath(new URL('../../nodes/node-red', import.meta.url))

export type RedMessage = Record<string, unknown>
export interface RedNode {
  receive(message: RedMessage): void
  on(event: string, listener: (message: RedMessage) => void): void
  error: { args: unknown[][] }
  status: { args: { text?: string }[][] }
}
interface Helper {
  init(runtime: string): void
  startServer(done: () => void): void
  stopServer(done: () => void): void
  load(nodes: unknown[], flow: unknown[], credentials: unknown): Promise<void>
  unload(): Promise<void>
  getNode(id: string): RedNode
}

/** The names of the nodes in the package. */
export const paletteNodes = Object.keys(
  (require(join(folder, 'package.json')) as { 'node-red': { nodes: Record<string, string> } })['node-red'].nodes,
)

/** Loaded on first use: it brings Node-RED along. */
export async function startRed(): Promise<Helper> {
  const helper = require('node-red-node-test-helper') as Helper
  helper.init(require.resolve('node-red'))
  await new Promise<void>((resolve) => helper.startServer(resolve))
  return helper
}

export const stopRed = (helper: Helper): Promise<void> => new Promise((resolve) => helper.stopServer(resolve))

/** Runs a flow of these nodes; `heed` is the server they use. */
export async function loadRed(helper: Helper, flow: RedMessage[], heed: { url: string; token: string }): Promise<void> {
  const nodes = paletteNodes.map((name) => require(join(folder, `${name}.js`)) as unknown)
  const server = { id: 'heed', type: 'heed-server', url: heed.url }
  await helper.load(nodes, [server, ...flow], { heed: { token: heed.token } })
}

/** The next message that comes to a node. */
export const arrives = (node: RedNode): Promise<RedMessage> =>
  new Promise((resolve) => node.on('input', (message) => resolve(message)))
