// The whole product thinks and speaks: a model asks an agent and hears its answer, says things aloud in order, and listens.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readWav } from '../../runtime/voices/wav.ts'
import { agentAnswer, startFakeAgent, type FakeAgent } from '../support/fake-agents.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { startFakeSpeech, type FakeSpeech } from '../support/fake-speech.ts'
import { makeClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { deployFlow, eventsOf, statusOf, uploadClip } from '../support/product-flows.ts'

let product: Product
let agent: FakeAgent
let model: FakeOrchestrator
let ears: FakeSpeech
let path = ''
beforeAll(async () => {
  const dataDir = makeDataDir()
  const says: Record<number, string> = {
    3: '</response> A person has fallen.',
    4: '</response> She is not moving.',
    7: '</response> I look closer. </delegation> Is she hurt?',
  }
  ;[agent, ears, model] = await Promise.all([
    startFakeAgent(),
    startFakeSpeech(),
    startFakeOrchestrator({ model: ({ index }) => says[index] ?? '</silence>' }),
  ])
  product = await startProduct({ dataDir })
  for (const connection of [
    { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } },
    { name: 'doctor', kind: 'background-agent', config: { url: agent.url } },
    { name: 'ears', kind: 'speech', config: { url: ears.url } },
  ])
    await product.request('POST', '/api/connections', connection)
  path = await uploadClip(product, await makeClip(join(dataDir, 'watch.mp4'), { seconds: 10, size: '320x240' }))
})
afterAll(async () => {
  await Promise.all([product.stop(), agent.stop(), ears.stop(), model.stop()])
  removeFolder(product.dataDir)
})

let flow = ''
afterEach(async () => {
  agent.manner = 'answer'
  if (flow !== '') await product.request('POST', `/api/flows/${flow}/stop`)
})

interface Spoken {
  id: string
  at: string
  text: string
  audio: { url: string } | null
  fields: { about: string; audio: { durationS: number; startsAtMs: number } }
}

/** A looping clip, watched by a model that speaks at its 3rd and 4th second and asks at its 7th. */
async function deployWatch(): Promise<void> {
  const node = (id: string, type: string, config: Record<string, unknown> = {}) => ({
    id,
    type,
    version: 1,
    position: { x: 0, y: 0 },
    config,
  })
  const wire = (from: [string, string], to: [string, string]) => ({
    from: { node: from[0], port: from[1] },
    to: { node: to[0], port: to[1] },
  })
  flow = await deployFlow(product, {
    format: 'heed.flow/1',
    name: 'Voice',
    nodes: [
      node('cam', 'camera-source', { kind: 'file', path, loop: true }),
      node('model', 'interaction-model', { connection: 'vllm', instruction: 'Warn of falls.' }),
      node('ask', 'delegate-to-agent', { connection: 'doctor' }),
      node('say', 'tts'),
      node('ear', 'voice-input', { connection: 'ears' }),
    ],
    wires: [
      wire(['cam', 'frames'], ['model', 'frames']),
      wire(['model', 'response'], ['say', 'message']),
      wire(['model', 'delegation'], ['ask', 'delegation']),
      wire(['ask', 'answer'], ['model', 'answer']),
      wire(['ear', 'message'], ['model', 'query']),
    ],
  })
}

const fullOf = async (kind: string): Promise<Spoken[]> =>
  ((await eventsOf(product, flow, kind)) as unknown as Spoken[]).reverse()

describe('a scenario that speaks and thinks', () => {
  it('says what the model says at once, in order, and gives the sound with the event', async () => {
    await deployWatch()
    const spoken = await eventually('three sentences', async () => {
      const found = await fullOf('speech.played')
      return found.length >= 3 && found
    })
    const given = await eventsOf(product, flow, 'response.given')
    const tookMs = spoken.map(
      (each) => Date.parse(each.at) - Date.parse(given.find((event) => event.id === each.fields.about)?.at ?? ''),
    )
    console.log(`decision to sound, in ms: ${tookMs.join(', ')}`)
    expect(spoken.map((each) => each.text)).toEqual(['A person has fallen.', 'She is not moving.', 'I look closer.'])
    // How soon is measured by `npm run bench`; here it must not wait for the next second.
    expect(Math.min(...tookMs)).toBeLessThan(1000)
    for (const [index, { fields }] of spoken.entries()) {
      const before = spoken[index - 1]?.fields.audio
      if (before) expect(fields.audio.startsAtMs).toBeGreaterThanOrEqual(before.startsAtMs + before.durationS * 1000)
    }
    const response = await fetch(product.url + (spoken[0]?.audio?.url ?? ''), {
      headers: { authorization: `Bearer ${testToken}` },
    })
    expect(response.headers.get('content-type')).toBe('audio/wav')
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(readWav(bytes)?.sampleRate).toBe(16_000)
    expect(bytes.some((byte) => byte > 40 && byte < 200)).toBe(true)
  })

  it('gives the answer of an agent back to the model, and takes questions by voice', async () => {
    await deployWatch()
    await eventually('the answer', async () =>
      (await eventsOf(product, flow, 'answer.received')).find((event) => event.text === agentAnswer),
    )
    expect((agent.asked[0]?.body.frames as unknown[]).length).toBeGreaterThanOrEqual(5)
    await eventually('the model knows it', async () =>
      model.calls.some((call) => call.texts.join('\n').includes(`You asked: Is she hurt?\nThe answer: ${agentAnswer}`)),
    )
    const voice = await fetch(`${product.url}/api/flows/${flow}/nodes/ear/voice`, {
      method: 'POST',
      headers: { authorization: `Bearer ${testToken}`, 'content-type': 'audio/wav' },
      body: Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt '), Buffer.alloc(64)]),
    })
    expect([voice.status, ((await voice.json()) as { text: string }).text]).toEqual([202, 'How many people are there?'])
    await eventually('the model is asked', async () =>
      model.calls.some((call) => call.texts.join('\n').includes('A person asks you now: How many people are there?')),
    )
  })

  it('ends a question that a person cancels, and goes on watching', async () => {
    await deployWatch()
    agent.manner = 'hang'
    await eventually('the agent is asked', async () => agent.waiting > 0)
    const [made] = await eventsOf(product, flow, 'delegation.made')
    const before = (await statusOf(product, flow)).streams[0]?.ticks ?? 0
    expect((await product.request('POST', `/api/deliveries/${made?.deliveries[0]?.id}/cancel`)).status).toBe(202)
    const failed = await eventually(
      'it has failed',
      async () => (await eventsOf(product, flow, 'delegation.failed'))[0],
    )
    expect(failed.text).toBe('Cancelled by a person.')
    await eventually('the agent is let go of', async () => agent.waiting === 0)
    await eventually('it ticks on', async () => ((await statusOf(product, flow)).streams[0]?.ticks ?? 0) > before + 1)
  })
})
