import { describe, expect, it } from 'vitest'
import { createLog, hideByShape } from './log.ts'

function openLog() {
  const lines: string[] = []
  const log = createLog({
    level: 'info',
    process: 'server',
    destination: {
      write: (line) => {
        lines.push(line)
      },
    },
  })
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('the log', () => {
  it("writes one JSON line per entry with level, time and its child's fields", () => {
    const { log, entries } = openLog()
    log.child({ session: 's1' }).warn({ node: 'cam' }, 'the camera is gone')
    log.debug({}, 'not wanted')
    expect(entries()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        process: 'server',
        session: 's1',
        node: 'cam',
        msg: 'the camera is gone',
      },
    ])
  })

  it('hides secrets by the name of their field, however deep, and leaves numbers that only sound like them', () => {
    const { log, entries } = openLog()
    log.info(
      {
        headers: { Authorization: 'Bearer abc', cookie: 'a=b' },
        connection: { name: 'x', secret: { apiKey: 'k', user: 'u' } },
        list: [{ password: 'p' }],
        visualTokens: 72,
        token: undefined,
      },
      'x',
    )
    expect(entries()[0]).toMatchObject({
      headers: { Authorization: '***', cookie: '***' },
      connection: { name: 'x', secret: '***' },
      list: [{ password: '***' }],
      visualTokens: 72,
    })
  })

  it.each([
    'rtsp://admin:12#hunter2@10.0.0.7/x',
    'http://admin:2024/hunter2@10.0.0.7/x',
    'rtsp://admin:a"b\\hunter2@10.0.0.7/x',
    'rtsp://admin:1 hunter2@10.0.0.7/x',
    'srt://10.0.0.7:1?passphrase=hunter2',
    'rtmp://10.0.0.7/live/hunter2',
    'https://hooks.slack.com/services/T0/hunter2',
  ])('keeps the secret of %s out, and the line whole', (address) => {
    const { log, lines, entries } = openLog()
    log.warn({ address, err: new Error(`cannot open ${address}`) }, `gone: ${address}`)
    expect(lines.join('')).not.toContain('hunter2')
    expect(lines.join('')).toMatch(/^\{.*\}\n$/)
    expect(entries()[0]?.msg).toContain('gone: ')
  })

  it('hides them by their shape in texts, in errors and in their causes', () => {
    const { log, lines, entries } = openLog()
    const cause = new Error('401 from rtsp://admin:hunter2@10.0.0.7:554/ch1')
    log.error(
      {
        err: new Error('cannot open http://admin:hunter2@cam/x?token=hunter2', { cause }),
        url: 'rtsp://admin:hunter2@10.0.0.7/ch1',
      },
      'opening rtsp://u:hunter2@h failed with Bearer hunter2hunter2',
    )
    expect(lines.join('')).not.toContain('hunter2')
    expect(entries()[0]).toMatchObject({
      url: 'rtsp://***@10.0.0.7/ch1',
      msg: 'opening rtsp://***@h failed with Bearer ***',
    })
  })

  it.each([
    ['postgres://heed:p@ss@db:5432/heed', 'postgres://***@db:5432/heed'],
    ['rtsp://admin:a/b?c@10.0.0.7:554/x', 'rtsp://***@10.0.0.7:554/x'],
    ['rtsp://10.0.0.7:554/x and mail a@b.c', 'rtsp://10.0.0.7:554/x and mail a@b.c'],
    ['http://10.0.0.7/snap?user=u&password=p&x=1', 'http://10.0.0.7/snap?user=u&password=***&x=1'],
    ['heed_session=abc_DEF-1; theme=dark', 'heed_session=***; theme=dark'],
    ['tokens=12 at http://h/p', 'tokens=12 at http://h/p'],
  ])('turns %s into %s', (line, safe) => {
    expect(hideByShape(line)).toBe(safe)
  })
})
