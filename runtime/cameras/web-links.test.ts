// Addresses on their way to ffmpeg and back.
import { expect, it } from 'vitest'
import { linksIn, WebLinks } from './web-links.ts'

it('shows every address as http, and remembers where TLS was meant', () => {
  const links = new WebLinks()
  for (const [real, shown] of [
    ['https://cam.example/a?b=c', 'http://cam.example:443/a?b=c'],
    ['https://cam.example:8443/', 'http://cam.example:8443/'],
    ['https://[fd00::7]/x', 'http://[fd00::7]:443/x'],
    ['http://cam.example/a', 'http://cam.example/a'],
    ['http://cam.example:8080/', 'http://cam.example:8080/'],
  ] as const) {
    expect(links.plain(new URL(real))).toBe(shown)
    expect(links.real(new URL(shown))?.href).toBe(real)
  }
  expect(links.real(new URL('https://cam.example/'))).toBeUndefined()
})

it("leads a playlist's addresses through the guard, keys and parts too", () => {
  const links = new WebLinks()
  const text =
    '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/k?x=1,2"\n#EXTINF:5,\nhttps://cdn.example:444/1.ts\nsegment.ts\nhttp://plain.example/2.ts\n'
  expect(links.rewrite(text)).toBe(
    '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://keys.example:443/k?x=1,2"\n#EXTINF:5,\nhttp://cdn.example:444/1.ts\nsegment.ts\nhttp://plain.example/2.ts\n',
  )
  expect(links.real(new URL('http://cdn.example:444/1.ts'))?.protocol).toBe('https:')
})

it('finds the entries of a playlist that say how they are to be opened', () => {
  expect(
    linksIn(
      '#EXTM3U\r\nsegment.ts\r\n /a.ts\r\nfile:///etc/passwd\r\n  concat:a|b\r\n12:30.ts\r\n# http://comment\r\nhttp://x/y',
    ),
  ).toEqual(['file:///etc/passwd', 'concat:a|b', 'http://x/y'])
})

it("gives names in place of the secrets of a camera's address, which go back to that camera alone", () => {
  for (const real of [
    'http://cam.example/video.cgi?user=ana&pwd=p%40ss,w&x=1',
    'https://cam.example/hls/9f8a7d6e5c4b3a2f1e0d/list.m3u8?token=abc',
    'http://cam.example:81/live/9f8a7d6e5c4b3a2f1e0d.m3u8',
  ]) {
    const links = new WebLinks()
    let names = 0
    const shown = links.camera(new URL(real), () => `heed-${++names}`)
    expect(shown).not.toMatch(/p%40ss|9f8a|abc/)
    expect(links.real(new URL(shown))?.href).toBe(real)
    // As ffmpeg resolves what a playlist names beside itself.
    expect(links.real(new URL('1.ts', shown))?.href).toBe(new URL('1.ts', real).href)
    expect(links.real(new URL(shown.replace('cam.example', 'other.example')))?.href).toContain('heed-1')
  }
  expect(new WebLinks().camera(new URL('http://cam.example/a?b=c'), () => '')).toBe('http://cam.example/a?b=c')
})
