// What may be opened, and what may be said of it.
import { describe, expect, it } from 'vitest'
import { hostOf, parseCameraUrl, redactUrls } from './address.ts'

describe('parseCameraUrl', () => {
  it('takes what cameras have and escapes what a password may hold', () => {
    expect(parseCameraUrl(' rtsp://u:p@ss@10.0.0.7:554/a b?c=1 ', 'rtsp').href).toBe(
      'rtsp://u:p%40ss@10.0.0.7:554/a%20b?c=1',
    )
    expect(hostOf(parseCameraUrl('http://u:p@cam.example/x', 'url'))).toBe('cam.example')
  })

  it('says what is wrong without saying the address', () => {
    for (const raw of ['rtsp:/geheim', 'rtsp://geheim%2f..', 'geheim', 'file:///geheim', 'rtsp:///geheim']) {
      expect(() => parseCameraUrl(raw, 'rtsp'), raw).toThrow(
        expect.objectContaining({ code: 'CAMERA_URL_INVALID', message: expect.not.stringContaining('geheim') }),
      )
    }
  })
})

describe('redactUrls', () => {
  it.each([
    ['rtsp://admin:geheim@10.0.0.7:554/live?x=geheim: Connection refused', 'rtsp://10.0.0.7:554: Connection refused'],
    [
      '[tcp @ 0x1] Connection to tcp://127.0.0.1:1?timeout=0 failed: no',
      '[tcp @ 0x1] Connection to tcp://127.0.0.1:1 failed: no',
    ],
    ["Opening 'https://cam/geheim.ts' for reading", "Opening 'https://cam' for reading"],
    ['rtsp://admin:ge/he@im@10.0.0.7/x failed', 'rtsp://10.0.0.7 failed'],
    ['no address here: 10:20', 'no address here: 10:20'],
  ])('cuts "%s"', (text, redacted) => expect(redactUrls(text)).toBe(redacted))
})
