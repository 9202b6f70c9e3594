// What passes from a camera to ffmpeg before it plays, however it is written and cut.
import { describe, expect, it } from 'vitest'
import { RtspGate } from './rtsp-gate.ts'

const ok = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n'
const push = (text: string): { text: string; refused: unknown } => {
  const { bytes, refused } = new RtspGate('10.0.0.7').push(Buffer.from(text, 'latin1'))
  return { text: bytes.toString('latin1'), refused }
}

describe('RtspGate', () => {
  it('passes answers, requests and packets on as they are, cut anywhere', () => {
    const packet = '$\x00\x00\x03abc'
    const all = `${ok}${packet}OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 2\r\n\r\n\r\n${ok}`
    for (const size of [1, 2, 7, 1000]) {
      const gate = new RtspGate('10.0.0.7')
      let passed = ''
      for (let at = 0; at < all.length; at += size)
        passed += gate.push(Buffer.from(all.slice(at, at + size), 'latin1')).bytes.toString('latin1')
      expect(passed + gate.rest.toString('latin1')).toBe(all)
    }
  })

  it.each([
    ['RTSP/1.0 302 Moved\r\nLocation: rtsp://10.0.0.9/live\r\n\r\n', 'rtsp://10.0.0.9/live'],
    ['RTSP/1.0 301\nlocation:rtsp://10.0.0.9/live\n\n', 'rtsp://10.0.0.9/live'],
    ['RTSP/1.0 305 Use Proxy\r\n\r\n', ''],
  ])('lets no redirect through: %j', (text, to) => {
    expect(push(`${ok}${text}`)).toEqual({ text: ok, refused: { kind: 'redirect', to } })
  })

  it.each([
    'RTSP/1.0  302 Moved\r\n\r\n',
    'RTSP/1.0 +302 Moved\r\n\r\n',
    'RTSP/1.0\t302 Moved\r\n\r\n',
    ' RTSP/1.0 302 Moved\r\n\r\n',
    'RTSP/1.0 0302 Moved\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: 4\r\nContent-Length: 400\r\n\r\nabcd',
    'RTSP/1.0 200 OK\r\nContent-Length: 0x10\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n',
    'RTSP/1.0 200 OK\r\n$\0\0\x04\r\n\r\n',
  ])('passes nothing that ffmpeg may read differently: %j', (text) => {
    expect(push(text)).toEqual({ text: '', refused: { kind: 'broken' } })
  })

  it('does not wait for ever for the end of an answer', () => {
    expect(push(`RTSP/1.0 200 OK\r\n${'x'.repeat(300_000)}`).refused).toEqual({ kind: 'broken' })
  })

  it('has reports over UDP sent to the camera, whatever it says, and lets no multicast through', () => {
    const setup = (transport: string): string => `RTSP/1.0 200 OK\r\nTransport: ${transport}\r\n\r\n`
    expect(push(setup('RTP/AVP/UDP;unicast;source=169.254.169.254;server_port=53-54')).text).toBe(
      setup('RTP/AVP/UDP;unicast;server_port=53-54;source=10.0.0.7'),
    )
    expect(push(setup('RTP/AVP;unicast;client_port=5000-5001')).text).toBe(
      setup('RTP/AVP;unicast;client_port=5000-5001;source=10.0.0.7'),
    )
    expect(push(setup('RTP/AVP/TCP;unicast;interleaved=0-1')).text).toBe(setup('RTP/AVP/TCP;unicast;interleaved=0-1'))
    expect(push(setup('RTP/AVP;multicast;destination=10.0.0.9;port=1-2')).refused).toEqual({
      kind: 'multicast',
      to: '10.0.0.9',
    })
  })

  it('knows when ffmpeg plays, and is not fooled by a path that a camera has chosen', () => {
    const gate = new RtspGate('10.0.0.7')
    expect(gate.asksToPlay(Buffer.from('SETUP rtsp://x/PLAY rtsp://y RTSP/1.0\r\nTransport: x'))).toBe(false)
    expect(gate.asksToPlay(Buffer.from('PLAY rtsp://x RTSP/1.0\r\n\r\n'))).toBe(false)
    expect(gate.asksToPlay(Buffer.from('PLAY rtsp://x RTSP/1.0\r\n\r\n'))).toBe(true)
  })
})
