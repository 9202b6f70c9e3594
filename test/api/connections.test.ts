// Connections over HTTP: secrets in, never out.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startApi } from '../support/api-bench.ts'
import type { Answer, ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'
import { connectionKinds, ofKind } from '../support/connection-kinds.ts'

interface Refusal {
  error: { code: string; message: string; problems: { field: string | null; message: string }[] }
}

const apiKey = 'sk-very-secret-value'
const vllm = {
  name: 'vllm',
  kind: 'vllm-omni',
  config: { url: 'http://127.0.0.1:8070', extra: true },
  secret: { apiKey },
}

let deps: MemoryApi
let bench: ApiBench
const answers: Answer[] = []
beforeEach(async () => {
  deps = memoryApi()
  bench = await startApi(deps)
})
afterEach(async () => {
  for (const { bytes } of answers.splice(0)) expect(bytes.toString()).not.toContain(apiKey)
  expect(JSON.stringify(deps.lines)).not.toContain(apiKey)
  await bench.stop()
})

async function call<T = Refusal>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const answer = await bench.call<T>(method, `/api/connections${path}`, body === undefined ? {} : { body })
  answers.push(answer)
  return answer
}

describe('connections', () => {
  it('are made, listed, changed and deleted without showing a secret', async () => {
    const shown = { name: 'vllm', ...ofKind('vllm-omni'), config: vllm.config, hasSecret: ['apiKey'], usedBy: [] }
    const created = await call('POST', '', vllm)
    expect([created.status, created.body]).toEqual([201, shown])
    expect((await call('GET', '')).body).toEqual({
      connections: [{ name: 'edge', ...ofKind('edge'), config: {}, hasSecret: [], usedBy: [] }, shown],
    })

    await call('PUT', '/vllm', { config: { url: 'http://127.0.0.1:8070/v1', model: 'm' } })
    expect(deps.connectionRows.get('vllm')).toMatchObject({
      config: { url: 'http://127.0.0.1:8070/v1', model: 'm' },
      secret: { apiKey },
    })
    expect((await call<{ hasSecret: string[] }>('PUT', '/vllm', { secret: { apiKey: '' } })).body.hasSecret).toEqual([])

    expect((await call('DELETE', '/vllm')).status).toBe(204)
    expect((await call('DELETE', '/vllm')).body.error.code).toBe('CONNECTION_NOT_FOUND')
    expect((await call('PUT', '/vllm', { config: {} })).status).toBe(404)
  })

  it.each([
    ['a server without an address', { kind: 'openai', config: {} }, 'config.url'],
    ['an address that is not http', { kind: 'openai', config: { url: 'file:///etc/passwd' } }, 'config.url'],
    [
      'an address with a password',
      { kind: 'vllm-omni', config: { url: `http://me:${apiKey}@10.0.0.1` } },
      'config.url',
    ],
    ['text that is no address', { kind: 'speech', config: { url: '10.0.0.1:80' } }, 'config.url'],
    [
      'an address that a message would fill in',
      { kind: 'openai', config: { url: 'http://h{{text}}.example/' } },
      'config.url',
    ],
    ['an address that lost a slash', { kind: 'openai', config: { url: 'http:/10.0.0.1/' } }, 'config.url'],
    ['an address without slashes', { kind: 'mqtt', config: { url: 'mqtt:10.0.0.1' } }, 'config.url'],
    ['the address that hands out keys', { kind: 'openai', config: { url: 'http://169.254.169.254/' } }, 'config.url'],
    ['the same, half hidden', { kind: 'openai', config: { url: 'http:/0xa9fea9fe' } }, 'config.url'],
    [
      'the same as a secret address',
      { kind: 'discord', secret: { url: 'https://metadata.google.internal/x' } },
      'secret.url',
    ],
    [
      'the same as a mail server',
      { kind: 'smtp', config: { host: '169.254.169.254', port: 25, from: 'a@b.c' } },
      'config.host',
    ],
    ['a mail server without a sender', { kind: 'smtp', config: { host: 'mail', port: 25 } }, 'config.from'],
    [
      'a mail server at a port that cannot be',
      { kind: 'smtp', config: { host: 'mail', port: 70_000, from: 'a@b.c' } },
      'config.port',
    ],
    [
      'a sender that carries another header',
      { kind: 'smtp', config: { host: 'mail', port: 25, from: 'a@b.c\r\nBcc: x@y.z' } },
      'config.from',
    ],
    ['a kind that does not exist', { kind: 'pigeon', config: {} }, 'kind'],
    ['a name with spaces', { name: 'my server', kind: 'webhook' }, 'name'],
    ['a secret that is no text', { kind: 'webhook', secret: { signingSecret: 7 } }, 'secret.signingSecret'],
  ])('refuse %s and name the field', async (_what, body, field) => {
    const answer = await call('POST', '', { name: 'new', ...body })
    expect(answer.status).toBe(400)
    expect(answer.body.error.problems.map((problem) => problem.field)).toContain(field)
    expect(deps.connectionRows.size).toBe(1)
  })

  it.each([
    {
      name: 'mail',
      kind: 'smtp',
      config: { host: 'mail.example', port: 465, secure: true, from: 'Heed <heed@example.org>' },
    },
    { name: 'hook', kind: 'webhook', secret: { signingSecret: 'whsec' } },
    { name: 'model-2', kind: 'joyai-webinfer', config: { url: 'http://[::1]:8070/', model: 'JoyAI' } },
    { name: 'agent', kind: 'background-agent', config: { url: 'http://localhost:8079' } },
  ])('take $kind as it should be', async (body) => {
    expect((await call('POST', '', body)).status).toBe(201)
  })

  it('that come with Heed can be neither deleted nor made again', async () => {
    expect((await call('DELETE', '/edge')).body.error.code).toBe('CONNECTION_BUILT_IN')
    for (const name of ['edge', 'flite']) {
      const answer = await call('POST', '', { name, kind: 'edge' })
      expect([answer.status, answer.body.error.code]).toEqual([409, 'CONNECTION_EXISTS'])
    }
  })

  it('keep their name and kind', async () => {
    await call('POST', '', vllm)
    expect((await call('POST', '', vllm)).status).toBe(409)
    expect((await call('PUT', '/vllm', { kind: 'openai', config: vllm.config })).body.error.code).toBe(
      'CONNECTION_KIND_FIXED',
    )
  })

  it('in use are kept, and the flows are named', async () => {
    await call('POST', '', vllm)
    const flow = await bench.call<{ id: string }>('POST', '/api/flows', {
      body: { format: 'heed.flow/1', name: 'Night watch', nodes: [], wires: [] },
    })
    const list = deps.connections.list
    deps.connections.list = async () =>
      (await list()).map((row) => ({
        ...row,
        usedBy: [
          { flow: flow.body.id, node: 'model' },
          { flow: flow.body.id, node: 'other' },
        ],
      }))
    const answer = await call('DELETE', '/vllm')
    expect([answer.status, answer.body.error.code]).toEqual([409, 'CONNECTION_IN_USE'])
    expect(answer.body.error.message.match(/Night watch/g)).toHaveLength(1)
  })

  it('say whether they answer, saved or not', async () => {
    const seen: unknown[] = []
    deps.testConnection = async (connection) => {
      seen.push(connection)
      return { ok: false, message: 'Nothing listens at 127.0.0.1:8070.' }
    }
    await call('POST', '', vllm)
    const answer = await call('POST', '/vllm/test')
    expect([answer.status, answer.body]).toEqual([200, { ok: false, message: 'Nothing listens at 127.0.0.1:8070.' }])
    await call('POST', '/vllm/test', { config: { url: 'http://10.0.0.1' }, secret: { apiKey } })
    await call('POST', '/fresh/test', { kind: 'openai', config: { url: 'http://10.0.0.2' } })
    expect(seen).toEqual([
      { ...vllm, ...ofKind('vllm-omni') },
      { ...vllm, ...ofKind('vllm-omni'), config: { url: 'http://10.0.0.1' } },
      { name: 'fresh', ...ofKind('openai'), config: { url: 'http://10.0.0.2' }, secret: {} },
    ])
    expect((await call('POST', '/fresh/test')).status).toBe(404)
    expect((await call('POST', '/fresh/test', { kind: 'openai', config: {} })).status).toBe(400)
  })
})

describe('a stored secret', () => {
  const moves = [
    ['another host', vllm, { url: 'http://127.0.0.2:8070' }],
    ['another port', vllm, { url: 'http://127.0.0.1:8071' }],
    ['no encryption', { ...vllm, config: { url: 'https://gpu.example' } }, { url: 'http://gpu.example' }],
    ['another agent', { ...vllm, kind: 'a2a' }, { url: 'http://10.0.0.9:8070' }],
    ['another voice', { ...vllm, kind: 'speech' }, { url: 'http://10.0.0.9:8070' }],
    ['another broker', { ...vllm, kind: 'mqtt', config: { url: 'mqtts://a.example' } }, { url: 'mqtts://b.example' }],
    ['an open broker', { ...vllm, kind: 'mqtt', config: { url: 'mqtts://a.example' } }, { url: 'mqtt://a.example' }],
    [
      'another bot server',
      { ...vllm, kind: 'telegram', config: {}, secret: { botToken: apiKey } },
      { url: 'https://bots.example' },
    ],
    [
      'another mail server',
      {
        ...vllm,
        kind: 'smtp',
        config: { host: 'a.example', port: 587, from: 'a@a.example' },
        secret: { password: apiKey },
      },
      { host: 'b.example', port: 587, from: 'a@a.example' },
    ],
  ] as const

  it.each(moves)('is asked for again before it goes to %s', async (_where, stored, config) => {
    let tested = 0
    deps.testConnection = async () => ({ ok: true, message: `${++tested}` })
    expect((await call('POST', '', stored)).status).toBe(201)
    const [name] = Object.keys(stored.secret)
    for (const [method, path] of [
      ['PUT', '/vllm'],
      ['POST', '/vllm/test'],
    ] as const) {
      const answer = await call(method, path, { config })
      expect([answer.status, answer.body.error.code]).toEqual([422, 'CONNECTION_SECRET_AGAIN'])
      expect(answer.body.error.problems.map(({ field }) => field)).toEqual([`secret.${name}`])
    }
    expect([tested, deps.connectionRows.get('vllm')?.config]).toEqual([0, stored.config])
    const fresh = { config, secret: { [String(name)]: 'a-fresh-one' } }
    expect((await call('POST', '/vllm/test', fresh)).status).toBe(200)
    expect((await call('PUT', '/vllm', fresh)).status).toBe(200)
  })

  it('in an address is asked for again, never emptied, and used by a test of the same place', async () => {
    const seen: unknown[] = []
    deps.testConnection = async ({ config }) => ({ ok: true, message: `${seen.push(config['url'])}` })
    const hidden = { name: 'vllm', kind: 'openai', config: { url: 'http://h:8000/x?token=***' } }
    expect((await call('POST', '', hidden)).body.error.code).toBe('CONNECTION_SECRET_AGAIN')
    expect((await call('POST', '/new/test', { ...hidden, name: undefined })).status).toBe(422)
    await call('POST', '', { ...hidden, config: { url: 'http://h:8000/x?token=geheim' } })
    for (const [method, path] of [
      ['PUT', '/vllm'],
      ['POST', '/vllm/test'],
    ] as const) {
      const answer = await call(method, path, { config: { url: 'http://i:8000/x?token=***' } })
      expect([answer.status, answer.body.error.problems.map(({ field, message }) => [field, message])]).toEqual([
        422,
        [
          [
            'config.url',
            'The secret of this address was given for h:8000 and does not go to i:8000. Enter it again in place of ***.',
          ],
        ],
      ])
    }
    expect((await call('POST', '/vllm/test', { config: { url: 'http://h:8000/y?token=***' } })).status).toBe(200)
    expect(seen).toEqual(['http://h:8000/y?token=geheim'])
  })

  it('is asked for again when a test names another kind', async () => {
    await call('POST', '', vllm)
    expect((await call('POST', '/vllm/test', { kind: 'speech', config: vllm.config })).status).toBe(422)
  })

  it('are described kind by kind: what each is, what its form asks for, what it can, and no function', async () => {
    const answer = await bench.call<{ kinds: Record<string, unknown>[] }>('GET', '/api/connections/kinds')
    expect(answer.status).toBe(200)
    const kindOf = (kind: string) => answer.body.kinds.find((each) => each['kind'] === kind)
    expect(answer.body.kinds.map(({ kind }) => kind)).toEqual([...connectionKinds.keys()])
    expect(kindOf('smtp')).toMatchObject({
      title: 'E-mail',
      config: { properties: { port: { label: 'Port', default: 465 } }, required: ['host', 'port', 'from'] },
      secrets: [{ name: 'user' }, { name: 'password' }],
      can: { notify: 'email' },
      isBuiltIn: false,
    })
    expect(kindOf('telegram')).toMatchObject({
      config: { properties: { url: { label: 'Bot server', advanced: true, help: expect.any(String) as string } } },
    })
    expect(kindOf('edge')).toMatchObject({ isBuiltIn: true, can: { watch: 'built-in' } })
  })

  it('take no key or address that could never be sent, and none of the blanks around it', async () => {
    const ntfy = (token: string) => call('POST', '', { name: 'phones', kind: 'ntfy', secret: { token } })
    for (const token of ['ключ', 'tk_one two', 'tk_“quoted”', 'tk_a\nb']) {
      const refused = await ntfy(token)
      expect([refused.status, refused.body.error.code]).toEqual([400, 'CONNECTION_CONFIG_WRONG'])
      expect(refused.body.error.problems[0]).toMatchObject({ field: 'secret.token' })
      expect(refused.body.error.message).toMatch(/^“Access token” has .*\.$/)
      expect(refused.bytes.toString()).not.toContain(token)
    }
    expect((await ntfy(' tk_fine\r\n')).status).toBe(201)
    expect(deps.connectionRows.get('phones')?.secret).toEqual({ token: 'tk_fine' })
    expect((await call('PUT', '/phones', { secret: { token: 'ключ' } })).status).toBe(400)
    expect((await call('POST', '/phones/test', { secret: { token: 'ключ' } })).status).toBe(400)
    for (const url of ['hooks.slack.com/services/T/B/x', 'ftp://a.example/x', 'https:// /x'])
      expect((await call('POST', '', { name: 'team', kind: 'slack', secret: { url } })).body.error.message).toMatch(
        /^“Webhook address” must be a whole address/,
      )
    // A mail password is any text: it goes into no header.
    const mail = { host: 'mail.example.org', port: 465, from: 'heed@example.org' }
    const pass = { user: 'ana', password: 'pässwörd mit Blank ' }
    expect((await call('POST', '', { name: 'mail', kind: 'smtp', config: mail, secret: pass })).status).toBe(201)
    expect(deps.connectionRows.get('mail')?.secret).toEqual(pass)
  })
})
