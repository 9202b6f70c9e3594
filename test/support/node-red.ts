// The Node-RED inside a product under test: its process, its flows, and the bell that they ring.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'
import type { NodeRedStatus } from '../../runtime/node-red/records.ts'
import { eventually, type Product } from './product.ts'

export const nodeRedOf = async (product: Product): Promise<NodeRedStatus> =>
  (await product.request<{ nodeRed: NodeRedStatus }>('GET', '/api/node-red')).body.nodeRed

export const running = (product: Product): Promise<NodeRedStatus> =>
  eventually('Node-RED runs', async () => {
    const status = await nodeRedOf(product)
    return status.state === 'running' && status
  })

/** Its process, found as an administrator would: a child of the product's own. */
export function pidOf({ process }: Product): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const parent = /\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node-red/child.cjs')
        )
      } catch {
        return false
      }
    })
}

type Part = { id: string; type: string } & Record<string, unknown>
const tab = 'heed-test-tab'
const part = (id: string, type: string, rest: Record<string, unknown> = {}): Part => ({
  id,
  type,
  z: tab,
  x: 100,
  y: 100,
  wires: [],
  ...rest,
})

/**
 * Entries `siren` (answers with the picture's address), `slow` (rings after a while), `boom` (throws) and an exit `door` that the button
 * sends to. A ring is a line in the file `bell`.
 */
export function testFlows(): Part[] {
  const bell = (id: string, wires: string[][] = []): Part =>
    part(id, 'file', {
      filename: 'bell',
      filenameType: 'str',
      appendNewline: true,
      createDir: false,
      overwriteFile: 'false',
      encoding: 'utf8',
      wires,
    })
  return [
    { id: tab, type: 'tab', label: 'House' },
    part('siren', 'heed-in', { name: 'siren', wires: [['ring', 'tell']] }),
    bell('ring'),
    part('tell', 'function', {
      func: 'msg.payload = { text: "The siren is on.", picture: msg.heed.pictureUrl, id: msg.heed.id }\nreturn msg',
      outputs: 1,
      libs: [],
      wires: [['answer']],
    }),
    part('answer', 'heed-out', { name: 'siren' }),
    part('slow', 'heed-in', { name: 'slow', wires: [['wait']] }),
    part('wait', 'delay', {
      pauseType: 'delay',
      timeout: '1.5',
      timeoutUnits: 'seconds',
      rate: '1',
      nbRateUnits: '1',
      rateUnits: 'second',
      wires: [['slowly']],
    }),
    bell('slowly'),
    part('boom', 'heed-in', { name: 'boom', wires: [['throw']] }),
    part('throw', 'function', {
      func: 'throw new Error("The siren has no power.")',
      outputs: 1,
      libs: [],
      wires: [[]],
    }),
    part('button', 'inject', { props: [{ p: 'payload' }], payload: 'on', payloadType: 'str', wires: [['door']] }),
    part('door', 'heed-out', { name: 'door' }),
    part('hook', 'http in', { url: '/doorbell', method: 'get', wires: [['hello']] }),
    part('hello', 'http response', {}),
    part('other', 'http in', { url: '/secret', method: 'get', wires: [['hello']] }),
  ]
}

/** Deploys in Node-RED, as its editor does. */
export async function deployThere(product: Product, flows: Part[] = testFlows()): Promise<void> {
  const { status, body } = await product.request('POST', '/node-red/flows', flows, {
    'Node-RED-Deployment-Type': 'full',
  })
  if (status >= 300) throw new Error(`Node-RED answered ${status}: ${JSON.stringify(body)}`)
  await eventually('its entries are known', async () => (await nodeRedOf(product)).entries.length >= 3)
}

/** What the bell has rung for. */
export function rings({ dataDir }: Product): string[] {
  const file = join(dataDir, 'node-red', 'bell')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** The first line of the answer to a WebSocket's request. */
export function upgrade(product: Product, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { hostname, port, host } = new URL(product.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = Object.entries({
        Host: host,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      }).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    })
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().split('\r\n', 1)[0] ?? '')
    })
    socket.once('error', reject)
    socket.once('end', () => resolve(''))
  })
}
