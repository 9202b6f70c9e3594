// Peers that break every rule of their line, against every client that speaks to one: the process lives, each call ends, and
// its trouble is a sentence.
import { createECDH, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../nodes/contract/connections.ts'
import { CodedError } from '../../nodes/contract/errors.ts'
import { createAgents } from '../../runtime/agents/agents.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createMail } from '../../runtime/channels/mail.ts'
import { callModel } from '../../runtime/models/model-http.ts'
import { createPush } from '../../runtime/channels/web-push.ts'
import { transcribe } from '../../runtime/voices/transcribe.ts'
import { listVoices, openAtServer } from '../../runtime/voices/vllm-speech.ts'
import { createMqtt } from '../../runtime/channels/mqtt.ts'
import {
  drip,
  garbage,
  hostileWebWays,
  pour,
  startHostilePeer,
  type HostilePeer,
  type HostileWay,
} from '../support/hostile-peer.ts'
import { ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
const unheard: unknown[] = []
const note = (error: unknown): void => {
  unheard.push(error)
}
beforeAll(() => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
})
afterAll(async () => {
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  await http.close()
})
let peer: HostilePeer | undefined
afterEach(() => peer?.close())

const portFor = (kind: Connection['kind'], config: Record<string, unknown>) => ({
  connections: { get: async (name: string) => ({ name, ...ofKind(kind), config, secret: {} }) },
  egress: createEgress(),
})

/** Calls, gives up after a moment, and looks at how it ended. */
async function suffer(way: HostileWay, call: (port: number, signal: AbortSignal) => Promise<unknown>): Promise<void> {
  await peer?.close()
  peer = await startHostilePeer(way)
  const ended = await call(peer.port, AbortSignal.timeout(400)).then(
    () => undefined,
    (error: unknown) => error,
  )
  await new Promise(setImmediate)
  expect(unheard.splice(0)).toEqual([])
  if (ended === undefined) return
  expect(ended).toBeInstanceOf(CodedError)
  const { message } = ended as CodedError
  expect(message).toMatch(/^[A-Z0-9].*[.?]$/s)
  expect(message).not.toMatch(/undefined|\[object|HPE_|UND_ERR|\bE[A-Z]{5,}\b|\bat .*:\d+:\d+/)
}

describe('a web server that', () => {
  const ways = Object.entries(hostileWebWays)
  it.each(ways)('%s, as a receiver', (_name, way) =>
    suffer(way, (port, signal) =>
      http.request({ method: 'POST', url: `http://127.0.0.1:${port}/hook`, body: '{"a":1}' }, signal),
    ),
  )
  it.each(ways)('%s, as a model', (_name, way) =>
    suffer(way, (port, signal) =>
      callModel(
        http,
        { name: 'm', ...ofKind('openai'), config: { url: `http://127.0.0.1:${port}` }, secret: {} },
        { path: '/v1/chat', body: {}, timeoutMs: 5000 },
        signal,
      ),
    ),
  )
  it.each(ways)('%s, as an agent', (_name, way) =>
    suffer(way, (port, signal) =>
      createAgents({
        ...portFor('a2a', { url: `http://127.0.0.1:${port}` }),
        http,
        commands: {},
        waitingBefore: async () => 0,
      }).ask('it', { question: 'What?', note: '', pictures: [], timeoutMs: 5000, sessionId: 's', taskId: 't' }, signal),
    ),
  )

  it.each(ways)('%s, as agents that are asked in other ways', async (_name, way) => {
    for (const kind of ['background-agent', 'openai'] as const)
      await suffer(way, (port, signal) =>
        createAgents({
          ...portFor(kind, { url: `http://127.0.0.1:${port}` }),
          http,
          commands: {},
          waitingBefore: async () => 0,
        }).ask(
          'it',
          { question: 'What?', note: '', pictures: [], timeoutMs: 5000, sessionId: 's', taskId: 't' },
          signal,
        ),
      )
  })
  it.each(ways)('%s, as a speech server that speaks, listens and lists its voices', async (_name, way) => {
    const at = (port: number): Connection => ({
      name: 's',
      ...ofKind('speech'),
      config: { url: `http://127.0.0.1:${port}` },
      secret: {},
    })
    await suffer(way, async (port, signal) => {
      const voice = await openAtServer(http, at(port), { text: 'Somebody fell.', voice: '' }, signal)
      if ('samples' in voice) for await (const _part of voice.samples) if (signal.aborted) break
    })
    const sound = { bytes: new Uint8Array(64), contentType: 'audio/wav' }
    await suffer(way, (port, signal) => transcribe(http, at(port), sound, signal))
    await suffer(way, (port, signal) => listVoices(http, at(port), signal))
  })
  it.each(ways)('%s, as a push service', (_name, way) => {
    const browser = createECDH('prime256v1')
    const keys = { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
    return suffer(way, (port, signal) =>
      createPush({
        store: {
          keys: async (make) => make(),
          list: async () => [{ endpoint: `http://127.0.0.1:${port}/push`, keys }],
          remove: async () => undefined,
        },
        http,
        subject: 'mailto:owner@example.org',
      }).send({ title: 'Fall', text: 'Somebody fell.', url: '/inbox', tag: 't' }, signal),
    )
  })

  it('says 100 Continue before its answer is understood, whole, in pieces, twice, and on a connection used again', async () => {
    const text = 'HTTP/1.1 100 Continue\r\nX-Note: wait\r\n\r\n'
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\nHTTP/1.1 100 ok!'
    peer = await startHostilePeer({
      onData: (socket, _piece, turn) => {
        if (turn === 0) socket.write(text + text + answer)
        else {
          const all = text + answer
          for (let at = 0; at < all.length; at += 7) setTimeout(() => socket.write(all.slice(at, at + 7)), at)
        }
      },
    })
    for (let times = 0; times < 3; times++) {
      const { status, text: said } = await http.request(
        { method: 'POST', url: `http://127.0.0.1:${peer.port}/`, body: 'x' },
        new AbortController().signal,
      )
      expect([status, said]).toEqual([200, 'HTTP/1.1 100 ok!'])
    }
  })
})

const always = (text: string | Buffer): HostileWay => ({
  onConnect: (socket) => socket.write(text),
  onData: (socket) => socket.write(text),
})
const lineWays: Record<string, HostileWay> = {
  'closes before a word': { onConnect: (socket) => socket.end() },
  'resets before a word': { onConnect: (socket) => socket.resetAndDestroy() },
  'resets at the first word': { onConnect: (s) => s.write('220 hi\r\n'), onData: (s) => s.resetAndDestroy() },
  'sends garbage': { onConnect: (socket) => socket.end(garbage) },
  'sends garbage to everything': always(garbage),
  'pours garbage': { onConnect: (socket) => pour(socket, garbage) },
  'pours a line without end': { onConnect: (socket) => pour(socket, 'x'.repeat(65_536)) },
  'greets without end': { onConnect: (socket) => pour(socket, '220-hello\r\n') },
  drips: { onConnect: (socket) => drip(socket, `220 ${'x'.repeat(4000)}`) },
  'says nothing': {},
  'says yes to everything': always('250 ok\r\n'),
  'says 999 to everything': always('999 what\r\n'),
  'answers as a web server': always('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'sends an MQTT packet of a wrong length': always(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 0x7f])),
  'accepts, then sends half a packet': always(Buffer.from([0x20, 0x02, 0x00, 0x00, 0x40, 0x02, 0x00])),
  'accepts, then publishes without end': {
    onData: (socket, _piece, turn) => {
      if (turn > 0) return
      socket.write(Buffer.from([0x20, 0x02, 0x00, 0x00]))
      pour(socket, Buffer.from([0x30, 0x05, 0x00, 0x01, 0x61, 0x62, 0x63]))
    },
  },
}

it('is not listened to for ever: a broker that pours is cut off at once, with its reason', async () => {
  for (const packet of [
    [0x30, 0x05, 0x00, 0x01, 0x61, 0x62, 0x63],
    [0x30, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x01, 0x61],
  ]) {
    peer = await startHostilePeer({
      onData: (socket, _piece, turn) => {
        if (turn > 0) return
        socket.write(Buffer.from([0x20, 0x02, 0x00, 0x00]))
        pour(socket, Buffer.from(packet))
      },
    })
    const publishing = createMqtt(portFor('mqtt', { url: `mqtt://127.0.0.1:${peer.port}` })).publish(
      'm',
      [{ topic: 'a', payload: 'b' }],
      new AbortController().signal,
    )
    await expect(publishing).rejects.toMatchObject({
      code: 'MQTT_UNREACHABLE',
      message: expect.stringContaining('sends much more than a broker has to say') as string,
    })
    await peer.close()
  }
})

describe('a peer that', () => {
  it.each(Object.entries(lineWays))('%s, as a mail server', (_name, way) =>
    suffer(way, (port, signal) =>
      createMail(portFor('smtp', { host: '127.0.0.1', port, secure: false, from: 'a@example.org' })).send(
        'mail',
        { to: ['b@example.org'], subject: 's', text: 't' },
        signal,
      ),
    ),
  )
  it.each(Object.entries(lineWays))('%s, as a broker', (_name, way) =>
    suffer(way, (port, signal) =>
      createMqtt(portFor('mqtt', { url: `mqtt://127.0.0.1:${port}` })).publish(
        'm',
        [{ topic: 'a', payload: 'b' }],
        signal,
      ),
    ),
  )
  it.each(Object.entries(hostileWebWays))('%s, as a broker over a WebSocket', (_name, way) =>
    suffer(way, (port, signal) =>
      createMqtt(portFor('mqtt', { url: `ws://127.0.0.1:${port}` })).publish(
        'm',
        [{ topic: 'a', payload: 'b' }],
        signal,
      ),
    ),
  )
})
