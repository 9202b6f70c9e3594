// What a flow from elsewhere names stays unapproved, whatever is done to the flow.
import { describe, expect, it } from 'vitest'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createStore } from '../../runtime/compose-store.ts'
import { quietLog, sampleKey } from '../store/samples.ts'
import {
  node,
  drawn,
  web,
  under,
  bench,
  importFlow,
  put,
  approve,
  deploy,
  type Stored,
  startImports,
} from '../support/import-bench.ts'

startImports()

describe('an unapproved host cannot be washed clean', () => {
  const hosts = ['10.0.0.7:554', 'stranger.example:443']

  it('by saving, undoing, restoring or duplicating', async () => {
    const { flow } = await importFlow(web)
    const without = await put(flow, { ...web, nodes: web.nodes.slice(0, 2), wires: web.wires.slice(0, 1) })
    expect(without.body.unapprovedHosts).toEqual(['10.0.0.7:554'])
    const undone = await put(without.body, web)
    expect(undone.body.unapprovedHosts).toEqual(hosts)
    const typed = await put(undone.body, {
      ...web,
      nodes: [...web.nodes, node('mine', 'notification', { channel: 'webhook', url: 'http://127.0.0.1:9200/mine' })],
    })
    expect(typed.body.unapprovedHosts).toEqual(hosts)
    expect(await under.store.approvedHosts.unapproved(['127.0.0.1:9200'])).toEqual([])
    expect(
      (await bench.call<Stored>('POST', `/api/flows/${flow.id}/revisions/1/restore`)).body.unapprovedHosts,
    ).toEqual(hosts)
    const copy = await bench.call<Stored>('POST', `/api/flows/${flow.id}/duplicate`, { body: { name: 'Mine now' } })
    expect([copy.status, copy.body.document.name, copy.body.unapprovedHosts]).toEqual([201, 'Mine now', hosts])
    expect((await deploy(copy.body.id)).status).toBe(422)
    expect(await under.store.approvedHosts.unapproved(hosts)).toEqual(hosts)
  })

  it('by pasting its cards into a flow of the owner, as text or out of the other flow', async () => {
    const { flow } = await importFlow(drawn({ url: 'https://stranger.example/hook', to: '' }))
    const mine = (
      await bench.call<Stored>('POST', '/api/flows', { body: drawn({ url: 'http://127.0.0.1:9250/mine' }) })
    ).body
    const pasted = [
      flow.document.nodes[2],
      node('p', 'notification', { channel: 'webhook', url: 'http://127.0.0.1:9250/mine' }),
      node('m', 'notification', { channel: 'email', to: 'ana@example.org' }),
    ]
    expect((await bench.call('POST', `/api/flows/${mine.id}/unapproved`, { body: { nodes: pasted } })).status).toBe(200)
    const saved = await put(mine, {
      ...mine.document,
      nodes: [...mine.document.nodes, ...pasted.map((each, index) => ({ ...each, id: `pasted${index}` }))],
    })
    expect(saved.body.unapprovedHosts).toEqual(['stranger.example:443', 'to ana@example.org'])
    expect((await bench.call('POST', `/api/flows/${mine.id}/unapproved`, { body: { nodes: 'all' } })).status).toBe(400)
  })

  it('by another way to write the same host, or by a password that hides it', async () => {
    const ways = {
      decimal: 'http://2130706433:9300/a',
      loud: 'HTTP://LOCALHOST.:9301',
      odd: 'http:\\\\192.168.7.7',
      bare: 'http:192.168.7.8',
      broken: 'ht\ntp://192.168.7.9',
      hidden: 'rtsp://admin:a/b@192.168.7.10/x',
    }
    const { flow } = await importFlow(drawn(ways))
    expect(flow.unapprovedHosts).toEqual(
      expect.arrayContaining([
        '127.0.0.1:9300',
        'localhost:9301',
        '192.168.7.7:80',
        '192.168.7.8:80',
        '192.168.7.9:80',
        '192.168.7.10:554',
      ]),
    )
  })

  it('by a restart', async () => {
    const { flow } = await importFlow(web)
    const again = await createStore({
      databaseUrl: under.database.url,
      secretKey: sampleKey,
      log: quietLog,
      nowMs: () => under.clock.ms,
    })
    expect((await again.flows.get(flow.id)).unapprovedHosts.sort()).toEqual(hosts)
    await again.close()
  })

  it('by a host that only stands in words: it is not asked about, and not open either', async () => {
    const { flow } = await importFlow({ ...web, description: 'My NAS is http://192.168.8.8:5000' })
    expect(flow.unapprovedHosts).toEqual(hosts)
    expect(await under.store.approvedHosts.unapproved(['192.168.8.8:5000'])).toEqual(['192.168.8.8:5000'])
  })

  it('at the door itself: the egress guard refuses until the yes', async () => {
    const { approvedHosts } = under.store
    const egress = createEgress({ isApproved: (host, port) => approvedHosts.isApproved(host, port) })
    const check = () => {
      under.clock.ms += 5000
      return egress.checkAddress('127.0.0.1', 9400)
    }
    const { flow } = await importFlow(drawn({ url: 'http://127.0.0.1:9400/hook' }))
    await expect(check()).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
    await approve(flow.id, flow.unapprovedHosts)
    await expect(check()).resolves.toEqual([{ address: '127.0.0.1', family: 4 }])
  })
})

it('a copy keeps the passwords of its cameras', async () => {
  const saved = await bench.call<Stored>('POST', '/api/flows', {
    body: {
      ...web,
      nodes: [node('cam', 'camera-source', { kind: 'rtsp', url: 'rtsp://admin:hunter2@10.0.0.7/stream' })],
      wires: [],
    },
  })
  const copy = await bench.call<Stored>('POST', `/api/flows/${saved.body.id}/duplicate`, { body: { name: 'Copy' } })
  expect(await under.store.flows.fillCredentials(copy.body.id, 'cam', 'rtsp://***@10.0.0.7/stream')).toBe(
    'rtsp://admin:hunter2@10.0.0.7/stream',
  )
})
