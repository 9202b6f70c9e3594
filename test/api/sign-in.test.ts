// Signing in from the first link to the last session, over a real socket.
import { afterEach, describe, expect, it } from 'vitest'
import { ownerPassword, startApi } from '../support/api-bench.ts'
import type { ApiBench, CallOptions } from '../support/api-bench.ts'
import { createProxyTrust, isForwardedSecure } from '../../runtime/http/proxies.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string; message: string }
}

let bench: ApiBench
afterEach(() => bench.stop())

const dayMs = 24 * 3600_000

function tokenOf(link: string): string {
  return new URL(link).searchParams.get('token') ?? ''
}

function claim(token: string, password = ownerPassword, options: CallOptions = {}) {
  return bench.call<Refusal>('POST', '/api/sign-in/claim', { as: 'none', body: { token, password }, ...options })
}

function signIn(password: string, headers: Record<string, string> = {}) {
  return bench.call<Refusal>('POST', '/api/sign-in', { as: 'none', body: { password }, headers })
}

describe('the sign-in link', () => {
  it('makes the owner once and signs in with a cookie that scripts and other sites do not get', async () => {
    const deps = memoryApi()
    bench = await startApi(deps)
    expect((await bench.call('GET', '/api/me', { as: 'none' })).body).toEqual({ signedIn: false, hasOwner: false })
    const link = bench.api.createSignInLink()
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:1890\/sign-in\?token=[A-Za-z0-9_-]{43}$/)

    const answer = await claim(tokenOf(link))
    expect(answer.status).toBe(200)
    const cookie = answer.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(
      /^heed_session=[A-Za-z0-9_-]{43}; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    )
    const session = { cookie: cookie.split(';', 1)[0] ?? '' }
    expect((await bench.call('GET', '/api/me', { as: session })).body).toEqual({ signedIn: true, hasOwner: true })
    expect((await bench.call('GET', '/api/flows', { as: session })).status).toBe(200)

    expect((await claim(tokenOf(link))).body.error.code).toBe('AUTH_LINK_INVALID')
    // Neither the link, the session nor the password is kept as it was.
    const kept = JSON.stringify([[...deps.sessions.keys()], await deps.accounts.passwordHash(), deps.lines])
    for (const secret of [tokenOf(link), session.cookie.split('=')[1] ?? '?', ownerPassword])
      expect(kept).not.toContain(secret)
  })

  it('is replaced by the next one, and a made-up one is refused', async () => {
    bench = await startApi(memoryApi())
    const first = bench.api.createSignInLink()
    const second = bench.api.createSignInLink()
    expect((await claim(tokenOf(first))).status).toBe(401)
    expect((await claim('A'.repeat(43))).status).toBe(401)
    expect((await claim(tokenOf(second))).status).toBe(200)
  })

  it('says why a password is refused and stays valid', async () => {
    bench = await startApi(memoryApi())
    const token = tokenOf(bench.api.createSignInLink())
    const short = await claim(token, 'seven77')
    expect([short.status, short.body.error.code]).toEqual([400, 'AUTH_PASSWORD_WEAK'])
    expect(short.body.error.message).toMatch(/7 characters.*at least 8/)
    expect((await claim(token, 'aaaaaaaaaaaa')).body.error.code).toBe('AUTH_PASSWORD_WEAK')
    expect((await claim(token)).status).toBe(200)
  })

  it('lets one of two through who open it at the same moment', async () => {
    bench = await startApi(memoryApi())
    const token = tokenOf(bench.api.createSignInLink())
    const answers = await Promise.all([claim(token, 'the first of two'), claim(token, 'the second of two')])
    const [winner, other] = answers.map(({ status }) => status).sort()
    expect(winner).toBe(200)
    // It depends on how far the first one is: the link is used up, or the owner is there already.
    expect([401, 409]).toContain(other)
  })
})

describe('the password', () => {
  it('opens a session, and a wrong one does not', async () => {
    bench = await startApi(memoryApi())
    expect((await signIn(ownerPassword)).body.error.code).toBe('AUTH_NO_OWNER')
    await bench.signIn()
    const wrong = await signIn(`${ownerPassword} `)
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'AUTH_PASSWORD_WRONG'])
    expect(wrong.headers['set-cookie']).toBeUndefined()
    expect((await signIn(ownerPassword)).status).toBe(200)
  })

  it('lets the right one in after ten wrong ones of the same address, while wrong ones wait', async () => {
    const clock = fakeClock()
    bench = await startApi(memoryApi({ nowMs: clock.nowMs }))
    await bench.signIn()
    for (let n = 0; n < 10; n++) expect((await signIn(`wrong ${n}`)).status).toBe(401)
    const refused = await signIn('wrong again')
    expect([refused.status, refused.body.error.code, refused.headers['retry-after']]).toEqual([
      429,
      'AUTH_TOO_MANY_TRIES',
      '900',
    ])
    expect(refused.body.error.message).toContain('15 minutes')
    // Somebody else, as the proxy on this machine says.
    expect((await signIn('wrong once', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(401)
    expect((await signIn(ownerPassword)).status).toBe(200)
    for (let n = 0; n < 10; n++) await signIn(`wrong ${n}`)
    await clock.advance(15 * 60_000)
    expect((await signIn('wrong later')).status).toBe(401)
  })

  it('lets the right one in while the whole world guesses', async () => {
    bench = await startApi(memoryApi())
    await bench.signIn()
    for (let n = 0; n < 60; n++) await signIn(`wrong ${n}`, { 'x-forwarded-for': `203.0.113.${n}` })
    expect((await signIn('wrong', { 'x-forwarded-for': '198.51.100.1' })).status).toBe(429)
    expect((await signIn(ownerPassword, { 'x-forwarded-for': '198.51.100.1' })).status).toBe(200)
    const first = bench.api.createSignInLink()
    expect((await claim(tokenOf(first))).body.error.code).toBe('AUTH_OWNER_EXISTS')
  })

  it('lets a browser in that has signed in before, while others of its address fill every place', async () => {
    const rest = Promise.withResolvers<undefined>()
    const deps = memoryApi()
    bench = await startApi({ ...deps, sleep: () => rest.promise })
    await bench.signIn()
    const marks = (await signIn(ownerPassword)).headers['set-cookie']?.[1] ?? ''
    expect(marks).toMatch(
      /^heed_browser=[\w-]{22}\.[\w-]{43}; Max-Age=34560000; Path=\/api\/sign-in; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    )
    const known = { cookie: marks.split(';', 1)[0] ?? '' }
    for (let n = 0; n < 11; n++) await signIn(`wrong ${n}`)
    const waiting = Array.from({ length: 5 }, (_, n) => signIn(`wrong again ${n}`))
    await expect.poll(async () => (await signIn(ownerPassword)).body.error.message).toContain('Too many are trying')
    expect((await signIn(ownerPassword, known)).status).toBe(200)
    // A new browser that was sent away has a turn of its own at its next try; one that somebody made up is none.
    const away = await signIn(ownerPassword)
    expect([away.status, away.body.error.code, away.headers['retry-after']]).toEqual([429, 'AUTH_NO_PLACE', '1'])
    const turn = away.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? ''
    expect((await signIn(ownerPassword, { cookie: `${turn.slice(0, -2)}xx` })).body.error.code).toBe('AUTH_NO_PLACE')
    const fromNew = signIn(ownerPassword, { cookie: turn })
    // A mark that somebody made up is none, and a true one guesses no faster than anybody.
    expect((await signIn(ownerPassword, { cookie: `${known.cookie.slice(0, -2)}xx` })).status).toBe(429)
    for (let n = 0; n < 10; n++) expect((await signIn(`wrong ${n}`, known)).status).toBe(401)
    expect((await signIn('wrong', known)).status).toBe(429)
    rest.resolve(undefined)
    expect((await fromNew).status).toBe(200)
    await Promise.all(waiting)
  })

  it('counts guesses that come all at once', async () => {
    bench = await startApi(memoryApi())
    await bench.signIn()
    const answers = await Promise.all(Array.from({ length: 14 }, (_, n) => signIn(`guess number ${n}`)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4)
  })
})

describe('a session', () => {
  it('slides with use and ends 30 days after the last', async () => {
    const clock = fakeClock()
    bench = await startApi(memoryApi({ nowMs: clock.nowMs }))
    const session = await bench.signIn()
    const status = async () => (await bench.call('GET', '/api/flows', { as: session })).status
    await clock.advance(29 * dayMs)
    expect(await status()).toBe(200)
    await clock.advance(29 * dayMs)
    expect(await status()).toBe(200)
    await clock.advance(30 * dayMs)
    expect(await status()).toBe(401)
  })

  it('gets its cookie again when the editor opens', async () => {
    bench = await startApi(memoryApi())
    const session = await bench.signIn()
    expect((await bench.call('GET', '/api/me', { as: session })).headers['set-cookie']?.[0]).toContain(
      `${session.cookie}; Max-Age=2592000`,
    )
    expect((await bench.call('GET', '/api/me', { as: 'none' })).headers['set-cookie']).toBeUndefined()
  })

  it('is over after signing out, and so is its live feed; other sessions go on', async () => {
    bench = await startApi(memoryApi())
    const session = await bench.signIn()
    const other = await bench.signIn()
    const feed = await bench.open('/api/live', { as: session })
    const ended = new Promise((resolve) => {
      feed.once('end', resolve).resume()
    })
    const answer = await bench.call('POST', '/api/sign-out', { as: session, headers: { origin: bench.url } })
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^heed_session=; Max-Age=0/)
    await ended
    expect((await bench.call('GET', '/api/flows', { as: session })).status).toBe(401)
    expect((await bench.call('GET', '/api/flows', { as: other })).status).toBe(200)
  })

  it('has a Secure cookie over https', async () => {
    bench = await startApi(memoryApi({ isSecure: () => true }))
    const answer = await claim(tokenOf(bench.api.createSignInLink()))
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure/)
    expect(answer.headers['strict-transport-security']).toBe('max-age=15552000')
  })

  it('is judged by what a trusted proxy says of the browser', async () => {
    const isTrustedProxy = createProxyTrust(['172.18.0.2'])
    bench = await startApi(
      memoryApi({ isTrustedProxy, isSecure: (request) => isForwardedSecure(request, isTrustedProxy) }),
    )
    await bench.signIn()
    const origin = bench.url.replace('http:', 'https:')
    const over = await signIn(ownerPassword, { origin, 'x-forwarded-proto': 'https' })
    expect([over.status, over.headers['set-cookie']?.[0]]).toEqual([200, expect.stringContaining('; Secure')])
    expect((await signIn(ownerPassword, { origin })).body.error.code).toBe('AUTH_ORIGIN_REFUSED')
    expect((await signIn(ownerPassword)).headers['set-cookie']?.[0]).not.toContain('Secure')
  })
})
