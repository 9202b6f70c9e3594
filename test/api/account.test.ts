// The owner's own affairs over HTTP: who is signed in, another password, tokens for scripts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { browserOf } from '../../runtime/accounts/sign-in-cookies.ts'
import { ownerPassword, startApi } from '../support/api-bench.ts'
import type { ApiBench, CallOptions } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string }
}

let bench: ApiBench
let owner: { cookie: string }
beforeEach(async () => {
  bench = await startApi(memoryApi())
  owner = await bench.signIn()
})
afterEach(() => bench.stop())

const asOwner = (options: CallOptions = {}): CallOptions => ({
  ...options,
  as: owner,
  headers: { origin: bench.url, ...options.headers },
})
const bearer = (token: string): CallOptions => ({ as: 'none', headers: { authorization: `Bearer ${token}` } })
const isIn = async (cookie: { cookie: string }): Promise<boolean> =>
  (await bench.call('GET', '/api/flows', { as: cookie })).status === 200

describe('who is signed in', () => {
  it('is listed by browser, and ended one by one or all but this one', async () => {
    const [phone, tablet] = [await bench.signIn(), await bench.signIn()]
    const list = async () =>
      (await bench.call<{ signIns: { id: string; isThis: boolean }[] }>('GET', '/api/sign-ins', { as: owner })).body
        .signIns
    const all = await list()
    expect(all).toHaveLength(3)
    expect(all.filter(({ isThis }) => isThis)).toHaveLength(1)
    // What the list tells opens nothing.
    const mine = all.find(({ isThis }) => isThis)?.id ?? ''
    expect(await isIn({ cookie: `heed_session=${mine}` })).toBe(false)
    const other = all.find(({ isThis }) => !isThis)?.id ?? ''
    expect((await bench.call('DELETE', `/api/sign-ins/${other}`, asOwner())).status).toBe(204)
    expect((await bench.call<Refusal>('DELETE', `/api/sign-ins/${other}`, asOwner())).body.error.code).toBe(
      'AUTH_SIGN_IN_GONE',
    )
    expect([await isIn(phone), await isIn(tablet)].filter(Boolean)).toHaveLength(1)
    expect((await bench.call('DELETE', '/api/sign-ins', asOwner())).body).toEqual({ ended: 1 })
    expect([await isIn(phone), await isIn(tablet), await isIn(owner)]).toEqual([false, false, true])
  })

  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/125.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['curl/8.5.0', 'curl'],
    [undefined, ''],
  ])('%s is called %s', (agent, name) => {
    expect(browserOf(agent)).toBe(name)
  })
})

describe('another password', () => {
  const change = (current: string, next: string) =>
    bench.call<Refusal & { ended: number }>('PUT', '/api/password', asOwner({ body: { current, next } }))

  it('wants the old one, and signs everybody else out', async () => {
    const elsewhere = await bench.signIn()
    expect((await change('not this one', 'four words in a row')).body.error.code).toBe('AUTH_PASSWORD_WRONG')
    expect((await change(ownerPassword, 'short')).body.error.code).toBe('AUTH_PASSWORD_WEAK')
    expect(await isIn(elsewhere)).toBe(true)
    expect((await change(ownerPassword, 'four words in a row')).body).toEqual({ ended: 1 })
    expect([await isIn(elsewhere), await isIn(owner)]).toEqual([false, true])
    const signIn = (password: string) => bench.call('POST', '/api/sign-in', { as: 'none', body: { password } })
    expect([(await signIn(ownerPassword)).status, (await signIn('four words in a row')).status]).toEqual([401, 200])
  })
})

describe('a token for a script', () => {
  const make = async (name = 'Home Assistant') =>
    (await bench.call<{ token: string; id: string }>('POST', '/api/tokens', asOwner({ body: { name } }))).body

  it('is shown once, opens the API, says when it was used, and no more once it is revoked', async () => {
    const { token, id } = await make()
    expect(token).toMatch(/^heed_[A-Za-z0-9_-]{43}$/)
    const list = async () => (await bench.call('GET', '/api/tokens', { as: owner })).body
    expect(await list()).toMatchObject({
      tokens: [{ id, name: 'Home Assistant', begins: token.slice(0, 10), usedAt: null }],
    })
    expect(JSON.stringify(await list())).not.toContain(token)
    expect((await bench.call('GET', '/api/flows', bearer(token))).status).toBe(200)
    expect(await list()).toMatchObject({ tokens: [{ usedAt: expect.stringMatching(/^20/) as string }] })
    expect((await bench.call('DELETE', `/api/tokens/${id}`, asOwner())).status).toBe(204)
    expect((await bench.call<Refusal>('GET', '/api/flows', bearer(token))).body.error.code).toBe('AUTH_TOKEN_WRONG')
    expect((await bench.call<Refusal>('DELETE', `/api/tokens/${id}`, asOwner())).body.error.code).toBe(
      'AUTH_TOKEN_GONE',
    )
  })

  it('makes no other, changes no password, sees no sign-in and runs no program: what leaks must not stay', async () => {
    const { token } = await make()
    const tries: [string, string, unknown?][] = [
      ['GET', '/api/tokens'],
      ['POST', '/api/tokens', { name: 'another' }],
      ['GET', '/api/sign-ins'],
      ['DELETE', '/api/sign-ins'],
      ['PUT', '/api/password', { current: ownerPassword, next: 'four words in a row' }],
      ['PUT', '/api/node-red', { isOn: true }],
      ['GET', '/node-red/'],
      ['POST', '/api/flows/any/stay'],
      ['POST', '/api/connections', { name: 'mine', kind: 'command', config: { command: 'sh' } }],
      ['POST', '/api/connections/mine/test', { kind: 'command', config: { command: 'sh' } }],
    ]
    for (const [method, path, body] of tries) {
      const refused = await bench.call<Refusal>(method, path, { ...bearer(token), ...(body ? { body } : {}) })
      expect([path, refused.status, refused.body.error.code]).toEqual([path, 403, 'AUTH_OWNER_ONLY'])
    }
    // The one from the environment is the owner's own.
    expect((await bench.call('GET', '/api/tokens')).status).toBe(200)
  })

  it('ends what was held open with it', async () => {
    const { token, id } = await make()
    const line = await bench.open('/api/live', bearer(token))
    const ended = new Promise((resolve) => line.once('close', resolve))
    line.resume()
    await bench.call('DELETE', `/api/tokens/${id}`, asOwner())
    await ended
  })
})
