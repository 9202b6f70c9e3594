import { describe, expect, test } from 'vitest'
import { fillUrl, hiddenHost, hideInConfig } from './url-credentials.ts'

const hide = (url: string) => hideInConfig({ url }, 'cam')

describe('hiding credentials', () => {
  test.each([
    ['rtsp://admin:pw@10.0.0.5/stream', 'rtsp://***@10.0.0.5/stream', 'admin:pw', '10.0.0.5:554'],
    ['http://user@Host.Example:8080/a?b=c#d', 'http://***@Host.Example:8080/a?b=c#d', 'user', 'host.example:8080'],
    ['https://a:b@[fe80::1]:444/x', 'https://***@[fe80::1]:444/x', 'a:b', '[fe80::1]:444'],
    ['rtsp://admin:p@ss@10.0.0.5/s', 'rtsp://***@10.0.0.5/s', 'admin:p@ss', '10.0.0.5:554'],
    ['rtsp://admin:pa#s/s?x@10.0.0.5:554/s', 'rtsp://***@10.0.0.5:554/s', 'admin:pa#s/s?x', '10.0.0.5:554'],
    [' RTSP://a:b@h/s ', 'RTSP://***@h/s', 'a:b', 'h:554'],
  ])('finds them in %s', (url, stored, userinfo, host) => {
    const { config, found } = hide(url)
    expect(config.url).toBe(stored)
    expect(found).toEqual([{ node: 'cam', field: 'url', host, userinfo }])
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
    'fall.mp4',
    '',
  ])('leaves "%s" alone', (url) => {
    expect(hide(url)).toEqual({ config: { url }, found: [] })
  })

  test('names the field by its path', () => {
    expect(hideInConfig({ a: [{ b: 'http://u:p@h/' }] }, 'n').found[0]?.field).toBe('a.0.b')
  })
})

describe('putting them back', () => {
  test('encodes what would end the password early', () => {
    expect(fillUrl('rtsp://***@h/s', 'admin:pa#s/s?@x%20')).toBe('rtsp://admin:pa%23s%2Fs%3F%40x%20@h/s')
  })

  test('takes the mark out when there is nothing to put back', () => {
    expect(fillUrl('rtsp://***@h/s', undefined)).toBe('rtsp://h/s')
  })
})
