// The answers that RFC 2617 and RFC 7616 give as examples, and what cameras do besides.
import { describe, expect, it } from 'vitest'
import { CameraLogin } from './camera-login.ts'

const mufasa = (password: string, nonce: string): CameraLogin => new CameraLogin('Mufasa', password, () => nonce)
const rfc2617 =
  'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
const rfc7616 = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`

describe('CameraLogin', () => {
  it('says nothing before it is asked', () => {
    expect(mufasa('x', 'n').header('GET', '/')).toBeUndefined()
  })

  it('answers Basic, also with what an address must escape', () => {
    const login = new CameraLogin('admin', 'ge:heim/@1 %', () => '')
    expect(login.take(['Basic realm="camera"'])).toBe(true)
    expect(login.header('GET', '/')).toBe(`Basic ${Buffer.from('admin:ge:heim/@1 %').toString('base64')}`)
  })

  it.each([
    ['RFC 2617', mufasa('Circle Of Life', '0a4f113b'), rfc2617, '6629fae49393a05397450978507c4ef1'],
    [
      'RFC 7616 with MD5',
      mufasa('Circle of Life', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'),
      rfc7616('MD5'),
      '8ca523f5e9506fed4657c9700eebdbec',
    ],
    [
      'RFC 7616 with SHA-256',
      mufasa('Circle of Life', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'),
      rfc7616('SHA-256'),
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
  ])('answers Digest as in %s', (_where, login, challenge, response) => {
    expect(login.take([challenge])).toBe(true)
    expect(login.header('GET', '/dir/index.html')).toContain(`response="${response}"`)
    expect(login.header('GET', '/dir/index.html')).toContain('nc=00000002')
  })

  it('prefers Digest, in whatever order and however many headers', () => {
    for (const headers of [
      ['Basic realm="a", Digest realm="b", nonce="c"'],
      ['Digest realm="b", nonce="c"', 'Basic realm="a"'],
    ]) {
      const login = mufasa('x', 'n')
      login.take(headers)
      expect(login.header('GET', '/')).toMatch(/^Digest username="Mufasa", realm="b", nonce="c"/)
    }
  })

  it.each([
    [[]],
    [['Bearer realm="x"']],
    [['Digest realm="x", nonce="y", algorithm=SHA-512-256']],
    [['Digest realm="x", nonce="y", qop="auth-int"']],
  ])('does not answer %j', (headers) => {
    expect(mufasa('x', 'n').take(headers)).toBe(false)
  })
})
