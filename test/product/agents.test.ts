// The whole product with agents that take their time: a second look that comes long after people were told, and one that hangs and
// does not listen to a polite word: it ends with its flow and with Heed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChatServices, type ChatServices, type Service } from '../support/chat-services.ts'
import { fakeCommand, startFakeAgent, type FakeAgent } from '../support/fake-agents.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { isAlive } from '../support/processes.ts'
import { eventually, makeDataDir, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, uploadClip, type DrawnFlow } from '../support/product-flows.ts'

const dataDir = makeDataDir()
const env = { HEED_AGENT_COMMANDS: JSON.stringify({ stubborn: fakeCommand('stubborn') }) }
let product: Product
let model: FakeOrchestrator
let clip: string
let asked = 0

const fileOf = (nth: number): string => join(dataDir, `pids-${nth}`)
/** Of the nth command: itself and what it has started. */
const pidsOf = (nth: number): number[] =>
  existsSync(fileOf(nth)) ? readFileSync(fileOf(nth), 'utf8').split(' ').map(Number) : []

beforeAll(async () => {
  // One question, at the second picture of each stream.
  model = await startFakeOrchestrator({
    model: ({ index }) =>
      index === 1 ? `</response> One moment. </delegation> Look PIDFILE ${fileOf(asked++)} closely.` : '</silence>',
  })
  product = await startProduct({ dataDir, env })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  await product.request('POST', '/api/connections', {
    name: 'doctor',
    kind: 'command',
    config: { command: 'stubborn' },
  })
  clip = await uploadClip(product, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 10, size: '320x240' }))
})
afterAll(async () => {
  await product.stop()
  await model.stop()
  removeFolder(dataDir)
})

/** Deploys a flow whose model asks; resolves once its agent runs. */
async function asking(answer: 'model.answer' | 'tell.message'): Promise<{ flow: string; pids: number[] }> {
  const drawn: DrawnFlow = alertFlow({
    name: `Asking ${asked}`,
    camera: { kind: 'file', path: clip, loop: true },
    model: { connection: 'vllm', instruction: 'Ask.' },
    notification: { channel: 'inbox' },
  })
  const [node = '', port = ''] = answer.split('.')
  drawn.nodes.push({
    id: 'ask',
    type: 'delegate-to-agent',
    version: 1,
    position: { x: 0, y: 200 },
    config: { connection: 'doctor', timeoutS: 300 },
  })
  drawn.wires.push(
    { from: { node: 'model', port: 'delegation' }, to: { node: 'ask', port: 'delegation' } },
    { from: { node: 'ask', port: 'answer' }, to: { node, port } },
  )
  const nth = asked
  const flow = await deployFlow(product, drawn)
  return { flow, pids: await eventually('the agent runs', async () => pidsOf(nth).length === 2 && pidsOf(nth)) }
}

describe('a second look', () => {
  let chats: ChatServices
  let second: FakeAgent
  let watcher: FakeOrchestrator
  beforeAll(async () => {
    chats = await startChatServices()
    second = await startFakeAgent(() => 'NO. It is a dog.')
    watcher = await startFakeOrchestrator({
      model: ({ index }) => (index === 2 ? '</response> A person has fallen.' : '</silence>'),
    })
    const { url } = chats
    for (const connection of [
      { name: 'watcher', kind: 'vllm-omni', config: { url: watcher.url } },
      { name: 'looks-twice', kind: 'openai', config: { url: second.url } },
      { name: 'telegram', kind: 'telegram', config: { url: `${url}/telegram` }, secret: { botToken: '1:abc' } },
      { name: 'slack', kind: 'slack', config: { url: `${url}/slack` }, secret: { token: 'xoxb-1' } },
      { name: 'discord', kind: 'discord', secret: { url: `${url}/discord/api/webhooks/1/x` } },
      { name: 'ntfy', kind: 'ntfy', config: { url: `${url}/ntfy` } },
    ])
      expect((await product.request('POST', '/api/connections', connection)).status).toBe(201)
  })
  afterAll(async () => {
    await Promise.all([chats.stop(), second.stop(), watcher.stop()])
  })

  const to: Record<Service, string> = { telegram: '42', slack: 'C0123456', discord: '', ntfy: 'grandma' }
  /** The template's own wires, to four chats instead of one. */
  function lookedAtTwice(): DrawnFlow {
    const drawn = alertFlow({
      name: 'Looked at twice',
      camera: { kind: 'file', path: clip, loop: true },
      model: { connection: 'watcher', instruction: 'Warn the moment a person falls.' },
      notification: { channel: 'inbox' },
    })
    const place = { version: 1, position: { x: 0, y: 200 } }
    const check = { connection: 'looks-twice', meanwhile: 'tell', afterS: 1, withinS: 60 }
    drawn.nodes = [...drawn.nodes.slice(0, 3), { id: 'check', type: 'verify', ...place, config: check }]
    drawn.wires[2] = { from: { node: 'model', port: 'response' }, to: { node: 'check', port: 'message' } }
    for (const [channel, receiver] of Object.entries(to)) {
      const config = { channel, connection: channel, to: receiver, title: 'Fall' }
      drawn.nodes.push({ id: channel, type: 'notification', ...place, config })
      for (const port of ['message', 'retracted'])
        drawn.wires.push({ from: { node: 'check', port }, to: { node: channel, port: 'message' } })
    }
    return drawn
  }

  it('tells every chat at once, and changes what stands there once it says that it was none', async () => {
    second.manner = 'hang'
    const flow = await deployFlow(product, lookedAtTwice())
    const all = (): ChatServices['shown'][Service] => Object.values(chats.shown).flat()
    await eventually('four chats are told while nobody has answered', async () => all().length === 4)
    await eventually('the second model is asked', async () => second.waiting === 1)
    const told = structuredClone(chats.shown)
    for (const { text, picture, changes } of all()) {
      expect(text).toContain('A person has fallen.')
      expect([picture?.subarray(0, 2).toString('hex'), changes]).toEqual(['ffd8', 0])
    }
    // It sees what stood before the moment and what came after it.
    expect(JSON.stringify(second.asked[0]?.body).match(/data:image\/jpeg/g)?.length).toBeGreaterThanOrEqual(3)
    second.release()
    await eventually('four chats are corrected', async () => all().every(({ changes }) => changes === 1))
    for (const [service, [message, ...more]] of Object.entries(chats.shown)) {
      expect([more, message?.id]).toEqual([[], told[service as Service][0]?.id])
      // Discord shows letter by letter what it was given with "\\" before each sign of its own.
      expect(message?.text.replaceAll('\\', '')).toContain(
        'Not so, on a second look: A person has fallen.\nIt is a dog.',
      )
      expect(message?.picture?.length).toBe(told[service as Service][0]?.picture?.length)
    }
    const [retracted] = await eventsOf(product, flow, 'alert.retracted')
    const words = await eventually('the deliveries say so', async () => {
      const [event] = await eventsOf(product, flow, 'alert.retracted')
      return (
        event?.deliveries.every(({ state }) => state === 'delivered') && event.deliveries.map(({ detail }) => detail)
      )
    })
    expect(words.filter((word) => word.endsWith('what was told before is corrected in place.'))).toHaveLength(4)
    expect(retracted?.text).toContain('It is a dog')
    await product.request('DELETE', `/api/flows/${flow}`)
  })
})

it('a flow is rehearsed by the command line on the Heed that runs: exit code, JUnit, and nothing stays', async () => {
  const drawn = alertFlow({
    name: 'From a script',
    camera: { kind: 'file', path: clip, loop: true },
    model: { connection: 'vllm', instruction: 'Ask.' },
    notification: { channel: 'webhook', url: 'http://192.0.2.1/never' },
  })
  const said = { within: [0, 5], action: 'webhook', textMatches: 'moment' }
  const flowWith = (name: string, tests: object[]) => {
    const path = join(dataDir, name)
    writeFileSync(path, JSON.stringify({ ...drawn, tests }))
    return path
  }
  const script = fileURLToPath(new URL('../../runtime/rehearse.ts', import.meta.url))
  const run = async (path: string): Promise<{ code: number; junit: string }> => {
    const args = [path, '--url', product.url, '--token', testToken, '--junit', `${path}.xml`]
    const [code] = (await once(spawn(process.execPath, [script, ...args]), 'exit')) as [number]
    return { code, junit: readFileSync(`${path}.xml`, 'utf8') }
  }
  const before = (await product.request<{ flows: unknown[] }>('GET', '/api/flows')).body.flows.length
  const [right, wrong] = await Promise.all([
    run(flowWith('right.json', [{ clip, expect: [said], never: [{ action: 'response', textMatches: 'fire' }] }])),
    run(flowWith('wrong.json', [{ clip, expect: [], never: [said] }])),
  ])
  expect([right.code, wrong.code]).toEqual([0, 1])
  for (const { junit } of [right, wrong]) expect(junit).toContain(`<testsuite name="${clip}"`)
  expect([right, wrong].map(({ junit }) => junit.match(/<failure/g)?.length ?? 0)).toEqual([0, 1])
  expect((await product.request<{ flows: unknown[] }>('GET', '/api/flows')).body.flows).toHaveLength(before)
})

describe('an agent that hangs', () => {
  const gone = (pids: number[]): Promise<boolean> =>
    eventually('all of it is gone', async () => !pids.some(isAlive), 6_000)

  it('ends with the flow that is stopped, and says so, when its answer would only go back into it', async () => {
    const { flow, pids } = await asking('model.answer')
    await product.request('POST', `/api/flows/${flow}/stop`)
    await gone(pids)
    expect(
      (await eventually('it is recorded', async () => (await eventsOf(product, flow, 'delegation.failed'))[0])).text,
    ).toBe('Cancelled by a person.')
  })

  it('goes on when the flow is stopped and a notification waits for its answer, and ends when the flow is deleted', async () => {
    const { flow, pids } = await asking('tell.message')
    await product.request('POST', `/api/flows/${flow}/stop`)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(pids.every(isAlive)).toBe(true)
    expect((await product.request('DELETE', `/api/flows/${flow}`)).status).toBe(204)
    await gone(pids)
  })

  it('ends with a Heed that is killed, and the next one asks alone', async () => {
    const { flow, pids } = await asking('model.answer')
    await product.kill()
    product = await startProduct({ dataDir, env, port: Number(new URL(product.url).port) })
    await gone(pids)
    await product.request('DELETE', `/api/flows/${flow}`)
  })
})
