// What a camera over RTSP is asked in ffmpeg's place: signed as RFC 2617 and RFC 7616 say, once, with its own address.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { CameraLogin, loginIn } from './camera-login.ts'
import { RtspGate } from './rtsp-gate.ts'
import { RtspPlaying, RtspRequests } from './rtsp-requests.ts'
import { RtspSignIn } from './rtsp-sign-in.ts'

const signIn = (login: CameraLogin | undefined = new CameraLogin('admin', 'geheim', () => 'own')): RtspSignIn =>
  new RtspSignIn({ login, ours: 'rtsp://127.0.0.1:34567/', real: 'rtsp://10.0.0.7:554/' })
const request = (method: string, cseq: number, uri = 'rtsp://127.0.0.1:34567/live', more = ''): Buffer =>
  Buffer.from(`${method} ${uri} RTSP/1.0\r\nCSeq: ${cseq}\r\n${more}\r\n`, 'latin1')
const refusal = (cseq: number, challenge: string): string[] => [
  'RTSP/1.0 401 Unauthorized',
  `CSeq: ${cseq}`,
  `WWW-Authenticate: ${challenge}`,
]
const basic = 'Basic realm="camera"'
const digest = (nonce: string, more = ''): string => `Digest realm="camera", nonce="${nonce}"${more}`
const bytesOf = (lines: string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
const hash = (text: string, name = 'md5'): string => createHash(name).update(text).digest('hex')

describe('RtspSignIn', () => {
  it('says nothing before it is asked, then repeats the request and signs each further one', () => {
    const signed = signIn()
    expect(signed.ask(request('OPTIONS', 1)).toString()).toBe(
      'OPTIONS rtsp://10.0.0.7:554/live RTSP/1.0\r\nCSeq: 1\r\n\r\n',
    )
    const authorization = `Authorization: Basic ${Buffer.from('admin:geheim').toString('base64')}`
    expect(signed.again(refusal(1, basic))?.toString()).toBe(
      `OPTIONS rtsp://10.0.0.7:554/live RTSP/1.0\r\nCSeq: 1\r\n${authorization}\r\n\r\n`,
    )
    expect(signed.ask(request('DESCRIBE', 2, undefined, 'Accept: application/sdp\r\n')).toString()).toBe(
      `DESCRIBE rtsp://10.0.0.7:554/live RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n${authorization}\r\n\r\n`,
    )
  })

  it.each([
    ['', 'md5', ''],
    [', algorithm=MD5, qop="auth"', 'md5', '00000001:own:auth:'],
    [', algorithm=SHA-256, qop="auth,auth-int"', 'sha256', '00000001:own:auth:'],
  ])('answers Digest%s for the address that the camera sees', (more, name, counted) => {
    const signed = signIn()
    signed.ask(request('DESCRIBE', 1))
    const again = signed.again(refusal(1, digest('n1', more)))?.toString()
    const uri = 'rtsp://10.0.0.7:554/live'
    const response = hash(`${hash('admin:camera:geheim', name)}:n1:${counted}${hash(`DESCRIBE:${uri}`, name)}`, name)
    expect(again).toContain(`uri="${uri}"`)
    expect(again).toContain(`response="${response}"`)
  })

  it('puts a path back that ffmpeg does not know, with what ffmpeg adds to it', () => {
    const real = 'rtsp://10.0.0.7:554/cam?user=admin&password=geheim'
    const signed = new RtspSignIn({ login: undefined, ours: 'rtsp://127.0.0.1:34567/camera', real })
    const asked = (uri: string): string =>
      signed
        .ask(request('SETUP', 1, uri))
        .toString()
        .split(' ')[1] ?? ''
    expect(asked('rtsp://127.0.0.1:34567/camera')).toBe(real)
    expect(asked('rtsp://127.0.0.1:34567/camera/trackID=1')).toBe(`${real}/trackID=1`)
  })

  it('leaves the address that a camera gave itself as it is', () => {
    const own = 'rtsp://192.168.1.9/live/trackID=1'
    expect(
      signIn()
        .ask(request('SETUP', 1, own))
        .toString(),
    ).toContain(`SETUP ${own} RTSP/1.0`)
  })

  it('tries a wrong password once, and never again', () => {
    const signed = signIn()
    signed.ask(request('DESCRIBE', 1))
    expect(signed.again(refusal(1, digest('n1')))).toBeDefined()
    expect(signed.again(refusal(1, digest('n2')))).toBeUndefined()
    expect(signed.ask(request('DESCRIBE', 2)).toString()).not.toContain('Authorization')
    expect(signed.again(refusal(2, digest('n3')))).toBeUndefined()
  })

  it('takes a new question where the old one was stale, also the first time', () => {
    const signed = signIn()
    signed.ask(request('DESCRIBE', 1))
    signed.again(refusal(1, digest('n1')))
    expect(signed.again(refusal(1, digest('n2', ', stale=true')))?.toString()).toContain('nonce="n2"')
    expect(signed.again(refusal(1, digest('n3', ', stale=true')))).toBeUndefined()
  })

  it('renews what a later request is asked with', () => {
    const signed = signIn()
    signed.ask(request('DESCRIBE', 1))
    signed.again(refusal(1, digest('n1')))
    expect(signed.ask(request('SETUP', 2)).toString()).toContain('nonce="n1"')
    expect(signed.again(refusal(2, digest('n2')))?.toString()).toContain('nonce="n2"')
    expect(signed.ask(request('PLAY', 3)).toString()).toContain('nonce="n2"')
  })

  it('answers nothing where it has no login, cannot, or was not asked', () => {
    const open = new RtspSignIn({ login: undefined, ours: 'rtsp://127.0.0.1:34567/', real: 'rtsp://10.0.0.7:554/' })
    open.ask(request('DESCRIBE', 1))
    expect(open.again(refusal(1, basic))).toBeUndefined()
    const signed = signIn()
    signed.ask(request('DESCRIBE', 1))
    expect(signed.again(['RTSP/1.0 200 OK', 'CSeq: 1'])).toBeUndefined()
    expect(signed.again(refusal(7, basic))).toBeUndefined()
    expect(signed.again(refusal(1, 'Bearer realm="x"'))).toBeUndefined()
  })

  it('writes no header that a user name brings with it', () => {
    const signed = signIn(loginIn(new URL('rtsp://a%0d%0aX-Y:z@10.0.0.7/'), () => 'own'))
    signed.ask(request('DESCRIBE', 1))
    expect(signed.again(refusal(1, digest('n1')))?.toString()).not.toContain('X-Y')
  })
})

describe('a camera that asks for a password', () => {
  it('does not lead ffmpeg to ask again: the refusal is passed on without its question', () => {
    const signed = signIn()
    const gate = new RtspGate('10.0.0.7', signed)
    signed.ask(request('DESCRIBE', 1))
    const first = gate.push(bytesOf(refusal(1, basic)))
    expect(first.bytes).toHaveLength(0)
    expect(first.again?.toString()).toContain('Authorization: Basic')
    expect(gate.push(bytesOf(refusal(1, basic))).bytes.toString()).toBe('RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n')
  })

  it('may renew its question while it plays, between packets that pass untouched, cut anywhere', () => {
    const packet = Buffer.from('$\x00\x00\x1aRTSP/1.0 401 x\r\n\r\n$$\n\n\n\nab', 'latin1')
    const ok = bytesOf(['RTSP/1.0 200 OK', 'CSeq: 8', 'Content-Length: 2']).toString('latin1') + 'ab'
    const all = Buffer.concat([
      packet,
      bytesOf(refusal(9, digest('n2', ', stale=true'))),
      packet,
      Buffer.from(`noise\r\n${ok}`, 'latin1'),
      packet,
    ])
    for (const size of [1, 2, 7, 1000]) {
      const signed = signIn()
      signed.ask(request('DESCRIBE', 1))
      signed.again(refusal(1, digest('n1')))
      signed.ask(request('GET_PARAMETER', 9))
      const playing = new RtspPlaying(signed)
      let passed = '',
        again = ''
      for (let at = 0; at < all.length; at += size) {
        const next = playing.push(all.subarray(at, at + size))
        passed += next.bytes.toString('latin1')
        again += next.again?.toString('latin1') ?? ''
      }
      const text = packet.toString('latin1')
      expect(passed).toBe(`${text}${text}noise\r\n${ok}${text}`)
      expect(again).toMatch(/^GET_PARAMETER .*nonce="n2"/s)
    }
  })
})

describe('RtspRequests', () => {
  it('cuts requests and packets apart, however they come', () => {
    const packet = Buffer.from('$\x01\x00\x04\r\n\r\n', 'latin1')
    const body = Buffer.concat([request('SET_PARAMETER', 3, undefined, 'Content-Length: 3\r\n'), Buffer.from('a$b')])
    const parts = [request('PLAY', 1), packet, packet, body, request('TEARDOWN', 4)]
    const all = Buffer.concat(parts)
    for (const size of [1, 5, 1000]) {
      const requests = new RtspRequests()
      const found = []
      for (let at = 0; at < all.length; at += size) found.push(...requests.push(all.subarray(at, at + size)))
      expect(found.map(({ bytes }) => bytes.toString('latin1'))).toEqual(parts.map((each) => each.toString('latin1')))
      expect(found.map(({ isRequest }) => isRequest)).toEqual([true, false, false, true, true])
    }
  })
})

describe('loginIn', () => {
  it('reads what an address escapes, and leaves a stray "%" alone', () => {
    const header = (address: string): string | undefined => {
      const login = loginIn(new URL(address), () => 'own')
      login?.take([basic])
      return login?.header('GET', '/')
    }
    expect(header('rtsp://10.0.0.7/')).toBeUndefined()
    expect(header('rtsp://admin:5%b c%40@10.0.0.7/')).toBe(`Basic ${Buffer.from('admin:5%b c@').toString('base64')}`)
  })
})
