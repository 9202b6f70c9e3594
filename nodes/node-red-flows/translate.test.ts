import { describe, expect, it } from 'vitest'
import {
  fateIn,
  nodeIn,
  readRed,
  redDebug,
  redNode,
  redTab,
  wiresIn,
  type RedEntry,
} from '../../test/support/red-flow.ts'
import format from './format.ts'

describe('a node', () => {
  const rules = (...list: RedEntry[]) => ({ property: 'payload', propertyType: 'msg', rules: list, checkall: 'false' })
  const cases: [name: string, type: string, config: RedEntry, becomes: { type: string; config: RedEntry }][] = [
    [
      'inject every 5 minutes',
      'inject',
      { repeat: '300', crontab: '', payload: 'Look', payloadType: 'str' },
      { type: 'timer', config: { mode: 'every', everyMs: 300_000, text: 'Look' } },
    ],
    [
      'inject with props',
      'inject',
      { repeat: '60', props: [{ p: 'payload', v: 'Hi', vt: 'str' }] },
      { type: 'timer', config: { mode: 'every', everyMs: 60_000, text: 'Hi' } },
    ],
    [
      'inject by cron minutes',
      'inject',
      { repeat: '', crontab: '*/10 0-23 * * *', payloadType: 'date' },
      { type: 'timer', config: { mode: 'every', everyMs: 600_000, text: '' } },
    ],
    [
      'delay',
      'delay',
      { pauseType: 'delay', timeout: '2', timeoutUnits: 'minutes' },
      { type: 'timer', config: { mode: 'after', everyMs: 120_000, text: '', restarts: false } },
    ],
    [
      'rate limit that drops',
      'delay',
      { pauseType: 'rate', rate: '1', nbRateUnits: '10', rateUnits: 'second', drop: true },
      { type: 'cooldown', config: { quietMs: 10_000, per: 'node' } },
    ],
    [
      'trigger that blocks',
      'trigger',
      { op1type: 'pay', op2type: 'nul', duration: '5', units: 'min', extend: false, bytopic: 'all', reset: '' },
      { type: 'cooldown', config: { quietMs: 300_000, per: 'node' } },
    ],
    [
      'trigger that waits for quiet',
      'trigger',
      { op1type: 'nul', op2type: 'payl', duration: '10', units: 's', extend: true },
      { type: 'timer', config: { mode: 'after', everyMs: 10_000, text: '', restarts: true } },
    ],
    [
      'rbe',
      'rbe',
      { func: 'rbe', property: 'payload' },
      { type: 'filter', config: { mode: 'changed', field: '', caseSensitive: true } },
    ],
    [
      'change to a text',
      'change',
      { rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'Door open', tot: 'str' }] },
      { type: 'template', config: { text: 'Door open' } },
    ],
    [
      'template',
      'template',
      { field: 'payload', fieldType: 'msg', syntax: 'mustache', template: '{{{topic}}}: {{{payload}}}', output: 'str' },
      { type: 'template', config: { text: '{{fields.topic}}: {{text}}' } },
    ],
    [
      'switch by a part of the text',
      'switch',
      rules({ t: 'cont', v: 'a.b', vt: 'str' }),
      { type: 'filter', config: { mode: 'pattern', pattern: 'a\\.b', caseSensitive: true, field: '' } },
    ],
    [
      'http request',
      'http request',
      { method: 'POST', url: 'http://10.0.0.5/hook' },
      { type: 'notification', config: { channel: 'webhook', url: 'http://10.0.0.5/hook' } },
    ],
    [
      'mqtt out',
      'mqtt out',
      { topic: 'home/siren', broker: 'br' },
      { type: 'notification', config: { channel: 'mqtt', connection: 'kitchen-broker', to: 'home/siren' } },
    ],
    [
      'e-mail',
      'e-mail',
      { name: 'ana@example.org', server: 'smtp.example.org' },
      { type: 'notification', config: { channel: 'email', connection: 'mail', to: 'ana@example.org' } },
    ],
    ['debug', 'debug', { complete: 'true' }, { type: 'debug', config: { fields: true } }],
    [
      'an RTSP camera of any package',
      'rtsp-to-mjpeg',
      { rtspUrl: 'rtsp://10.0.0.7:554/s2' },
      { type: 'camera-source', config: { kind: 'rtsp', url: 'rtsp://10.0.0.7:554/s2' } },
    ],
    [
      'a camera over its settings',
      'onvif-media',
      { deviceConfig: 'cam' },
      { type: 'camera-source', config: { kind: 'url', url: 'http://10.0.0.8/snap.jpg' } },
    ],
    [
      'ffmpeg in exec',
      'exec',
      { command: 'ffmpeg -rtsp_transport tcp -i "rtsp://10.0.0.9/live" -f image2 -', addpay: '' },
      { type: 'camera-source', config: { kind: 'rtsp', url: 'rtsp://10.0.0.9/live' } },
    ],
    [
      'a USB camera',
      'usbcamera',
      { device: '/dev/video0' },
      { type: 'camera-source', config: { kind: 'device', device: '/dev/video0' } },
    ],
  ]
  it.each(cases)('%s', (_name, type, config, becomes) => {
    const settings = [
      { id: 'br', type: 'mqtt-broker', name: 'Kitchen broker', broker: '10.0.0.2', port: '1883' },
      { id: 'cam', type: 'onvif-config', name: 'Yard', url: 'http://10.0.0.8/snap.jpg' },
    ]
    const { flow, report } = readRed(...settings, redNode('a', type, config))
    expect(nodeIn(flow, 'a')).toMatchObject({ ...becomes, version: 1 })
    expect(fateIn(report, 'a')).toMatchObject({ became: 'node', nodes: ['a'] })
  })

  const kept: [name: string, type: string, config: RedEntry, reason: string][] = [
    ['function', 'function', { func: 'msg.url = "rtsp://10.0.0.7/x"; return msg' }, 'runs no code'],
    ['exec', 'exec', { command: 'rm -rf /' }, 'runs a program'],
    ['inject by hand', 'inject', { repeat: '', crontab: '', payloadType: 'date' }, 'pressed by hand'],
    ['inject at hours', 'inject', { repeat: '', crontab: '00 07 * * 1-5', payloadType: 'date' }, 'hours of the day'],
    ['a random delay', 'delay', { pauseType: 'random' }, 'differs from message to message'],
    [
      'a queueing rate',
      'delay',
      { pauseType: 'rate', rate: '1', nbRateUnits: '1', rateUnits: 'second', drop: false },
      'holds messages back',
    ],
    [
      'a trigger that sends twice',
      'trigger',
      { op1type: 'str', op1: '1', op2type: 'str', op2: '0', duration: '2', units: 's' },
      'one thing first',
    ],
    ['a switch over numbers', 'switch', rules({ t: 'gte', v: '5', vt: 'num' }), 'compares what is no text'],
    [
      'a switch over flow context',
      'switch',
      { property: 'x', propertyType: 'flow', rules: [] },
      'variable of Node-RED',
    ],
    ['a pattern that looks around', 'switch', rules({ t: 'regex', v: '(?=x)y', vt: 'str' }), 'looks around'],
    [
      'a change that moves',
      'change',
      { rules: [{ t: 'move', p: 'payload', to: 'x', tot: 'msg' }] },
      'stay in Node-RED',
    ],
    [
      'a template with sections',
      'template',
      { field: 'payload', syntax: 'mustache', template: '{{#payload}}x{{/payload}}', output: 'str' },
      'sections',
    ],
    ['a request that reads', 'http request', { method: 'GET', url: 'http://10.0.0.5/' }, 'Only a POST'],
    ['an address out of the message', 'http request', { method: 'POST', url: '' }, 'never chooses where to send'],
    ['a topic out of the message', 'mqtt out', { topic: '', broker: '' }, 'never chooses where to send'],
    ['deadband', 'rbe', { func: 'deadband' }, 'compares numbers'],
    ['what nobody knows', 'zigbee2mqtt-out', { device_id: 'siren' }, 'no node for "zigbee2mqtt-out"'],
    ['a type named like a part of every object', 'constructor', {}, 'no node for "constructor"'],
  ]
  it.each(kept)('%s stays a placeholder, with the reason', (_name, type, config, reason) => {
    const { flow, report } = readRed(redNode('a', type, config, [['d']]), redDebug())
    expect(nodeIn(flow, 'a')).toMatchObject({ type: `node-red:${type}`, config: { node: { type, ...config } } })
    expect(fateIn(report, 'a')).toMatchObject({
      became: 'placeholder',
      reason: expect.stringContaining(reason) as string,
    })
    expect(wiresIn(flow)).toEqual(['a.out1 → d.message'])
  })

  it('keeps its name, and being switched off, by itself or with its tab', () => {
    const { flow } = format.read([
      redTab,
      { ...redDebug(), name: 'Look', d: true },
      { ...redTab, id: 'u', disabled: true },
      { ...redDebug('e'), z: 'u' },
    ])
    expect(nodeIn(flow, 'd')).toMatchObject({ name: 'Look', disabled: true })
    expect(nodeIn(flow, 'e')).toMatchObject({ disabled: true })
  })

  it('never brings its credentials, and settings only as words', () => {
    const { flow, report } = readRed(
      {
        id: 'br',
        type: 'mqtt-broker',
        name: '',
        broker: 'user:pw@10.0.0.2',
        credentials: { user: 'u', password: 'hidden-1' },
      },
      { id: 'other', type: 'unused-config', credentials: { key: 'hidden-2' } },
      redNode('a', 'zigbee-out', { credentials: { token: 'hidden-3' } }),
      redNode('b', 'mqtt out', { topic: 't', broker: 'br' }),
    )
    expect(JSON.stringify([flow, report])).not.toMatch(/hidden-|user:pw/)
    expect(fateIn(report, 'br')).toMatchObject({ became: 'setting' })
    expect(fateIn(report, 'other')).toMatchObject({ became: 'ignored' })
  })
})

describe('switch', () => {
  const settings = (checkall: string, ...rules: RedEntry[]) => ({
    property: 'payload',
    propertyType: 'msg',
    rules,
    checkall,
  })
  const cont = (v: string) => ({ t: 'cont', v, vt: 'str' })

  it('asks one rule after another where the first one wins', () => {
    const { flow } = readRed(
      redNode('a', 'switch', settings('false', cont('fire'), cont('fall'), { t: 'else' }), [['d'], ['e'], ['f']]),
      redNode('i', 'rbe', { func: 'rbe' }, [['a']]),
      redDebug('d'),
      redDebug('e'),
      redDebug('f'),
    )
    expect(wiresIn(flow)).toEqual([
      'a-2.message → e.message',
      'a-2.rest → f.message',
      'a.message → d.message',
      'a.rest → a-2.message',
      'i.message → a.message',
    ])
  })

  it('asks all rules side by side where every one counts, and "otherwise" what none took', () => {
    const { flow } = readRed(
      redNode('a', 'switch', settings('true', cont('fire'), { t: 'neq', v: 'x', vt: 'str' }, { t: 'else' }), [
        ['d'],
        ['e'],
        ['f'],
      ]),
      redNode('i', 'rbe', { func: 'rbe' }, [['a']]),
      redDebug('d'),
      redDebug('e'),
      redDebug('f'),
    )
    expect(wiresIn(flow)).toEqual([
      'a-2.rest → e.message',
      'a-3.rest → a-4.message',
      'a-4.message → f.message',
      'a.message → d.message',
      'i.message → a-2.message',
      'i.message → a-3.message',
      'i.message → a.message',
    ])
  })
})

describe('catch and complete', () => {
  const hook = redNode('w', 'http request', { method: 'POST', url: 'http://10.0.0.5/' })
  it('are the ports of what they listen to', () => {
    const { flow, report } = readRed(
      hook,
      redNode('c', 'catch', { scope: ['w'] }, [['d']]),
      redNode('k', 'complete', { scope: ['w'] }, [['e']]),
      redDebug('d'),
      redDebug('e'),
    )
    expect(wiresIn(flow)).toEqual(['w.delivered → e.message', 'w.failed → d.message'])
    expect(fateIn(report, 'c')).toMatchObject({ became: 'wire', isExact: true })
  })

  it('stay placeholders where nothing here can fail', () => {
    const { report } = readRed(redDebug(), redNode('c', 'catch', { scope: null }, [['d']]))
    expect(fateIn(report, 'c')).toMatchObject({ became: 'placeholder' })
  })
})
