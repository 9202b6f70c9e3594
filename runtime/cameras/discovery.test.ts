// Discovery against a camera that answers on loopback: over UDP as the network's question, over HTTP as its services.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { HttpRequest } from '../../nodes/contract/capabilities.ts'
import { createDiscovery } from './discovery.ts'
import { readMediaService, readProbeMatch, readProfiles } from './onvif.ts'

const systemClock = { nowMs: () => Date.now(), sleep: async (ms: number) => void (await setTimeout(ms)) }
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const match = (relates: string, scopes: string): string =>
  `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:d="d" xmlns:wsa="a"><SOAP-ENV:Header><wsa:RelatesTo>uuid:${relates}</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>${scopes}</d:Scopes><d:XAddrs>http://[fe80::1]/x http://10.0.0.7/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`

async function fakeCamera(answer: (id: string) => string[]): Promise<{ address: string; port: number }> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    const id = /<a:MessageID>uuid:([^<]+)</.exec(bytes.toString())?.[1] ?? ''
    for (const text of answer(id)) socket.send(text, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  stops.push(() => socket.close())
  return { address: '127.0.0.1', port: socket.address().port }
}

const noHttp = { request: async () => ({ status: 404, headers: {}, text: '' }) }

test('finds a camera once however often it answers, and nothing in answers to others or in nonsense', async () => {
  const scopes = 'onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/%'
  const group = await fakeCamera((id) => [match(id, scopes), match('somebody-else', scopes), '<nonsense', '\0'])
  const discovery = createDiscovery({ clock: systemClock, http: noHttp, group, listenMs: 80 })
  expect(await discovery.look()).toEqual([
    { service: 'http://10.0.0.7/onvif/device_service', host: '10.0.0.7', name: 'Front door', model: 'DS-2CD' },
  ])
})

test('asks a camera for its pictures with a digest, never with the password, and keeps logins out of addresses', async () => {
  const asked: HttpRequest[] = []
  const answers = [
    '<s:Body><t:Capabilities><t:Media><t:XAddr>http://192.168.1.10/onvif/media</t:XAddr></t:Media></t:Capabilities></s:Body>',
    '<x><trt:Profiles fixed="true" token="p&amp;1"><tt:Name>main</tt:Name><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution></trt:Profiles></x>',
    '<x><tt:Uri>rtsp://u:p@192.168.1.10:554/s?a=1&amp;b=2</tt:Uri></x>',
  ]
  const http = {
    request: async (request: HttpRequest) => {
      asked.push(request)
      return { status: 200, headers: {}, text: answers[asked.length - 1] ?? '' }
    },
  }
  const discovery = createDiscovery({ clock: systemClock, http })
  const login = { user: 'ad<min', password: 'tr0ub4dor' }
  expect(await discovery.profiles('http://10.0.0.7/onvif/device_service', login)).toEqual([
    { name: 'main', width: 1920, height: 1080, url: 'rtsp://10.0.0.7:554/s?a=1&b=2' },
  ])
  expect(asked.map(({ url }) => url)).toEqual([
    'http://10.0.0.7/onvif/device_service',
    'http://10.0.0.7/onvif/media',
    'http://10.0.0.7/onvif/media',
  ])
  expect(asked[2]?.body).toContain('<ProfileToken>p&#38;1</ProfileToken>')
  expect(asked[2]?.body).toContain('<Username>ad&#60;min</Username>')
  expect(asked.map(({ body }) => String(body)).join('')).not.toContain('tr0ub4dor')
})

test('says when the login was not taken', async () => {
  const http = {
    request: async () => ({ status: 400, headers: {}, text: '<env:Subcode>ter:NotAuthorized</env:Subcode>' }),
  }
  const discovery = createDiscovery({ clock: systemClock, http })
  await expect(discovery.profiles('http://10.0.0.7/', { user: '', password: '' })).rejects.toMatchObject({
    code: 'CAMERA_LOGIN_WRONG',
  })
})

test('reads at once what never ends, whoever answers with it', () => {
  const service = 'http://10.0.0.7/x'
  const beganMs = performance.now()
  for (const begin of ['<Profiles token="a">', '<Media>', '<RelatesTo ', '<ProbeMatch>']) {
    const xml = begin.repeat(100_000)
    expect([readProfiles(xml), readMediaService(xml, service), readProbeMatch(xml, 'id')]).toEqual([[], service, []])
  }
  expect(performance.now() - beganMs).toBeLessThan(2_000)
})
