// The Node-RED inside a product under test: its process, its flows, and the bell that they ring.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { request as ask } from 'node:http'
import { connect, type Socket } from 'node:net'
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
export function pidOf({ process }: { process: { pid?: number | undefined } }): number | undefined {
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

/** The package's own nodes on this Heed: what it says goes into the file `heard`, a question and a picture are asked for by hand. */
export function paletteFlows(url: string, flow: string): Part[] {
  const note = (id: string): Part =>
    part(id, 'file', {
      filename: 'heard',
      filenameType: 'str',
      appendNewline: true,
      createDir: false,
      overwriteFile: 'false',
      encoding: 'utf8',
      wires: [],
    })
  const press = (id: string, wires: string[][]): Part =>
    part(id, 'inject', { props: [{ p: 'payload' }], payload: '', payloadType: 'date', wires })
  return [
    { id: tab, type: 'tab', label: 'Palette' },
    { id: 'server', type: 'heed-server', url },
    part('events', 'heed-event', {
      server: 'server',
      flow,
      kinds: 'response.given',
      picture: 'none',
      wires: [['said']],
    }),
    note('said'),
    press('press', [['ask', 'image']]),
    part('ask', 'heed-ask', { server: 'server', flow, text: 'Who is there?', wait: 10, wires: [['answered']] }),
    note('answered'),
    part('image', 'heed-image', { server: 'server', flow, as: 'buffer', wires: [['size']] }),
    part('size', 'function', {
      func: 'return { payload: msg.payload[0] === 0xff && msg.payload[1] === 0xd8 ? "a JPEG" : "no JPEG" }',
      outputs: 1,
      libs: [],
      wires: [['seen']],
    }),
    note('seen'),
  ]
}

/** Deploys in Node-RED, as its editor does. */
export async function deployThere(
  product: Product,
  flows: Part[] = testFlows(),
  credentials: Record<string, Record<string, string>> = {},
): Promise<void> {
  const { status, body } = await product.request(
    'POST',
    '/node-red/flows',
    { flows, credentials },
    { 'Node-RED-Deployment-Type': 'full', 'Node-RED-API-Version': 'v2' },
  )
  if (status >= 300) throw new Error(`Node-RED answered ${status}: ${JSON.stringify(body)}`)
  const entries = flows.filter(({ type }) => type === 'heed-in').length
  await eventually('its entries are known', async () => (await nodeRedOf(product)).entries.length === entries)
}

/** The lines of a file that Node-RED writes: `bell` holds what it has rung for. */
export function linesOf({ dataDir }: Pick<Product, 'dataDir'>, name: 'bell' | 'heard'): string[] {
  const file = join(dataDir, 'node-red', name)
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

/** A WebSocket that is open; `closed` resolves when the other side ends it. */
export async function openSocket(
  product: Product,
  path: string,
  headers: Record<string, string>,
): Promise<{ closed: Promise<void> }> {
  const { hostname, port } = new URL(product.url)
  const asked = ask({
    ...{ hostname, port, path },
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  })
  asked.end()
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket]
  socket.resume()
  return { closed: new Promise((resolve) => socket.once('close', () => resolve())) }
}
