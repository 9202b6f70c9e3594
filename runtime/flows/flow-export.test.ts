import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { withoutMarks } from '../../nodes/contract/own-logins.ts'
import { fileNameOf, withoutSecrets } from './flow-export.ts'

const flowWith = (config: Record<string, unknown>, more: Record<string, unknown> = {}): Flow => ({
  format: 'heed.flow/1',
  name: 'Yard',
  ...more,
  nodes: [{ id: 'n', type: 'any', version: 1, position: { x: 0, y: 0 }, config }],
  wires: [],
})
const given = (url: unknown): unknown => withoutSecrets(flowWith({ url })).nodes[0]?.config.url

describe('a flow to give away', () => {
  it.each([
    ['rtsp://admin:hunter2@10.0.0.7:554/stream2', 'rtsp://10.0.0.7:554/stream2'],
    ['rtsp://***@10.0.0.7/stream2', 'rtsp://10.0.0.7/stream2'],
    ['rtsp://admin:pa/ss#w?rd@10.0.0.7/stream2', 'rtsp://10.0.0.7/stream2'],
    ['http://10.0.0.7/video.cgi?user=admin&pwd=hunter2&size=2', 'http://10.0.0.7/video.cgi?user=admin&pwd=&size=2'],
    ['https://oapi.dingtalk.com/robot/send?access_token=hunter2', 'https://oapi.dingtalk.com/robot/send?access_token='],
    [
      'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2#a',
      'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=#a',
    ],
    ['https://hooks.slack.com/services/T0/B0/hunter2', 'https://hooks.slack.com/services/'],
    ['https://discord.com/api/webhooks/1/hunter2', 'https://discord.com/api/webhooks/'],
    ['https://api.telegram.org/bot1:hunter2/sendMessage', 'https://api.telegram.org/bot/sendMessage'],
    ['rtsp://admin:12#hunter2@10.0.0.7:554/x', 'rtsp://10.0.0.7:554/x'],
    ['rtsp://admin:2024/hunter2@10.0.0.7/x', 'rtsp://10.0.0.7/x'],
    ['rtsp://admin:my hunter2@10.0.0.7/x', 'rtsp://10.0.0.7/x'],
    ['admin:hunter2@10.0.0.7/x', '10.0.0.7/x'],
    ['srt://10.0.0.7:9000?passphrase=hunter2&mode=caller', 'srt://10.0.0.7:9000?passphrase=&mode=caller'],
    ['rtmp://10.0.0.7/live/hunter2', 'rtmp://10.0.0.7/live/'],
    ['the cam: rtsp://a:12 #hunter2@10.0.0.7/x, by the door', 'the cam: rtsp://10.0.0.7/x, by the door'],
    ['see rtsp://a:hunter2@10.0.0.7 and http://b:hunter2@10.0.0.8/x', 'see rtsp://10.0.0.7 and http://10.0.0.8/x'],
    ['https://example.org/hook?keyboard=1&monkey=2', 'https://example.org/hook?keyboard=1&monkey=2'],
    ['https://example.org/@ana/feed', 'https://example.org/@ana/feed'],
    ['mail ana@example.org', 'mail ana@example.org'],
    [7, 7],
  ])('%j becomes %j, and stays so', (url, clean) => {
    expect(given(url)).toBe(clean)
    expect(given(given(url))).toBe(clean)
  })

  it('holds no password wherever it stands, and keeps the rest', () => {
    const config = {
      password: 'hunter2',
      deep: [{ apiKey: 'hunter2', bot_token: 'hunter2', clientSecret: 'hunter2' }],
      maxTokens: 5,
      contextTokens: 'many',
      hotkey: 'k',
      monkey: 'm',
      to: 'ana@example.org',
      connection: 'mail',
    }
    const shared = withoutSecrets(
      flowWith(config, { description: 'At rtsp://u:hunter2@10.0.0.7', 'x-mine': { kept: [1, null] } }),
    )
    expect(JSON.stringify(shared)).not.toContain('hunter2')
    expect(shared).toMatchObject({ 'x-mine': { kept: [1, null] }, description: 'At rtsp://10.0.0.7' })
    expect(shared.nodes[0]?.config).toEqual({
      ...config,
      password: '',
      deep: [{ apiKey: '', bot_token: '', clientSecret: '' }],
    })
  })

  // Each took minutes while a run of letters was read anew from each of them.
  it.each(['a', 'a+', 'a.', '?a_', ';key', '@'])('reads a long text of "%s" in one go', (part) => {
    const long = `${part.repeat(400_000 / part.length)} x://y`
    expect(given(long)).toHaveLength(long.length)
    expect(withoutMarks(flowWith({ long })).nodes[0]?.config.long).toBe(long)
  })

  it('promises no password when it comes in', () => {
    expect(withoutMarks(flowWith({ url: 'rtsp://***@10.0.0.7/a', other: '***@x' })).nodes[0]?.config).toEqual({
      url: 'rtsp://10.0.0.7/a',
      other: '***@x',
    })
  })
})

it.each([
  ['Fall alert', 'fall-alert.heed.json'],
  ['  Großmutter / 2. Stock "x"\n', 'großmutter-2-stock-x.heed.json'],
  ['///', 'flow.heed.json'],
  ['../../etc/passwd', 'etc-passwd.heed.json'],
  ['看护', '看护.heed.json'],
])('%j is kept in the file %s', (name, file) => {
  expect(fileNameOf(name)).toBe(file)
})
