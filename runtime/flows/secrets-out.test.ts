// What may not leave with a flow, in every place and spelling, and what has to stay.
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { shareFlow } from './flow-export.ts'
import { takeOutSecrets } from '../../nodes/contract/secrets-out.ts'

const flowWith = (config: Record<string, unknown>, more: Record<string, unknown> = {}): Flow => ({
  format: 'heed.flow/1',
  name: 'Yard',
  nodes: [{ id: 'n', type: 'any', version: 1, position: { x: 0, y: 0 }, config }],
  wires: [],
  ...more,
})
const out = (config: Record<string, unknown>, more = {}, known: string[] = []) => {
  const { document, removed } = takeOutSecrets(flowWith(config, more), known)
  return { config: document.nodes[0]?.config ?? {}, document, removed, text: JSON.stringify(document) }
}

describe('a camera password', () => {
  it.each([
    ['rtsp://admin:hunter2@10.0.0.7:554/stream2', 'login'],
    ['rtsp://***@10.0.0.7/stream2', 'login'],
    ['rtsp://admin:pa/hunter2#w?rd@10.0.0.7/stream2', 'login'],
    ['rtsp://admin:12#hunter2@10.0.0.7:554/x', 'login'],
    ['rtsp://admin:2024/hunter2@10.0.0.7/x', 'login'],
    ['rtsp://admin:my hunter2@10.0.0.7/x', 'login'],
    ['rtsp://admin:hunter2%40home@10.0.0.7/x', 'login'],
    ['rtsps://admin:hunter2@[fe80::1]:322/x', 'login'],
    ['RTSP://ADMIN:hunter2@10.0.0.7/x', 'login'],
    ['admin:hunter2@10.0.0.7/x', 'login'],
    ['http://10.0.0.7/video.cgi?user=admin&pwd=hunter2&size=2', 'address'],
    ['http://10.0.0.7/user=admin&password=hunter2&channel=1', 'address'],
    ['rtsp://10.0.0.7/user=admin_password=hunter2_channel=1_stream=0.sdp', 'address'],
    ['http://10.0.0.7/video.cgi?pwd=***', 'address'],
    ['srt://10.0.0.7:9000?passphrase=hunter2&mode=caller', 'address'],
    ['srt://10.0.0.7:9000?streamid=read:cam:ana:hunter2', 'address'],
    ['rtmp://10.0.0.7/live/hunter2', 'address'],
    ['https://hooks.slack.com/services/T0/B0/hunter2', 'address'],
    ['https://api.telegram.org/bot1:hunter2/sendMessage', 'address'],
    ['rtsp：／／admin：hunter2＠10.0.0.7/x', 'login'],
    ['http://10.0.0.7/x?密码=hunter2', 'address'],
    ['http://10.0.0.7/x?%E5%AF%86%E7%A0%81=hunter2', 'address'],
    ['http://10.0.0.7/x?auth[password]=hunter2', 'address'],
    ['http://10.0.0.7/x?auth%5Bpassword%5D=hunter2', 'address'],
    ['http://10.0.0.7/x?user.password=hunter2', 'address'],
    ['http://10.0.0.7/x?tkn=hunter2', 'address'],
    ['http://10.0.0.7/x?data=%7B%22password%22%3A%22hunter2%22%7D', 'address'],
    ['http://10.0.0.7/x?cam=admin:hunter2@10.0.0.8/s', 'address'],
    ['http://10.0.0.7/x?next=//admin:hunter2@[fe80::1]/s', 'address'],
    ['http://relay/?u=rtsp%253A%252F%252Fadmin%253Ahunter2%254010.0.0.7', 'address'],
  ])('in %s is taken out and counted once', (url, what) => {
    const { text, removed, config } = out({ url })
    expect(text).not.toMatch(/hunter2|\*\*\*/)
    expect(removed).toEqual([{ node: 'n', field: 'url', what }])
    expect(out(config)).toMatchObject({ config, removed: [] })
  })

  it('counts each of several', () => {
    expect(out({ url: 'http://a:hunter2@10.0.0.7/x?token=hunter3' }).removed).toHaveLength(2)
  })
})

describe('a secret that somebody has written into words', () => {
  it.each([
    ['password: hunter2', 'password: [removed]'],
    ['The password is hunter2.', 'The password is [removed].'],
    ['Log in with admin / hunter2 first', 'Log in with admin / [removed] first'],
    ['the PIN is 4711, then wait', 'the PIN is [removed], then wait'],
    ['Das Passwort lautet Sommer2024!', 'Das Passwort lautet [removed]!'],
    ['The password is "correct horse 7".', 'The password is "[removed]".'],
    ['The door password is swordfish.', 'The door password is [removed].'],
    ['密码是hunter2', '密码是[removed]'],
    ['密码：hunter2。', '密码：[removed]'],
    ['api_key=hunter2hunter2', 'api_key=[removed]'],
    ['Use Authorization: Bearer hunter2hunter2', 'Use Authorization: [removed]'],
    ['send Bearer hunter2hunter2 along', 'send Bearer [removed] along'],
    ['X-Api-Key: hunter2', 'X-Api-Key: [removed]'],
    ['the key sk-proj-hunter2hunter2hunter2 is ours', 'the key [removed] is ours'],
    ['ghp_hunter2hunter2hunter2', '[removed]'],
    ['xoxb-123456789-hunter2', '[removed]'],
    ['bot 123456789:AAhunter2hunter2hunter2hunter2hunter2', 'bot [removed]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2', '[removed]'],
    ['-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----', '[removed]'],
    ['curl -u admin:hunter2 there', 'curl -u admin:[removed] there'],
    ['open admin:hunter2@10.0.0.7/x now', 'open 10.0.0.7/x now'],
    ['see rtsp://a:hunter2@10.0.0.7 and http://b:hunter2@10.0.0.8/x', 'see rtsp://10.0.0.7 and http://10.0.0.8/x'],
    ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=[removed] psql'],
    ['账号admin密码hunter2', '账号admin密码[removed]'],
    ['摄像头密码＝hunter2', '摄像头密码＝[removed]'],
    ['门禁密码是 493817', '门禁密码是 [removed]'],
    ['访问令牌：hunter2', '访问令牌：[removed]'],
    ['验证码 hunter2', '验证码 [removed]'],
    ['see rtsp://admin:hunter2＠10.0.0.7/x now', 'see rtsp://10.0.0.7/x now'],
    ['{"user":"admin","password":"hunter2"}', '{"user":"admin","password":"[removed]"}'],
    [String.raw`{\"password\":\"hunter2\"}`, String.raw`{\"password\":\"[removed]\"}`],
    ['<wsse:Password Type="x">hunter2</wsse:Password>', '<wsse:Password Type="x">[removed]</wsse:Password>'],
    ['curl --proxy-user a:hunter2 there', 'curl --proxy-user a:[removed] there'],
    ['sshpass -p hunter2 ssh nas', 'sshpass -p [removed] ssh nas'],
    ['mysql -u root -phunter2 heed', 'mysql -u root -p[removed] heed'],
    ['mosquitto_pub -h h -u u -P hunter2 -t x', 'mosquitto_pub -h h -u u -P [removed] -t x'],
    ['WPA key: hunter2', 'WPA key: [removed]'],
    ['WIFI:T:WPA;S:net;P:hunter2;;', 'WIFI:T:WPA;S:net;P:[removed];;'],
    ['Digest username="a", response="hunter2"', 'Digest username="a", response="[removed]"'],
    ['sid=hunter2; Path=/', 'sid=[removed]; Path=/'],
    ['login admin hunter2', 'login admin [removed]'],
    ['la password è hunter2', 'la password è [removed]'],
    [String.raw`open \\admin:hunter2@nas\share`, String.raw`open \\admin:[removed]@nas\share`],
    ['our code 8fK2hunter2Lq93ZxvB71mNcQp04 works', 'our code [removed] works'],
  ])('%j leaves as %j, and stays so', (instruction, clean) => {
    const once = out({ instruction })
    expect(once.config.instruction).toBe(clean)
    expect(once.removed.length).toBeGreaterThan(0)
    expect(out({ instruction: clean })).toMatchObject({ config: { instruction: clean }, removed: [] })
  })

  it.each([
    'Warn the moment a person falls. Say nothing else.',
    'Say when the password is wrong.',
    'When somebody types the password, look away.',
    'If the token is missing, say so.',
    'Read the secret message aloud',
    'Count the keys on the table: 3 or more is fine.',
    'Tell me the PIN pad is covered.',
    'Answer in at most 20 words; key moments only.',
    'Password: {{fields.password}}',
    'Somebody at the door (ring 2), then mail ana@example.org',
    'https://example.org/hook?keyboard=1&monkey=2',
    'A shopping token such as <TOKEN> stays',
    '告诉我什么时候有人跌倒。',
    '节省令牌：有变化时发送完整画面，变化小时发送小图。',
    '密码输入错误三次时告诉我。',
    'Log in with Google on 12/05/2024, then wait.',
    'https://example.org/a?next=https://example.org/b@c',
    'Please pass 5 plates to the left',
  ])('%j stays as it is', (instruction) => {
    expect(out({ instruction })).toMatchObject({ config: { instruction }, removed: [] })
  })
})

describe('a secret in any other place', () => {
  it.each([
    [{ headers: { Authorization: 'Basic aHVudGVyMg==', 'X-Api-Key': 'hunter2', Accept: 'a' } }, 2],
    [
      {
        headers: [
          { name: 'Cookie', value: 'sid=hunter2' },
          { name: 'Accept', value: 'a' },
        ],
      },
      1,
    ],
    [{ headers: ['Authorization: Bearer hunter2hunter2', 'Accept: a'] }, 1],
    [{ password: 'hunter2', apiKey: 'hunter2', bot_token: 'hunter2', clientSecret: 'hunter2', Password: 'hunter2' }, 5],
    [{ deep: [{ list: { access_token: 'hunter2' } }] }, 1],
    [{ pin: 4711 }, 1],
    [{ 登录密码: 'hunter2', headers: { 密钥: 'hunter2' } }, 2],
    [{ params: [{ name: 'token', val: 'hunter2' }] }, 1],
    [{ args: ['--password', 'hunter2', '-u', 'admin:hunter2', '--verbose', 'yes'] }, 2],
    [{ env: { MQTT_PASS: 'hunter2', DBPASSWORD: 'hunter2' }, list: ['HEED_TOKEN=hunter2'] }, 3],
    [{ 'rtsp://a:hunter2@10.0.0.7/x': 'front' }, 1],
  ])('%j leaves without it', (config, count) => {
    const { text, removed } = out(config as Record<string, unknown>)
    expect(text).not.toMatch(/hunter2|aHVudGVyMg|4711/)
    expect(removed).toHaveLength(count)
  })

  it('is found in the name, the description, the tests and keys that nobody knows', () => {
    const { text, removed } = out(
      {},
      { name: 'Yard password: hunter2', description: 'rtsp://u:hunter2@h.example/x', 'x-mine': { token: 'hunter2' } },
    )
    expect(text).not.toContain('hunter2')
    expect(removed.map(({ node, field }) => [node, field])).toEqual([
      [null, 'name'],
      [null, 'description'],
      [null, 'x-mine.token'],
    ])
  })

  it('is found again where nothing says that it is one', () => {
    const { text } = out({
      url: 'rtsp://admin:Kq7-strong@10.0.0.7/x',
      instruction: 'If asked, type Kq7-strong and wait',
    })
    expect(text).not.toContain('Kq7-strong')
    const known = out({ instruction: 'Knock with s3cr3t-knock, base64 czNjcjN0LWtub2Nr' }, {}, ['s3cr3t-knock'])
    expect(known.config.instruction).toBe('Knock with [removed], base64 [removed]')
  })

  it('leaves alone what only looks alike', () => {
    const config = {
      maxTokens: 5,
      contextTokens: 'many',
      hotkey: 'k',
      monkey: 'm',
      to: 'ana@example.org',
      connection: 'mail',
    }
    expect(out(config)).toMatchObject({ config, removed: [] })
  })
})

describe('a text that is made to be slow', () => {
  // Each of them took seconds with a pattern without bounds; one ended the request with a pattern that was too large.
  it.each([
    'a=',
    'sid=abcdefgh;',
    'password:\\',
    'password',
    '密码',
    'login a ',
    'mysql -p',
    '<pin ',
    'WIFI:P:',
    '：＠',
    '\\\\a:b',
  ])('of %j again and again costs little', (part) => {
    const text = part.repeat(60_000 / part.length)
    const before = process.cpuUsage()
    out({ instruction: text, url: `http://10.0.0.7/?${text}` })
    const { user, system } = process.cpuUsage(before)
    // A machine that does much else counts double and more.
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})

it('keeps the list of what an earlier export left out, and lists each place in words', () => {
  const flow = flowWith(
    { url: 'rtsp://a:hunter2@10.0.0.7/x' },
    { removed: [{ node: 'gone', field: 'x', what: 'text' }, 7] },
  )
  const shared = shareFlow(flow, new Map())
  expect(shared.removed).toEqual([
    { node: 'n', field: 'url', what: 'login', message: 'The user name and password in “url” of “n”' },
  ])
  expect(shareFlow(shared.document, new Map())).toEqual(shared)
})
