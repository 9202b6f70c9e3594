// The ten-minute path of nodes/example/README.md, walked: packed, installed from the file without a network, deployed, acting.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exampleNodes } from '../../runtime/catalogue.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, statusOf, uploadClip } from '../support/product-flows.ts'

const dataDir = makeDataDir()
const lit: { url: string; token: string; why: string }[] = []
const bridge = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    if (request.method === 'POST')
      lit.push({
        url: request.url ?? '',
        token: request.headers.authorization ?? '',
        why: (JSON.parse(body) as { why: string }).why,
      })
    response.writeHead(204).end()
  })
})
let product: Product
let model: FakeOrchestrator
let bridgeUrl = ''
let path = ''
const env = { HEED_NODE_PACKAGES: '', HEED_FREEZE_AFTER_S: '4' }

function npm(...args: string[]): string {
  return execFileSync('npm', args, { cwd: dataDir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

beforeAll(async () => {
  npm('pack', exampleNodes, '--silent', '--pack-destination', dataDir)
  const packed = join(dataDir, 'heed-nodes-example-1.0.0.tgz')
  npm('install', '--prefix', join(dataDir, 'packages'), '--offline', '--silent', '--no-audit', '--no-fund', packed)
  const broken = join(dataDir, 'broken')
  mkdirSync(broken)
  writeFileSync(
    join(broken, 'package.json'),
    JSON.stringify({ name: 'broken', version: '1.0.0', type: 'module', flow: { contract: 1, nodes: ['a.js'] } }),
  )
  writeFileSync(join(broken, 'a.js'), 'throw new Error("no luck")')
  const endless = join(dataDir, 'endless')
  mkdirSync(endless)
  writeFileSync(
    join(endless, 'package.json'),
    JSON.stringify({ name: 'endless', version: '1.0.0', type: 'module', flow: { contract: 1, nodes: ['endless.ts'] } }),
  )
  const example = readFileSync(join(exampleNodes, 'every-nth.ts'), 'utf8')
  writeFileSync(
    join(endless, 'endless.ts'),
    example
      .replace("type: 'every-nth'", "type: 'endless'")
      .replace('const passed =', 'for (; messages.length > 0; );\n    const passed ='),
  )
  await new Promise<void>((resolve) => bridge.listen(0, '127.0.0.1', resolve))
  bridgeUrl = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}/api`
  model = await startFakeOrchestrator({ model: ({ index }) => `</response> Picture ${index}.` })
  env.HEED_NODE_PACKAGES = `heed-nodes-example,${broken},${endless}`
  product = await startProduct({ dataDir, env })
})
afterAll(async () => {
  await product?.stop()
  await model?.stop()
  await new Promise((resolve) => bridge.close(resolve))
  removeFolder(dataDir)
})

it('starts beside a broken package, and says what is wrong with it', async () => {
  const { body } = await product.request<{ packages: unknown[] }>('GET', '/api/packages')
  expect(body.packages).toMatchObject([
    { name: 'heed-nodes-example', version: '1.0.0', nodes: ['every-nth', 'lamp'], kinds: ['lamp-bridge'], faults: [] },
    { name: 'broken', nodes: [], faults: ['a.js: it cannot be loaded: no luck'] },
    { name: 'endless', nodes: ['endless'], faults: [] },
  ])
  expect(product.output()).toContain('a node package cannot be used as it is')
})

it('serves its cards and its connection like built-in ones, with where they come from', async () => {
  const origin = { package: 'heed-nodes-example', version: '1.0.0' }
  const { nodes } = (
    await product.request<{ nodes: { type: string; origin: unknown; config: unknown }[] }>('GET', '/api/nodes')
  ).body
  expect(nodes.find(({ type }) => type === 'cooldown')?.origin).toBeNull()
  // Labels are there only where the package and Heed share one zod.
  expect(nodes.find(({ type }) => type === 'every-nth')).toMatchObject({
    origin,
    config: { properties: { n: { label: 'One of', default: 2 } } },
  })
  const { kinds } = (
    await product.request<{ kinds: { kind: string; origin: unknown }[] }>('GET', '/api/connections/kinds')
  ).body
  expect(kinds.find(({ kind }) => kind === 'lamp-bridge')).toMatchObject({ origin, title: 'Lamp bridge' })
})

it('runs them: every second message lights the lamp, over a connection of its own kind', async () => {
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  const home = { name: 'home', kind: 'lamp-bridge', config: { url: bridgeUrl }, secret: { token: 'lamp-token' } }
  expect((await product.request('POST', '/api/connections', home)).status).toBe(201)
  expect((await product.request('POST', '/api/connections/home/test')).body).toEqual({
    ok: true,
    message: 'The bridge answers (204).',
  })
  path = await uploadClip(product, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 6, size: '320x240' }))
  const drawn = alertFlow({
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'vllm', instruction: 'Say what you see.' },
    notification: { channel: 'inbox' },
  })
  const at = { version: 1, position: { x: 0, y: 0 } }
  drawn.nodes.push(
    { id: 'second', type: 'every-nth', config: { n: 2 }, ...at },
    { id: 'lamp', type: 'lamp', config: { connection: 'home', lamp: 'hall' }, ...at },
  )
  drawn.wires.push(
    { from: { node: 'model', port: 'response' }, to: { node: 'second', port: 'message' } },
    { from: { node: 'second', port: 'message' }, to: { node: 'lamp', port: 'message' } },
  )
  const flow = await deployFlow(product, drawn)
  await eventually('the lamp was lit twice', async () => lit.length >= 2)
  await product.request('POST', `/api/flows/${flow}/stop`)
  expect(lit.slice(0, 2)).toMatchObject(Array(2).fill({ url: '/api/lamps/hall', token: 'Bearer lamp-token' }))
  const [first = 0, second] = lit.map(({ why }) => Number(/Picture (\d+)/.exec(why)?.[1]))
  expect(second).toBe(first + 2)
})

it('ends itself when a card of theirs never comes to an end, and goes on without that flow, naming the card', async () => {
  const flow = (name: string, type: string) => {
    const drawn = alertFlow({
      name,
      camera: { kind: 'file', path, loop: true },
      model: { connection: 'vllm', instruction: 'Say what you see.' },
      notification: { channel: 'inbox' },
    })
    drawn.nodes.push({ id: 'third', type, config: { n: 1 }, version: 1, position: { x: 0, y: 0 } })
    drawn.wires[2] = { from: { node: 'model', port: 'response' }, to: { node: 'third', port: 'message' } }
    drawn.wires.push({ from: { node: 'third', port: 'message' }, to: { node: 'tell', port: 'message' } })
    return drawn
  }
  const sound = await deployFlow(product, flow('Sound', 'every-nth'))
  await eventually('the sound one tells', async () => (await eventsOf(product, sound, 'response.given')).length > 0)
  const ended = once(product.process, 'exit')
  const stuck = await deployFlow(product, flow('Stuck', 'endless'))
  expect((await ended)[1]).toBe('SIGKILL')
  expect(product.output()).toContain('the card "third" (endless) of the flow "Stuck" holds everything up')

  product = await startProduct({ dataDir, env })
  const { streams } = await eventually('it says why it is off', async () => {
    const status = await statusOf(product, stuck)
    return status.streams[0]?.state === 'failed' && status
  })
  expect(streams[0]?.reason).toContain('The card "third" (endless) did not come to an end for 4 s')
  expect((await eventsOf(product, stuck, 'stream.failed')).map(({ text }) => text)).toEqual([streams[0]?.reason])
  const before = (await eventsOf(product, sound, 'response.given')).length
  await eventually(
    'the sound one goes on',
    async () => (await eventsOf(product, sound, 'response.given')).length > before,
  )
})
