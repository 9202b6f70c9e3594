// What may be opened, and what may be said of it.
import { describe, expect, it } from 'vitest'
import { checkHost, hostOf, parseCameraUrl, redactUrls } from './address.ts'

describe('parseCameraUrl', () => {
  it('takes what cameras have and escapes what a password may hold', () => {
    expect(parseCameraUrl(' rtsp://u:p@ss@10.0.0.7:554/a b?c=1 ', 'rtsp').href).toBe('rtsp://u:p%40ss@10.0.0.7:554/a%20b?c=1')
    expect(hostOf(parseCameraUrl('http://u:p@cam.example/x', 'url'))).toBe('cam.example')
  })

  it('says what is wrong without saying the address', () => {
    for (const raw of ['rtsp:/geheim', 'rtsp://geheim%2f..', 'geheim', 'file:///geheim', 'rtsp:///geheim']) {
      expect(() => parseCameraUrl(raw, 'rtsp'), raw).toThrow(expect.objectContaining({ code: 'CAMERA_URL_INVALID', message: expect.not.stringContaining('geheim') }))
    }
  })
})

describe('checkHost', () => {
  it('lets cameras of the own network and of the own machine through', async () => {
    for (const url of ['rtsp://10.0.0.7/', 'rtsp://127.0.0.1:8554/', 'http://[::1]/', 'http://[fd12::7]/', 'rtsp://192.168.1.20/']) await checkHost(new URL(url))
  })

  it('names a host nobody knows', async () => {
    const lookup = async (): Promise<never> => { throw new Error('ENOTFOUND') }
    await expect(checkHost(new URL('rtsp://kitchen/'), lookup)).rejects.toMatchObject({ name: 'RetryableError', code: 'CAMERA_UNKNOWN_HOST', message: expect.stringContaining('"kitchen"') })
  })
})

describe('redactUrls', () => {
  it.each([
    ['rtsp://admin:geheim@10.0.0.7:554/live?x=geheim: Connection refused', 'rtsp://10.0.0.7:554: Connection refused'],
    ['[tcp @ 0x1] Connection to tcp://127.0.0.1:1?timeout=0 failed: no', '[tcp @ 0x1] Connection to tcp://127.0.0.1:1 failed: no'],
    ['Opening \'https://cam/geheim.ts\' for reading', 'Opening \'https://cam\' for reading'],
    ['rtsp://admin:ge/he@im@10.0.0.7/x failed', 'rtsp://10.0.0.7 failed'],
    ['no address here: 10:20', 'no address here: 10:20'],
  ])('cuts "%s"', (text, redacted) => expect(redactUrls(text)).toBe(redacted))
})
