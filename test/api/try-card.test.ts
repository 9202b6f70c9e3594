// One card run alone with samples, by the public door and with the real node types: what it sends on, what it holds, what is kept back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import type { TriedCard } from '../../runtime/rehearsals/route-answers.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'

const at = { x: 0, y: 0 }
const card = (id: string, type: string, config: Record<string, unknown> = {}) => ({
  id,
  type,
  version: 1,
  position: at,
  config,
})
const document = {
  format: 'heed.flow/1',
  name: 'Fall alert',
  nodes: [
    card('only', 'filter', { mode: 'any', words: ['fall'] }),
    card('calm', 'cooldown', { quietMs: 60_000 }),
    card('tell', 'notification', { channel: 'webhook', url: 'https://hooks.example/a', title: 'Fall' }),
    card('ask', 'delegate-to-agent', { connection: 'helper' }),
    card('model', 'interaction-model', { instruction: 'Warn.' }),
    { ...card('later', 'cooldown', { quietMs: 60_000 }), version: 99 },
  ],
  wires: [],
  pins: [{ id: 'p1', node: 'only', port: 'message', text: 'A person has fallen.', fields: { score: 0.9 } }],
}

describe('a card tried with a sample', () => {
  let deps: MemoryApi
  let bench: ApiBench
  let flow: string
  beforeAll(async () => {
    deps = memoryApi({ nodes: await loadCatalogue() })
    bench = await startApi(deps)
    flow = (await bench.call<{ id: string }>('POST', '/api/flows', { body: document })).body.id
  })
  afterAll(() => bench.stop())
  const run = (node: string, ...texts: string[]) =>
    bench.call<TriedCard & { error?: { code: string } }>('POST', `/api/flows/${flow}/nodes/${node}/try`, {
      body: {
        messages: texts.map((text) => ({
          port: node === 'ask' ? 'delegation' : 'message',
          text,
          fields: { score: 0.9 },
        })),
      },
    })

  it('shows what it sends on, and by which port, with its fields', async () => {
    const { body } = await run('only', 'A person did fall.', 'A cat walks by.')
    expect(body.sent).toEqual([
      { port: 'message', text: 'A person did fall.', fields: { score: 0.9 } },
      { port: 'rest', text: 'A cat walks by.', fields: { score: 0.9 } },
    ])
    expect(body.captured).toEqual([])
  })

  it('gives one message after the other to a card that remembers, and begins anew each time', async () => {
    for (const _again of [1, 2]) {
      const { body } = await run('calm', 'One.', 'Two.')
      expect(body.messages.map(({ what }) => what)).toEqual(['passed', 'held'])
      expect(body.messages[1]?.reason).toMatch(/quiet|until/i)
      expect(body.sent.map(({ text }) => text)).toEqual(['One.'])
    }
  })

  it('keeps back what would have left, with settings that nobody has saved yet', async () => {
    const { body } = await run('tell', 'A person has fallen.')
    expect(body.captured).toEqual([expect.objectContaining({ channel: 'webhook', title: 'Fall' })])
    expect(body.sent.map(({ port }) => port)).toContain('delivered')
    const config = { channel: 'inbox', title: 'Down' }
    const other = await bench.call<TriedCard>('POST', `/api/flows/${flow}/nodes/tell/try`, {
      body: { messages: [{ port: 'message', text: 'Now.' }], config },
    })
    expect(other.body.captured).toEqual([expect.objectContaining({ channel: 'inbox', title: 'Down' })])
    expect([deps.told, [...deps.eventRows]]).toEqual([[], []])
  })

  it('asks no agent', async () => {
    const { body } = await run('ask', 'What is on the stove?')
    expect(body.captured).toEqual([{ channel: 'agent', to: 'helper', text: 'What is on the stove?' }])
    expect(body.sent).toEqual([])
  })

  it('says where it cannot be done, and keeps samples with the flow', async () => {
    const model = await run('model', 'Hello?')
    expect([model.status, model.body.error?.code]).toEqual([400, 'NODE_NOT_TESTABLE'])
    const port = await bench.call<{ error: { code: string } }>('POST', `/api/flows/${flow}/nodes/only/try`, {
      body: { messages: [{ port: 'frames', text: 'x' }] },
    })
    expect(port.body.error.code).toBe('NODE_PORT_UNKNOWN')
    const later = await run('later', 'From a later Heed.')
    expect([later.status, later.body.error?.code]).toEqual([400, 'NODE_VERSION_UNKNOWN'])
    const saved = await bench.call<{ document: typeof document }>('GET', `/api/flows/${flow}`)
    expect(saved.body.document.pins).toEqual(document.pins)
    const given = await bench.call<typeof document>('GET', `/api/flows/${flow}/export`)
    expect(given.body.pins).toEqual(document.pins)
  })

  it('gives samples away without the secrets that stand in them', async () => {
    const pins = [
      {
        id: 'p1',
        node: 'only',
        port: 'message',
        text: 'The password is hunter2!x',
        fields: { api_key: 'sk-abcdefabcdefabcdef12' },
      },
      { id: 'p2', node: 'calm', port: 'message', text: 'Calm.' },
    ]
    const { body } = await bench.call<{ id: string }>('POST', '/api/flows', { body: { ...document, pins } })
    const all = await bench.call('GET', `/api/flows/${body.id}/export`)
    expect(all.bytes.toString()).not.toMatch(/hunter2|sk-abcdef/)
    const part = await bench.call<typeof document>('GET', `/api/flows/${body.id}/export?nodes=calm`)
    expect(part.body.pins.map(({ id }) => id)).toEqual(['p2'])
  })
})
