import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fillConfigFrom,
  fillUrl,
  hiddenHost,
  hideInConfig,
  hideInDocument,
  lostInConfig,
  lostWords,
  slotOf,
} from './url-credentials.ts'

const hide = (url: string) => hideInConfig({ url }, 'cam')

describe('a document', () => {
  const node = {
    id: 'cam',
    type: 'camera-source',
    version: 1,
    position: { x: 0, y: 0 },
    config: {} as Record<string, unknown>,
  }

  test('has no login anywhere, also where nobody reads: in a description, a name, a key of no known meaning', () => {
    const { document, found } = hideInDocument({
      format: 'heed.flow/1',
      description: 'The gate is rtsp://ana:12#geheim@10.0.0.7:554/x, as is http://h/v?token=geheim now',
      nodes: [{ ...node, name: 'rtsp://ana:geheim@10.0.0.8/y', note: { url: 'ana:ge heim@10.0.0.9/z' } }],
      wires: [],
      'x-mine': [{ 'any thing': 'see https://hooks.slack.com/services/T0/B0/geheim' }],
    })
    expect(JSON.stringify(document)).not.toContain('heim')
    expect(document.description).toBe('The gate is rtsp://***@10.0.0.7:554/x, as is http://h/v?token=*** now')
    expect(document.nodes[0]).toMatchObject({ name: 'rtsp://***@10.0.0.8/y', note: { url: '***@10.0.0.9/z' } })
    // Kept, so that an export finds them wherever else they stand.
    expect(found.map(({ userinfo }) => userinfo)).toHaveLength(5)
    expect(hideInDocument(document)).toEqual({ document, found: [] })
  })

  test('of addresses with thousands of secrets each keeps one for each, and gives it back whole', () => {
    const tails = ['?' + 'token=a&'.repeat(900), '/' + 'a/'.repeat(3000), '/hook' + '/abc123defgh'.repeat(600)]
    const urls = [...tails.map((tail) => `http://h/x${tail}`), `srt://h:1?streamid=#!::${'p=a,'.repeat(1800)}`]
    const nodes = urls.map((url, at) => ({ ...node, id: `n${at}`, config: { url } }))
    const { document, found } = hideInDocument({ nodes })
    expect(found.map(({ node: id }) => id)).toEqual(['n0', 'n1', 'n2', 'n3'])
    expect(document.nodes.map(({ config }) => config.url)).toEqual([
      ...Array<string>(3).fill('http://h/***'),
      'srt://h:1?***',
    ])
    const others = new Map(found.slice(0, 1).map(({ field, userinfo }) => [slotOf(field), userinfo]))
    expect(fillUrl('http://h/***', undefined, others)).toBe(urls[0])
  })

  test('keeps its sentences, but for a login in one', () => {
    const config = { instruction: 'Say “https://h/x?token=a” and rtsp://ana:geheim@10.0.0.7/x aloud', text: 'a@b.c' }
    const { document } = hideInDocument({ nodes: [{ ...node, config }] })
    expect(document.nodes[0]?.config).toEqual({
      instruction: 'Say “https://h/x?token=a” and rtsp://***@10.0.0.7/x aloud',
      text: 'a@b.c',
    })
  })

  test('without anything to hide is given back as it is', () => {
    const document = { nodes: [{ ...node, config: { url: 'rtsp://10.0.0.7/x', list: [{ a: 1 }] } }], wires: [] }
    expect(hideInDocument(document).document).toBe(document)
  })
})

describe('hiding credentials', () => {
  test.each([
    ['rtsp://admin:pw@10.0.0.5/stream', 'rtsp://***@10.0.0.5/stream', 'admin:pw', '10.0.0.5:554'],
    ['http://user@Host.Example:8080/a?b=c#d', 'http://***@Host.Example:8080/a?b=c#d', 'user', 'host.example:8080'],
    ['https://a:b@[fe80::1]:444/x', 'https://***@[fe80::1]:444/x', 'a:b', '[fe80::1]:444'],
    ['rtsp://admin:p@ss@10.0.0.5/s', 'rtsp://***@10.0.0.5/s', 'admin:p@ss', '10.0.0.5:554'],
    ['rtsp://admin:pa#s/s?x@10.0.0.5:554/s', 'rtsp://***@10.0.0.5:554/s', 'admin:pa#s/s?x', '10.0.0.5:554'],
    [' RTSP://a:b@h/s ', 'RTSP://***@h/s', 'a:b', 'h:554'],
    ['rtsp://admin:12#34@10.0.0.7:554/x', 'rtsp://***@10.0.0.7:554/x', 'admin:12#34', '10.0.0.7:554'],
    ['rtsp://admin:2024/cam@10.0.0.7/x', 'rtsp://***@10.0.0.7/x', 'admin:2024/cam', '10.0.0.7:554'],
    ['http://admin:2024/cam@cam.local/x', 'http://***@cam.local/x', 'admin:2024/cam', 'cam.local:80'],
    ['rtsp://admin:#s@nvr/x', 'rtsp://***@nvr/x', 'admin:#s', 'nvr:554'],
    ['http://admin:80?a=b@10.0.0.7:81/x', 'http://***@10.0.0.7:81/x', 'admin:80?a=b', '10.0.0.7:81'],
    ['rtsp://ana@example.org:12/3@10.0.0.7/x', 'rtsp://***@10.0.0.7/x', 'ana@example.org:12/3', '10.0.0.7:554'],
    ['rtsp://admin:p@12/34@10.0.0.7/x', 'rtsp://***@10.0.0.7/x', 'admin:p@12/34', '10.0.0.7:554'],
    ['rtsp://admin:my  own@10.0.0.7/x y', 'rtsp://***@10.0.0.7/x y', 'admin:my  own', '10.0.0.7:554'],
    ['rtsp://admin:1 2@[fe80::1]:9/x', 'rtsp://***@[fe80::1]:9/x', 'admin:1 2', '[fe80::1]:9'],
    ['rtsp://admin:%2F%zz@10.0.0.7/x', 'rtsp://***@10.0.0.7/x', 'admin:%2F%zz', '10.0.0.7:554'],
    ['admin:12#3 4@10.0.0.7:554/x', '***@10.0.0.7:554/x', 'admin:12#3 4', '10.0.0.7:554'],
    ['john.doe:12/3@10.0.0.7', '***@10.0.0.7', 'john.doe:12/3', '10.0.0.7:'],
  ])('finds them in %s', (url, stored, userinfo, host) => {
    const { config, found } = hide(url)
    expect(config.url).toBe(stored)
    const isEncrypted = url.startsWith('https')
    expect(found).toEqual([{ node: 'cam', field: 'url', host, isEncrypted, userinfo }])
    expect(hiddenHost(stored)).toBe(host)
  })

  test('a backslash ends the host of a web address, as whoever opens it reads it, and may be part of a password', () => {
    const address = 'http://127.0.0.1:18104\\@127.0.0.1:18070/x'
    expect(hide(address)).toEqual({ config: { url: address }, found: [] })
    expect(new URL(address).host).toBe('127.0.0.1:18104')
    const { config, found } = hide('http://admin:pa\\ss@10.0.0.5/s')
    expect(config.url).toBe('http://***@10.0.0.5/s')
    expect(new URL(fillUrl(config.url as string, found[0]?.userinfo)).host).toBe('10.0.0.5')
  })

  test.each([
    'rtsp://10.0.0.5/stream',
    'http://host/picture@2x.jpg',
    'http://host:8080/?mail=a@b.c',
    'rtsp://***@h/s',
    'mail me at a@b.c',
    'https://example.org/@ana/feed',
    'http://ntfy:80/@ana/feed',
    'https://ntfy.example.org/alerts?email=ana@example.org',
    'rtsp://10.0.0.5:554/live@main',
    'mailto:ana@example.org',
    'ana@example.org',
    'fall.mp4',
    '',
  ])('leaves "%s" alone', (url) => {
    expect(hide(url)).toEqual({ config: { url }, found: [] })
  })

  test.each([
    'http://127.0.0.1:9000/hook/alerts',
    'https://example.org/a/snapshot_main_stream_01.jpg',
    'http://h/cgi?hotkey=f1&keyword=a&tokens=5&maxKeys=3',
    'http://h/video.cgi?resolution=1280x720&from=20261128T010203Z',
    'rtsp://h/h264Preview_01_main',
    'rtsp://h/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
    'https://test-streams.mux.dev/x36xhzz/x36xhzz.m3u8',
  ])('leaves what people call things in %s', (url) => {
    expect(hide(url)).toEqual({ config: { url }, found: [] })
  })

  test('takes a list of addresses for addresses', () => {
    const { config, found } = hideInConfig({ urls: ['admin:my own/2@10.0.0.7'] }, 'n')
    expect([config, found[0]?.field]).toEqual([{ urls: ['***@10.0.0.7'] }, 'urls.0'])
  })

  test('names the field by its path', () => {
    expect(hideInConfig({ a: [{ b: 'http://u:p@h/' }] }, 'n').found[0]?.field).toBe('a.0.b')
  })
})

describe('hiding what is no login', () => {
  test.each([
    ['http://h/cgi?user=a&password=pw&x=1', 'http://h/cgi?user=a&password=***&x=1', { ' ?password': 'pw' }],
    [
      'http://h/c?pwd=a&pwd=b&TOKEN=c',
      'http://h/c?pwd=***&pwd=***&TOKEN=***',
      { ' ?pwd': 'a', ' ?pwd.2': 'b', ' ?token': 'c' },
    ],
    [
      'srt://h:9000?passphrase=lang+geheim&mode=caller',
      'srt://h:9000?passphrase=***&mode=caller',
      { ' ?passphrase': 'lang+geheim' },
    ],
    ['srt://h:9000?streamid=read:cam:ana:pw', 'srt://h:9000?streamid=read:cam:***', { ' ?streamid': 'ana:pw' }],
    ['rtmp://h/live/key-1', 'rtmp://h/live/***', { ' /2': 'key-1' }],
    ['rtsp://h/user=a&password=pw&channel=1', 'rtsp://h/user=a&password=***&channel=1', { ' ?password': 'pw' }],
    [
      'rtsp://h/user=a_password=p_w_channel=1_stream=0.sdp',
      'rtsp://h/user=a_password=***_channel=1_stream=0.sdp',
      { ' ?password': 'p_w' },
    ],
    ['https://hooks.slack.com/services/T0/B0/x', 'https://hooks.slack.com/services/***', { ' /2': 'T0/B0/x' }],
    ['https://discord.com/api/webhooks/1/x', 'https://discord.com/api/webhooks/***', { ' /3': '1/x' }],
    ['https://api.telegram.org/bot1:x/sendMessage', 'https://api.telegram.org/bot***/sendMessage', { ' /1': '1:x' }],
    [
      'https://open.feishu.cn/open-apis/bot/v2/hook/a-b',
      'https://open.feishu.cn/open-apis/bot/v2/hook/***',
      { ' /5': 'a-b' },
    ],
    [
      'https://oapi.dingtalk.com/robot/send?access_token=x',
      'https://oapi.dingtalk.com/robot/send?access_token=***',
      { ' ?access_token': 'x' },
    ],
    [
      'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x',
      'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=***',
      { ' ?key': 'x' },
    ],
    [
      'https://a.webhook.office.com/webhookb2/x@y/IncomingWebhook/z',
      'https://a.webhook.office.com/***',
      { ' /1': 'webhookb2/x@y/IncomingWebhook/z' },
    ],
    [
      'https://n8n.home/webhook/3f0c1c0e-8a1b-4b6e-9f62-1c2d3e4f5a6b',
      'https://n8n.home/webhook/***',
      { ' /2': '3f0c1c0e-8a1b-4b6e-9f62-1c2d3e4f5a6b' },
    ],
    ['https://HOOKS.slack.com:443/services/T0/B0/x', 'https://HOOKS.slack.com:443/services/***', { ' /2': 'T0/B0/x' }],
    ['https://hooks.slack.com.//services/T/B/x', 'https://hooks.slack.com.//services/***', { ' /3': 'T/B/x' }],
    [
      'https://chat.home/services/T024BE7LD/B0G9QF9GV/abcDEF',
      'https://chat.home/services/***',
      { ' /2': 'T024BE7LD/B0G9QF9GV/abcDEF' },
    ],
    [
      'https://proxy.home/api/webhooks/11223344556677/geheim',
      'https://proxy.home/api/webhooks/***',
      { ' /3': '11223344556677/geheim' },
    ],
    ['http://bot.home:8081/bot1:x/sendMessage', 'http://bot.home:8081/bot***/sendMessage', { ' /1': '1:x' }],
    ['http://ha.local:8123/api/webhook/-Ab3dEf9', 'http://ha.local:8123/api/webhook/***', { ' /3': '-Ab3dEf9' }],
    ['rtsps://nvr:7441/TtVkzKCMQfAhHLZh?enableSrtp', 'rtsps://nvr:7441/***?enableSrtp', { ' /1': 'TtVkzKCMQfAhHLZh' }],
    ['rtsp://10.0.0.7/0/admin:123456/main', 'rtsp://10.0.0.7/0/***/main', { ' /2': 'admin:123456' }],
    ['http://h/live/9f8a7d6e5c4b3a2f1e0d.m3u8', 'http://h/live/***', { ' /2': '9f8a7d6e5c4b3a2f1e0d.m3u8' }],
    ['http://h/v?loginuse=admin&loginpas=pw', 'http://h/v?loginuse=admin&loginpas=***', { ' ?loginpas': 'pw' }],
    ['rtsp://h/live?u=admin&p=pw', 'rtsp://h/live?u=admin&p=***', { ' ?p': 'pw' }],
    [
      'http://h/x?authToken=a&appSecret=b&sign=c',
      'http://h/x?authToken=***&appSecret=***&sign=***',
      { ' ?authtoken': 'a', ' ?appsecret': 'b', ' ?sign': 'c' },
    ],
    ['https://h/x#access_token=a', 'https://h/x#access_token=***', { ' ?access_token': 'a' }],
    ['https://f.azurewebsites.net/api/x?code=a==', 'https://f.azurewebsites.net/api/x?code=***', { ' ?code': 'a==' }],
    ['https://h/x?id=x8Jk2Lq9ZtPw4R', 'https://h/x?id=***', { ' ?id': 'x8Jk2Lq9ZtPw4R' }],
    ['rtmp://h/live/YWJj==', 'rtmp://h/live/***', { ' /2': 'YWJj==' }],
    ['srt://h:1?streamid=#!::r=a/b,u=ana,s=pw', 'srt://h:1?streamid=#!::r=a/b,u=ana,s=***', { ' ?streamid': 'pw' }],
    [
      'srt://h:1?streamid=%23!%3A%3Ar%3Da%2Cs%3Dpw',
      'srt://h:1?streamid=***',
      { ' ?streamid': '%23!%3A%3Ar%3Da%2Cs%3Dpw' },
    ],
    ['http://a:b@h/x?token=c', 'http://***@h/x?token=***', { '': 'a:b', ' ?token': 'c' }],
  ])('%s', (url, stored, secrets) => {
    const { config, found } = hide(url)
    expect(config.url).toBe(stored)
    expect(Object.fromEntries(found.map(({ field, userinfo }) => [slotOf(field), userinfo]))).toEqual(secrets)
    expect(hide(stored)).toEqual({ config: { url: stored }, found: [] })
    const others = new Map(Object.entries(secrets))
    expect(fillUrl(stored, others.get(''), others)).toBe(url)
  })
})

describe('any login', () => {
  const hosts = ['10.0.0.7', '10.0.0.7:8554', '[fe80::1]:554', 'cam.local:554', 'nvr:8080']
  const piece = fc.constantFrom(...'0123456789/#?@: &=%+"\'\\[]{}|^~.-_abcXYZäß看'.split(''))
  const login = fc
    .tuple(
      fc.constantFrom('admin', 'root', 'ana@example.org', 'john.doe'),
      fc.array(piece, { minLength: 1, maxLength: 16 }),
    )
    .map(([user, password]) => [user, `${password.join('').replaceAll('{{', '')}geheim`] as const)

  test('is taken out whole wherever an address stands, and reaches the host as it was typed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('rtsp', 'http', 'srt', 'rtmp'),
        login,
        fc.constantFrom(...hosts),
        (scheme, [user, password], host) => {
          const url = `${scheme}://${user}:${password}@${host}/x`
          const { config, found } = hide(url)
          expect(config.url).toBe(`${scheme}://***@${host}/x`)
          expect(found.map(({ userinfo }) => userinfo)).toEqual([`${user}:${password}`])
          const filled = new URL(fillUrl(config.url as string, found[0]?.userinfo))
          expect(filled.host).toBe(host.replace(scheme === 'http' ? /:80$/ : /$^/, ''))
          if (!/%[0-9a-f]{2}/i.test(password) && !user.includes('@'))
            expect(decodeURIComponent(filled.password)).toBe(password)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('what a mark has lost', () => {
  const lost = (config: Record<string, unknown>, before: Record<string, unknown>) =>
    lostInConfig(config, before).map((each) => [each.field, lostWords(each)])

  test.each([
    [{ url: 'rtsp://***@10.0.0.7/x' }, { url: 'rtsp://a:b@10.0.0.7:554/y' }, []],
    [{ a: { url: 'http://h:80/x?token=***' } }, { url: 'http://H/x?token=c' }, []],
    [
      { url: 'rtsp://***@10.0.0.8/x' },
      { url: 'rtsp://a:b@10.0.0.7/x' },
      [['url', 'The login of this address was given for 10.0.0.7:554 and does not go to 10.0.0.8:554.']],
    ],
    [
      { url: 'http://h/x?token=***' },
      { url: 'https://h:80/x?token=c' },
      [
        [
          'url',
          'The secret of this address was given for an encrypted connection to h:80 and does not go there in the clear.',
        ],
      ],
    ],
    [{ urls: ['http://h/?token=***'] }, {}, [['urls.0', 'No secret is kept here for h:80.']]],
    [{ url: 'http://***@h/x?token=***' }, { url: 'http://h/x?token=c' }, [['url', 'No login is kept here for h:80.']]],
  ])('%j after %j', (config, before, words) => {
    const again = words.map(([field, text]) => [field, `${text} Enter it again in place of ***.`])
    expect(lost(config, before)).toEqual(again)
    expect(lost(config, hideInConfig(before, '').config)).toEqual(again)
  })

  test('fills what is kept, each for its place', () => {
    const known = { url: 'http://a:b@h/x?token=c', other: 'http://i/?token=d' }
    const config = { url: 'http://***@h/y?token=***', list: ['http://j/?token=***', 'http://i/?token=***'] }
    expect(fillConfigFrom(config, known)).toEqual({
      url: 'http://a:b@h/y?token=c',
      list: ['http://j/?token=***', 'http://i/?token=d'],
    })
  })
})

describe('putting them back', () => {
  test('encodes what would end the password early', () => {
    expect(fillUrl('rtsp://***@h/s', 'admin:pa#s/s?@x%20')).toBe('rtsp://admin:pa%23s%2Fs%3F%40x%20@h/s')
  })

  test('leaves the mark where there is nothing to put back', () => {
    expect(fillUrl('rtsp://***@h/s', undefined)).toBe('rtsp://***@h/s')
    expect(fillUrl('http://***@h/s?token=***', 'a:b')).toBe('http://a:b@h/s?token=***')
  })
})
