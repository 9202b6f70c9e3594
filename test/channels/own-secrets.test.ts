// A receiver that sends back what it was asked with, in every form: none of it may come to a person's eyes, whatever the kind.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { Connection, ConnectionKind } from '../../nodes/contract/connections.ts'
import { createCleaner } from '../../nodes/contract/own-secrets.ts'
import { testAgent } from '../../runtime/agents/agents.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createMail } from '../../runtime/channels/mail.ts'
import { createConnectionTest } from '../../runtime/connections/index.ts'
import { testModel } from '../../runtime/models/index.ts'
import { createTryAction } from '../../runtime/actions/try-action.ts'
import { startMailServer } from '../support/mail-server.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/session-bench.ts'
import { connectionKinds, ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
const clock = fakeClock()
/** Keys as people have them: plain, with signs that every encoding writes otherwise, with letters of other alphabets. */
const keys = ['sk-proj-4f9A7b2C8d1E6f3G', 'p&ss "w/rd" + 100%', 'schlüssel-für-oma', '12345678']
type Echo = (sent: string) => string
const echoes: Record<string, Echo> = {
  'as it came': (sent) => sent,
  'percent-encoded': (sent) => encodeURIComponent(sent),
  'in base64': (sent) => Buffer.from(sent).toString('base64'),
  'as an HTML page': (sent) => `<p>${sent.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</p>`,
  'with every sign escaped': (sent) =>
    [...sent].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'with the middle hidden': (sent) => `${sent.slice(0, -8)}****${sent.slice(-4)}`,
}
let server: Server
let url: string
let echo: Echo = (sent) => sent
let secretsSent: string[] = []
let status = 401
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const bearer = (request.headers.authorization ?? '').replace(/^Bearer /, '')
      const words = [bearer, request.url ?? '', ...secretsSent].map(echo).join(' | ')
      response.writeHead(status, { 'content-type': 'application/json', 'www-authenticate': 'Bearer realm="x"' })
      // Escapes are JSON's already; everything else is written as JSON would.
      const text = words.includes('\\u') ? words : JSON.stringify(words).slice(1, -1)
      response.end(
        `{"error":{"message":"bad key ${text}"},"detail":"${text}","description":"${text}","errcode":9,"errmsg":"${text}","code":9,"msg":"${text}"}`,
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await http.close()
})

/** What each kind that speaks HTTP keeps to itself, given one secret. */
function connectionOf(kind: ConnectionKind, key: string): Connection | undefined {
  const path = encodeURIComponent(key)
  const of = (config: Connection['config'], secret: Record<string, string>): Connection => ({
    name: 'c',
    ...ofKind(kind),
    config,
    secret,
  })
  switch (kind) {
    case 'vllm-omni':
    case 'joyai-webinfer':
    case 'openai':
    case 'background-agent':
    case 'a2a':
    case 'speech':
      return /[^ -~]/.test(key) ? undefined : of({ url, model: 'm' }, { apiKey: key })
    case 'ntfy':
      return /[^ -~]/.test(key) ? undefined : of({ url, topic: 'grandma' }, { token: key })
    case 'telegram':
      return of({ url, chatId: '42' }, { botToken: path })
    case 'slack':
    case 'discord':
      return of({}, { url: `${url}/services/T00/${path}` })
    case 'wecom':
    case 'dingtalk':
      return of({}, { url: `${url}/send?key=${path}&access_token=${path}` })
    case 'feishu':
      return of({}, { url: `${url}/hook/${path}` })
    default:
      return undefined
  }
}

const trying = createTryAction({
  nodes: new Map([['notification', notification]]),
  connectionKinds,
  connections: { get: () => Promise.reject(new Error('none')), sign: async () => undefined },
  http,
  egress: createEgress(),
  clock,
  log: quietLog,
  push: { send: async () => 0 },
  publicUrl: 'http://heed.test',
})

const test = createConnectionTest(connectionKinds, {
  watch: testModel({ http }),
  answer: (connection, signal) => testAgent(connection, { http, commands: {} }, signal),
  notify: (connection, _signal, to) => trying.tryConnection(connection, to),
})

async function report(connection: Connection): Promise<string> {
  return JSON.stringify(await test(connection, connection.kind === 'telegram' ? '42' : ''))
}

/** All that would give a secret away in what a person is shown. */
function tracesIn(told: string, key: string): string[] {
  const forms = [
    key,
    encodeURIComponent(key),
    Buffer.from(key).toString('base64').replace(/=+$/, ''),
    JSON.stringify(key).slice(1, -1),
    ...(key.length >= 16 ? [key.slice(0, 8), key.slice(0, -8)] : []),
  ]
  const heard = [told, JSON.stringify(told), decodeURIComponent(told.replace(/%(?![0-9a-f]{2})/gi, '%25'))]
  return forms.filter((form) => heard.some((text) => text.includes(form)))
}

describe.each([...connectionKinds.keys()].filter((kind) => connectionOf(kind, 'x') !== undefined))(
  'a %s server',
  (kind) => {
    it.each(Object.keys(echoes))('that sends its secret back %s shows it to nobody', async (form) => {
      for (const key of keys) {
        for (const answer of [401, 500, 200]) {
          const connection = connectionOf(kind, key)
          if (!connection) continue
          status = answer
          secretsSent = [key]
          echo = echoes[form]!
          const told = await report(connection)
          expect(tracesIn(told, key), `${answer}: ${told}`).toEqual([])
        }
      }
    })
  },
)

describe('a mail server', () => {
  it('that sends the password back shows it to nobody', async () => {
    const mailServer = await startMailServer()
    const password = 'a long mail password'
    mailServer.refuseNext(550, `no entry with ${password} (${Buffer.from(`\0ana\0${password}`).toString('base64')})`)
    const connection: Connection = {
      name: 'mail',
      ...ofKind('smtp'),
      config: { host: '127.0.0.1', port: mailServer.port, secure: false, from: 'heed@example.org' },
      secret: { password },
    }
    const mail = createMail({ connections: { get: async () => connection }, egress: createEgress() })
    const letter = { to: ['ana@example.org'], subject: 'x', text: 'x' }
    const error = await mail.send('mail', letter, new AbortController().signal).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('no entry with ***')
    expect(tracesIn(String(error), password)).toEqual([])
    await mailServer.stop()
  })
})

describe('cleaning', () => {
  it('leaves text alone that holds no secret, byte for byte', () => {
    const clean = createCleaner(['sk-proj-4f9A7b2C8d1E6f3G', '12'])
    for (const text of ['{ "a" : 112, "b": "Ol\\u00e1" }', 'A person fell at 12.5 s 1234', '<a href="x">'])
      expect(clean(text.replace('12.5', '13.5'))).toBe(text.replace('12.5', '13.5'))
  })

  it('keeps JSON readable when a number equals a password', () => {
    expect(createCleaner(['1234'])('{"created":1234,"why":"bad 1234"}')).toBe('{"created":1234,"why":"bad ***"}')
  })

  it('takes the half of a secret away with which a text breaks off', () => {
    expect(createCleaner(['short-secret'])('not known: short-se', true)).toBe('not known: ***')
  })
})
