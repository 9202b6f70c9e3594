// A flow of Node-RED comes in over the API with a report, waits like every other import, and goes back as it came.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'
import { redDebug, redNode, redTab, type RedEntry } from '../support/red-flow.ts'

interface Taken {
  flow: { id: string; document: { name: string; foreign: unknown; nodes: unknown[] }; unapprovedHosts: string[] }
  report: { id: string; became: string; reason: string }[]
}

let deps: MemoryApi
let bench: ApiBench
beforeAll(async () => {
  deps = memoryApi()
  bench = await startApi(deps)
})
afterAll(() => bench.stop())

const entries: RedEntry[] = [
  redTab,
  redNode(
    'f',
    'function',
    { func: 'return msg', outputs: 1, password: 's3cr3t-Lamp', server: 'mqtt://a:s3cr3t-Lamp@h' },
    [['d']],
  ),
  redNode('cam', 'rtsp-cam', {
    url: 'rtsp://admin:s3cr3t-Lamp@10.0.0.7/live',
    credentials: { password: 's3cr3t-Lamp' },
  }),
  redDebug(),
]

describe('a flow of Node-RED', () => {
  it('is looked at, taken in with a row for every entry, and keeps no login', async () => {
    const look = await bench.call<Pick<Taken, 'report'> & { document: unknown }>('POST', '/api/flows/import/look', {
      body: entries,
    })
    expect(look.body.report.map(({ id, became }) => `${id} ${became}`)).toEqual([
      't note',
      'f placeholder',
      'cam node',
      'd node',
    ])
    const { status, body } = await bench.call<Taken>('POST', '/api/flows/import', {
      body: { document: entries, name: 'Mine' },
    })
    expect(status).toBe(201)
    expect(body.flow.document.name).toBe('Mine')
    expect(body.report[1]?.reason).toContain('runs no code')
    expect(JSON.stringify([body.flow.document.foreign, body.flow.document.nodes[0]])).not.toContain('s3cr3t-Lamp')
    const check = await bench.call<{ problems: { node: string; code: string }[] }>(
      'POST',
      `/api/flows/${body.flow.id}/check`,
    )
    expect(check.body.problems).toContainEqual(expect.objectContaining({ node: 'f' }))
  })

  it('goes back as it came, without what was secret', async () => {
    const { body } = await bench.call<Taken>('POST', '/api/flows/import', { body: { rev: 'x', flows: entries } })
    const out = await bench.call<RedEntry[]>('GET', `/api/flows/${body.flow.id}/export?form=node-red`)
    expect(out.headers['content-disposition']).toContain('door.node-red.json')
    expect(out.body.filter(({ id }) => id === 't' || id === 'd')).toEqual([redTab, redDebug()])
    expect(out.body.find(({ id }) => id === 'f')).toMatchObject({
      type: 'function',
      func: 'return msg',
      wires: [['d']],
    })
    expect(JSON.stringify(out.body)).not.toContain('s3cr3t-Lamp')
  })

  it('is written of any flow', async () => {
    const flow = { format: 'heed.flow/1', name: 'Mine', nodes: [], wires: [] }
    const { body } = await bench.call<{ id: string }>('POST', '/api/flows', { body: flow })
    const out = await bench.call<RedEntry[]>('GET', `/api/flows/${body.id}/export?form=node-red`)
    expect(out.body).toEqual([{ id: 'heed-flow', type: 'tab', label: 'Mine', disabled: false, info: '' }])
  })
})
