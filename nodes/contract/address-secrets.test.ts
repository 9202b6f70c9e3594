import { describe, expect, it } from 'vitest'
import { fillAddress, hiddenIn, hideInAddress, withoutSecret } from './address-secrets.ts'

const word = 'Zq7Secret9x'

describe('an address where one is asked for', () => {
  it.each([
    ['a camera behind a relay, as a value', `http://nvr:1984/api/frame.jpeg?src=rtsp://admin:${word}@10.0.0.7/x&w=5`],
    ['the same, encoded', `http://nvr:1984/x?src=rtsp%3A%2F%2Fadmin%3A${word}%4010.0.0.7%2Fx`],
    ['a camera behind a relay, in the path', `http://nvr/rtsp://admin:${word}@10.0.0.7/x`],
    ['name and password in one value', `http://10.0.0.7/snap?login=admin:${word}`],
    ['a code', `http://10.0.0.7/open?code=${word}`],
    ['a code of a door, its name in one word', `http://10.0.0.7/open?doorcode=${word}`],
    ['a hash', `http://10.0.0.7/snap?channel=1&hash=${word}`],
    ['a name written in signs', `http://10.0.0.7/snap?pass%77ord=${word}`],
    ['a name written in nothing but signs', `http://10.0.0.7/snap?%74%6F%6b%65%6e=${word}`],
    ['a short key in the path', `http://10.0.0.7/key/${word.slice(0, 11)}/alarm`],
    ['a session of a Java server', `http://10.0.0.7/snap;jsessionid=${word}`],
    ['a stream of UniFi', `rtsps://10.0.0.1:7441/${word}?enableSrtp`],
    ['another trigger of IFTTT', `https://maker.ifttt.com/use/${word}`],
    ['a topic that everybody may read', `https://ntfy.sh/${word}`],
    ['a name with a blank', `ana maria:${word} two@10.0.0.7/x`],
    ['a slip in the scheme', `rtsp//admin:${word}@10.0.0.7/x`],
    ['a line break from a letter', `rtsp://admin:${word}\n@10.0.0.7/x`],
    ['a percent sign in the password', `rtsp://admin:50%${word}%zz@cam.local:554/x`],
    ['a zone of an IPv6 address', `rtsp://admin:12#${word}@[fe80::1%eth0]:554/x`],
    ['a host of another alphabet', `rtsp://admin:12#${word}@камера.рф:554/x`],
  ])('hides %s, and gives it back', (_what, address) => {
    const hidden = hideInAddress(address, true)
    expect(hidden?.text).not.toContain(word)
    const secrets = new Map(hidden?.secrets.map(({ slot, value }) => [slot, value]))
    expect(hiddenIn(hidden?.text ?? '')?.slots).toEqual([...secrets.keys()])
    expect(fillAddress(hidden?.text ?? '', secrets)).toContain(word)
    expect(withoutSecret(address, true)).not.toContain(word)
  })

  it.each([
    'http://nvr:1984/api/frame.jpeg?src=rtsp://10.0.0.7/x',
    'http://10.0.0.7/snap?user=admin&size=2',
    'https://example.org/a?next=https://example.org/b@c',
    'rtsps://10.0.0.1:322/live',
    'https://weather.example/now?code=DE&key%20words=rain',
    'https://example.org/auth/login',
    'https://example.org/%E6%91%84%E5%83%8F%E5%A4%B4/1?hash=no',
  ])('leaves %s as it is', (address) => {
    expect(hideInAddress(address, true)?.secrets).toEqual([])
  })
})
