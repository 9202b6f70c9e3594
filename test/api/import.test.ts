// Flows that come from somebody else, over HTTP and on real Postgres: nothing they name is reached before the owner's yes.
import { describe, expect, it } from 'vitest'
import {
  node,
  drawn,
  web,
  under,
  deps,
  bench,
  importFlow,
  read,
  problemsOf,
  approve,
  deploy,
  type Stored,
  type Refusal,
  type Drawn,
  startImports,
} from '../support/import-bench.ts'

startImports()

describe('giving a flow away', () => {
  it('leaves out every secret and comes back the same, unknown keys and their order included', async () => {
    const saved = await bench.call<Stored>('POST', '/api/flows', {
      body: {
        ...web,
        nodes: [
          node(
            'cam',
            'camera-source',
            { kind: 'rtsp', url: 'rtsp://admin:hunter2@10.0.0.7/stream' },
            { colour: 'red' },
          ),
          ...web.nodes.slice(1),
        ],
      },
    })
    const first = await bench.call<Drawn>('GET', `/api/flows/${saved.body.id}/export`)
    expect(first.headers['content-disposition']).toBe(
      'attachment; filename="from-a-friend.heed.json"; filename*=UTF-8\'\'from-a-friend.heed.json',
    )
    expect(first.bytes.toString()).not.toMatch(/hunter2|\*\*\*|admin/)
    expect(first.body.nodes[0]).toMatchObject({ colour: 'red', config: { url: 'rtsp://10.0.0.7/stream' } })
    const { flow } = await importFlow(first.body)
    const second = await bench.call('GET', `/api/flows/${flow.id}/export`)
    expect(second.bytes.toString()).toBe(first.bytes.toString())
  })

  it('is a 404 for a flow that is not there', async () => {
    for (const [method, path] of [
      ['GET', 'export'],
      ['GET', 'requires'],
      ['POST', 'approve-hosts'],
      ['POST', 'duplicate'],
    ] as const) {
      const answer = await bench.call<Refusal>(
        method,
        `/api/flows/nope/${path}`,
        method === 'POST' ? { body: { hosts: ['a'], name: 'b' } } : {},
      )
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, 'FLOW_NOT_FOUND'])
    }
  })
})

describe('taking a flow in', () => {
  it('stores it, says what it needs, and starts nothing', async () => {
    await under.store.connections.create({ name: 'helper', kind: 'command', config: { command: 'codex' }, secret: {} })
    const { flow, requires } = await importFlow({
      ...web,
      nodes: [
        ...web.nodes,
        node('new', 'from-the-future', { server: { host: '192.168.9.9', port: 8080 } }),
        node('ask', 'delegate-to-agent', { connection: 'helper' }),
        node('mail', 'notification', { channel: 'email', connection: 'post', to: 'stranger@example.org' }),
        node('see', 'interaction-model', { connection: 'gpu' }),
        node('clip', 'camera-source', { kind: 'file', path: 'fall.mp4' }),
        node('usb', 'camera-source', { kind: 'device' }),
        node('here', 'camera-source', { kind: 'browser' }),
      ],
    })
    expect(requires).toEqual({
      nodes: ['from-the-future'],
      connections: [
        { name: 'post', kinds: ['smtp'], nodes: ['mail'] },
        { name: 'gpu', kinds: ['joyai-webinfer', 'openai', 'vllm-omni'], nodes: ['see'] },
      ],
      hosts: ['10.0.0.7:554', '192.168.9.9:8080', 'stranger.example:443'],
      commands: ['codex'],
      cameras: [
        { node: 'cam', name: 'Front door', reason: 'address' },
        { node: 'clip', name: 'Camera', reason: 'clip' },
        { node: 'usb', name: 'Camera', reason: 'device' },
      ],
    })
    expect(flow.unapprovedHosts).toEqual([
      '10.0.0.7:554',
      '192.168.9.9:8080',
      'run helper',
      'stranger.example:443',
      'to stranger@example.org',
    ])
    expect(flow.document.nodes[3]).toEqual(
      node('new', 'from-the-future', { server: { host: '192.168.9.9', port: 8080 } }),
    )
    expect(deps.told).toEqual([])
    expect((await bench.call('GET', `/api/flows/${flow.id}/status`)).body).toMatchObject({ state: 'stopped' })
  })

  it('refuses what is no flow, in words, and stores nothing of it', async () => {
    const codeOf = async (body: unknown, headers = {}) => {
      const {
        status,
        body: { error },
      } = await bench.call<Refusal>('POST', '/api/flows/import', { body, headers })
      return [status, error.code, error.problems[0]?.code]
    }
    expect(await codeOf('{"format":')).toEqual([400, 'FLOW_CUT_OFF', undefined])
    expect(await codeOf('name,type', { 'content-type': 'text/csv' })).toEqual([400, 'FLOW_NO_DOCUMENT', undefined])
    expect(await codeOf({ ...web, format: 'heed.flow/9' })).toEqual([422, 'FLOW_INVALID', 'FLOW_FORMAT_UNKNOWN'])
    expect(await codeOf([web])).toEqual([422, 'FLOW_INVALID', 'FLOW_IS_LIST'])
    expect(await codeOf({ ...web, nodes: [{ id: 'a b' }] })).toEqual([422, 'FLOW_INVALID', 'NODE_MALFORMED'])
    expect(await codeOf({ ...web, 'x-much': 'x'.repeat(2 * 1024 * 1024) })).toEqual([
      413,
      'HTTP_BODY_TOO_LARGE',
      undefined,
    ])
    expect(await under.store.flows.list()).toEqual([])
    expect((await bench.call('POST', '/api/flows/import', { body: web, as: 'none' })).status).toBe(401)
  })
})

describe('what an imported flow names', () => {
  it('is a problem on its field and no deploy until the owner says yes, public hosts too', async () => {
    const { flow } = await importFlow(web)
    expect(await problemsOf(flow.id)).toEqual([
      {
        node: 'cam',
        port: null,
        field: 'url',
        code: 'HOST_NOT_APPROVED',
        severity: 'error',
        message: 'This flow came from somebody else and wants to reach 10.0.0.7:554. Allow it, or take it out.',
      },
      {
        node: 'tell',
        port: null,
        field: 'url',
        code: 'HOST_NOT_APPROVED',
        severity: 'error',
        message: 'This flow came from somebody else and wants to send to stranger.example. Allow it, or take it out.',
      },
    ])
    const refused = await deploy(flow.id)
    expect([refused.status, refused.body.error.code, refused.body.error.problems.map(({ code }) => code)]).toEqual([
      422,
      'FLOW_NOT_DEPLOYABLE',
      ['HOST_NOT_APPROVED', 'HOST_NOT_APPROVED'],
    ])
    expect((await approve(flow.id, ['10.0.0.7:554', 'never.named:1'])).body.unapprovedHosts).toEqual([
      'stranger.example:443',
    ])
    expect((await deploy(flow.id)).status).toBe(422)
    expect((await approve(flow.id, ['stranger.example:443'])).body.unapprovedHosts).toEqual([])
    expect((await deploy(flow.id)).status).toBe(202)
    for (const hosts of [[], 'x', [7], undefined]) expect((await approve(flow.id, hosts)).status).toBe(400)
  })

  it('is whom it would write to as well', async () => {
    await under.store.connections.create({ name: 'bot', kind: 'telegram', config: {}, secret: { botToken: '1:a' } })
    const { flow } = await importFlow(drawn({ channel: 'telegram', connection: 'bot', to: '4711' }))
    expect(await problemsOf(flow.id)).toContainEqual(
      expect.objectContaining({
        node: 'tell',
        field: 'to',
        code: 'RECEIVER_NOT_APPROVED',
        message: 'This flow came from somebody else and wants to write to 4711. Allow it, or take it out.',
      }),
    )
    await approve(flow.id, flow.unapprovedHosts)
    expect(await problemsOf(flow.id)).toEqual([])
    // Now a flow of the owner writes there.
    expect(
      (await importFlow(drawn({ channel: 'telegram', connection: 'bot', to: ' 4711 ' }))).flow.unapprovedHosts,
    ).toEqual([])
  })

  describe('is a program it would run on this machine', () => {
    const asking = (connection: string) => ({
      ...web,
      nodes: [web.nodes[1], node('ask', 'delegate-to-agent', { connection })],
      wires: [],
    })
    const ofAsk = async (id: string) =>
      (await problemsOf(id)).filter((each) => each.node === 'ask' && each.field !== null)
    const words = 'This flow came from somebody else and wants to run "slow" on this machine. Allow it, or take it out.'

    it('each flow by itself, whatever the owner runs in another', async () => {
      await under.store.connections.create({ name: 'cmd', kind: 'command', config: { command: 'slow' }, secret: {} })
      await bench.call('POST', '/api/flows', { body: asking('cmd') })
      const { flow, requires } = await importFlow(asking('cmd'))
      expect([flow.unapprovedHosts, requires.commands]).toEqual([['run cmd'], ['slow']])
      expect(await ofAsk(flow.id)).toEqual([
        {
          node: 'ask',
          port: null,
          field: 'connection',
          code: 'COMMAND_NOT_APPROVED',
          severity: 'error',
          message: words,
        },
      ])
      expect((await deploy(flow.id)).body.error.problems).toContainEqual(
        expect.objectContaining({ code: 'COMMAND_NOT_APPROVED' }),
      )
      expect((await approve(flow.id, ['run cmd'])).body.unapprovedHosts).toEqual([])
      expect(await ofAsk(flow.id)).toEqual([])
      expect((await importFlow(asking('cmd'))).flow.unapprovedHosts).toEqual(['run cmd'])
    })

    it('also by a connection that becomes one only later', async () => {
      const later = (await importFlow(asking('later'))).flow
      await under.store.connections.create({
        name: 'turned',
        kind: 'openai',
        config: { url: 'http://127.0.0.1:9500' },
        secret: {},
      })
      const turned = (await importFlow(asking('turned'))).flow
      expect([later.unapprovedHosts, turned.unapprovedHosts, await ofAsk(turned.id)]).toEqual([[], [], []])
      await under.store.connections.remove('turned')
      for (const name of ['later', 'turned'])
        await under.store.connections.create({ name, kind: 'command', config: { command: 'slow' }, secret: {} })
      for (const { id } of [later, turned])
        expect(await ofAsk(id)).toMatchObject([{ code: 'COMMAND_NOT_APPROVED', message: words }])
      expect((await read(turned.id)).unapprovedHosts).toEqual(['run turned'])
    })
  })

  it('is asked about no more once the owner names it elsewhere: by hand, in a connection, in another flow', async () => {
    const { flow } = await importFlow({
      ...drawn({ url: 'http://nas.local:8080/a' }),
      nodes: [
        node('cam', 'camera-source', { kind: 'url', url: 'http://cams.local/a' }),
        node('tell', 'notification', { channel: 'webhook', url: 'http://nas.local:8080/a' }),
        node('more', 'notification', { channel: 'webhook', url: 'http://hub.local/a' }),
      ],
    })
    expect(flow.unapprovedHosts).toEqual(['cams.local:80', 'hub.local:80', 'nas.local:8080'])
    await bench.call('POST', '/api/approved-hosts', { body: { host: 'nas.local' } })
    expect((await read(flow.id)).unapprovedHosts).toEqual(['cams.local:80', 'hub.local:80'])
    await under.store.connections.create({
      name: 'cams',
      kind: 'openai',
      config: { url: 'http://cams.local' },
      secret: {},
    })
    await bench.call('POST', '/api/flows', { body: drawn({ url: 'http://hub.local/mine' }) })
    expect((await read(flow.id)).unapprovedHosts).toEqual([])
    // And again, once the hand that allowed it takes it back.
    await bench.call('DELETE', '/api/approved-hosts/nas.local')
    expect((await read(flow.id)).unapprovedHosts).toEqual(['nas.local:8080'])
    expect((await importFlow(drawn({ url: 'http://hub.local/third' }))).flow.unapprovedHosts).toEqual([])
  })

  it('cannot be tried with a test message or a look through its camera either', async () => {
    const { flow } = await importFlow(drawn({ url: 'http://127.0.0.1:9100/hook' }))
    const words = 'This flow came from somebody else and wants to send to 127.0.0.1:9100. Allow it, or take it out.'
    expect((await bench.call('POST', `/api/flows/${flow.id}/nodes/tell/test`)).body).toEqual({
      ok: false,
      message: words,
    })
    expect(
      (
        await bench.call('POST', `/api/flows/${flow.id}/nodes/tell/test`, {
          body: { config: flow.document.nodes[2]?.config },
        })
      ).body,
    ).toEqual({ ok: false, message: words })
    expect(
      (
        await bench.call('POST', '/api/cameras/test', {
          body: { config: flow.document.nodes[0]?.config, flow: flow.id, node: 'cam' },
        })
      ).body,
    ).toMatchObject({ ok: false, code: 'HOST_NOT_APPROVED' })
    await approve(flow.id, ['127.0.0.1:9100'])
    expect((await bench.call('POST', `/api/flows/${flow.id}/nodes/tell/test`)).body).toEqual({
      ok: true,
      message: 'Tried tell.',
    })
  })
})
