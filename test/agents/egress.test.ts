// Agents, voices and push services and the one door out: none of them leads us, or a library of theirs, to where a request of a
// flow could not go itself.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentQuestion, HttpPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createAgents, testAgent } from '../../runtime/agents/agents.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createHttp, type HttpClient } from '../../runtime/egress/http.ts'
import { createPush } from '../../runtime/channels/web-push.ts'
import { transcribe } from '../../runtime/voices/transcribe.ts'
import { startSlyCamera, type SlyCamera } from '../support/sly-camera.ts'
import { ofKind } from '../support/connection-kinds.ts'

const approved = new Set<string>()
const never = new AbortController().signal
const question: AgentQuestion = {
  question: 'Is she hurt?',
  note: '',
  pictures: [],
  timeoutMs: 5000,
  sessionId: 's',
  taskId: 't',
}
/** A new one each time: a connection that is kept open was judged when it was opened. */
let http: HttpClient
let named: SlyCamera
let other: SlyCamera
const keys: (string | undefined)[] = []
let card: Record<string, unknown> = {}

beforeAll(async () => {
  named = await startSlyCamera((path) => {
    if (path === '/moved/.well-known/agent-card.json')
      return { redirect: `http://127.0.0.1:${other.port}/.well-known/agent-card.json` }
    if (path.endsWith('/agent-card.json')) return { body: JSON.stringify(card), type: 'application/json' }
    return { redirect: `http://127.0.0.1:${other.port}${path}` }
  })
  other = await startSlyCamera((_path, request) => {
    keys.push(request.headers.authorization)
    return { body: '{}', type: 'application/json' }
  })
})
beforeEach(() => {
  http = createHttp({ egress: createEgress({ isApproved: async (host, port) => approved.has(`${host}:${port}`) }) })
  approved.clear()
  approved.add(`127.0.0.1:${named.port}`)
  named.asked.length = other.asked.length = keys.length = 0
})
afterEach(() => http.close())
afterAll(() => Promise.all([named.close(), other.close()]))

const connectionOf = (kind: Connection['kind'], url: string): Connection => ({
  name: 'it',
  ...ofKind(kind),
  config: { url },
  secret: { apiKey: 'k1' },
})
const ask = (kind: Connection['kind'], path = '') =>
  createAgents({
    http,
    commands: {},
    connections: { get: async () => connectionOf(kind, `http://127.0.0.1:${named.port}${path}`) },
    waitingBefore: async () => 0,
  }).ask('it', question, never)
const today = (url: string) => ({
  name: 'Sly',
  description: '',
  version: '1',
  supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
  capabilities: {},
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
})
const yesterday = (url: string) => ({
  name: 'Sly',
  description: '',
  version: '1',
  protocolVersion: '0.3.0',
  url,
  preferredTransport: 'JSONRPC',
  capabilities: {},
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
})

describe("an A2A agent's card", () => {
  it.each([
    ['of today', today],
    ['of yesterday', yesterday],
  ] as const)('%s leads nowhere that nobody approved', async (_which, cardFor) => {
    for (const url of [
      'http://169.254.169.254/a2a',
      'http://[::ffff:a9fe:a9fe]/a2a',
      'http://2852039166/a2a',
      'file:///etc/passwd',
    ]) {
      card = cardFor(url)
      await expect(ask('a2a'), url).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
    }
    card = cardFor(`http://127.0.0.1:${other.port}/a2a`)
    await expect(ask('a2a')).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
    expect(other.asked).toEqual([])
    // Approved or not, the key is for the host that the owner named.
    approved.add(`127.0.0.1:${other.port}`)
    await expect(ask('a2a')).rejects.toMatchObject({ code: 'AGENT_NONSENSE' })
    expect(other.asked.length).toBeGreaterThan(0)
    expect(keys.every((key) => key === undefined)).toBe(true)
  })

  it('gets the key over TLS alone where the owner named TLS', async () => {
    const sent: [string, string | undefined][] = []
    const door: HttpPort = {
      request: async ({ url, headers }) => {
        sent.push([url, headers?.['authorization']])
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          text: JSON.stringify(today('http://agent.example/a2a')),
        }
      },
    }
    const agents = createAgents({
      http: door,
      commands: {},
      connections: { get: async () => connectionOf('a2a', 'https://agent.example') },
      waitingBefore: async () => 0,
    })
    await expect(agents.ask('it', question, never)).rejects.toMatchObject({ code: 'AGENT_NONSENSE' })
    expect(sent).toEqual([
      ['https://agent.example/.well-known/agent-card.json', 'Bearer k1'],
      ['http://agent.example/a2a', undefined],
    ])
  })

  it('is read from nowhere else', async () => {
    approved.add(`127.0.0.1:${other.port}`)
    await expect(
      testAgent(connectionOf('a2a', `http://127.0.0.1:${named.port}/moved`), { http, commands: {} }, never),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^AGENT_/) as string })
    expect(other.asked).toEqual([])
  })
})

it.each(['openai', 'background-agent'] as const)('an agent of the kind %s sends nobody elsewhere', async (kind) => {
  approved.add(`127.0.0.1:${other.port}`)
  await expect(ask(kind)).rejects.toMatchObject({ code: expect.stringMatching(/^AGENT_/) as string })
  expect([named.asked.length, other.asked.length]).toEqual([1, 0])
})

it('a speech server is reached where somebody approved it, and sends nobody elsewhere', async () => {
  const hear = (url: string) =>
    transcribe(http, connectionOf('speech', url), { bytes: new Uint8Array(8), contentType: 'audio/wav' }, never)
  await expect(hear(`http://127.0.0.1:${other.port}`)).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
  await expect(hear('http://169.254.169.254')).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  await expect(hear(`http://127.0.0.1:${named.port}`)).rejects.toMatchObject({
    code: expect.stringMatching(/^SPEECH_/) as string,
  })
  expect([named.asked.length, other.asked.length]).toEqual([1, 0])
})

it('a push service is no service of the own network', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const p256dh = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
    y = Buffer.from(publicKey.export({ format: 'jwk' }).y ?? '', 'base64url')
  const push = (endpoint: string) =>
    createPush({
      http,
      subject: 'mailto:a@b.c',
      store: {
        keys: async (make) => make(),
        list: async () => [
          {
            endpoint,
            keys: {
              p256dh: Buffer.concat([Buffer.from([4]), p256dh, y]).toString('base64url'),
              auth: randomBytes(16).toString('base64url'),
            },
          },
        ],
        remove: async () => undefined,
      },
    }).send({ title: 't', text: 'b', url: 'http://heed.test/', tag: 't' }, never)
  await expect(push('http://169.254.169.254/push')).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  await expect(push(`http://127.0.0.1:${other.port}/push`)).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
  expect(other.asked).toEqual([])
})
