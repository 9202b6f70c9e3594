// The whole product with an agent that hangs and does not listen to a polite word: it ends with its flow and with Heed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeCommand } from '../support/fake-agents.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip } from '../support/make-clip.ts'
import { isAlive } from '../support/processes.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
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
}, 60_000)
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
  }, 60_000)

  it('goes on when the flow is stopped and a notification waits for its answer, and ends when the flow is deleted', async () => {
    const { flow, pids } = await asking('tell.message')
    await product.request('POST', `/api/flows/${flow}/stop`)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(pids.every(isAlive)).toBe(true)
    expect((await product.request('DELETE', `/api/flows/${flow}`)).status).toBe(204)
    await gone(pids)
  }, 60_000)

  it('ends with a Heed that is killed, and the next one asks alone', async () => {
    const { flow, pids } = await asking('model.answer')
    await product.kill()
    product = await startProduct({ dataDir, env, port: Number(new URL(product.url).port) })
    await gone(pids)
    await product.request('DELETE', `/api/flows/${flow}`)
  }, 60_000)
})
