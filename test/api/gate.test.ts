// Walks every registered route as a stranger and as a page from elsewhere: what is new is covered without being named here.
import type { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicRoutes } from '../../runtime/http/gate.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Layer {
  name: string
  handle: unknown
  route?: { path: string | string[]; methods: Record<string, boolean> }
}

interface RegisteredRoute {
  method: string
  pattern: string
  path: string
}

/** Every route of the app. Routers may only be mounted where this walk looks: one, at /api. */
function walkRoutes(bench: ApiBench): RegisteredRoute[] {
  const layersOf = (router: unknown): Layer[] => (router as { stack: Layer[] }).stack
  const app = layersOf((bench.api.app as unknown as { router: Router }).router)
  const routers = app.filter((layer) => Array.isArray((layer.handle as { stack?: unknown }).stack))
  expect(routers).toHaveLength(1)
  const inner = layersOf(routers[0]?.handle)
  expect(inner.filter((layer) => Array.isArray((layer.handle as { stack?: unknown }).stack))).toEqual([])
  const read = (layers: Layer[], prefix: string): RegisteredRoute[] =>
    layers.flatMap(({ route }) => {
      if (!route) return []
      return Object.keys(route.methods).flatMap((method) =>
        [route.path].flat().map((path) => {
          const pattern = `${prefix}${path}`
          return { method: method.toUpperCase(), pattern, path: pattern.replace(/[:*][A-Za-z]+/g, '1') }
        }),
      )
    })
  return [...read(inner, '/api'), ...read(app, '')]
}

describe('the gate', () => {
  let bench: ApiBench
  let routes: RegisteredRoute[]
  let owner: { cookie: string }

  beforeAll(async () => {
    bench = await startApi(memoryApi())
    routes = walkRoutes(bench)
    owner = await bench.signIn()
  })
  afterAll(() => bench.stop())

  const closedRoutes = () => routes.filter(({ method, pattern }) => !publicRoutes.includes(`${method} ${pattern}`))

  it('finds the routes it is to guard', () => {
    const names = routes.map(({ method, pattern }) => `${method} ${pattern}`)
    expect(names).toEqual(
      expect.arrayContaining([
        'GET /metrics',
        'GET /api/health',
        'GET /api/nodes',
        'POST /api/flows',
        'PUT /api/flows/:id',
        'POST /api/flows/:id/deploy',
        'GET /api/live',
        'POST /api/media',
        'DELETE /api/connections/:name',
        'GET /api/streams/:id/live',
        'POST /api/cameras/test',
        'POST /api/events/:id/acknowledge',
      ]),
    )
    expect(names.length).toBeGreaterThan(35)
  })

  it('makes only what signing in and the link of a message need public', () => {
    const names = routes.map(({ method, pattern }) => `${method} ${pattern}`)
    expect(names.filter((name) => publicRoutes.includes(name)).sort()).toEqual([
      'GET /api/acknowledge/:token',
      'GET /api/acknowledge/:token/frame',
      'GET /api/health',
      'GET /api/me',
      'GET /api/node-red/pictures/:token',
      'POST /api/acknowledge/:token',
      'POST /api/sign-in',
      'POST /api/sign-in/claim',
    ])
  })

  it.each([
    ['nothing', {}],
    ['a wrong token', { authorization: 'Bearer test-token-with-owner-right' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic dGVzdC10b2tlbi13aXRoLW93bmVyLXJpZ2h0cw==' }],
    ['an unknown session', { cookie: `heed_session=${'A'.repeat(43)}` }],
  ])('answers 401 in the envelope on every route to a caller with %s', async (_what, headers) => {
    for (const { method, path } of closedRoutes()) {
      const answer = await bench.call<{ error: { code: string; requestId: string } }>(method, path, {
        as: 'none',
        headers,
        ...(method === 'GET' ? {} : { body: {} }),
      })
      expect([method, path, answer.status]).toEqual([method, path, 401])
      expect(answer.body.error.code).toMatch(/^AUTH_(REQUIRED|TOKEN_WRONG)$/)
      expect(answer.body.error.requestId).toBe(answer.headers['x-request-id'])
    }
  })

  it('answers 401 to other methods, unknown routes and other spellings as well', async () => {
    const probes = [
      ['OPTIONS', '/api/flows'],
      ['HEAD', '/api/live'],
      ['PATCH', '/api/flows/1'],
      ['GET', '/api'],
      ['GET', '/api/templates'],
      ['GET', '/API/flows'],
      ['GET', '/api/flows/'],
      ['GET', '/api/health/../flows'],
      ['POST', '/api/sign-in/'],
      ['POST', '/api/me'],
      ['GET', '/Metrics'],
      ['GET', '/metrics/'],
      ['POST', '/api/health'],
    ] as const
    for (const [method, path] of probes) {
      expect([method, path, (await bench.call(method, path, { as: 'none' })).status]).toEqual([method, path, 401])
    }
  })

  it.each([
    ['from another origin', { origin: 'https://evil.example' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['from a page without an origin', { origin: 'null' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1890' }],
    ['without any sign of its origin', {}],
  ])("answers 403 to a change with the owner's cookie %s", async (_what, headers) => {
    for (const { method, path } of closedRoutes().filter((route) => route.method !== 'GET')) {
      const answer = await bench.call<{ error: { code: string } }>(method, path, { as: owner, headers, body: {} })
      expect([method, path, answer.status, answer.body.error.code]).toEqual([method, path, 403, 'AUTH_ORIGIN_REFUSED'])
    }
  })

  it('refuses signing in from another origin too', async () => {
    for (const path of ['/api/sign-in', '/api/sign-in/claim']) {
      expect(
        (await bench.call('POST', path, { as: 'none', headers: { origin: 'https://evil.example' }, body: {} })).status,
      ).toBe(403)
    }
  })

  it("lets the owner's own page change things, and a token without an origin", async () => {
    const flow = { format: 'heed.flow/1', name: 'Mine', nodes: [], wires: [] }
    expect(
      (await bench.call('POST', '/api/flows', { as: owner, headers: { origin: bench.url }, body: flow })).status,
    ).toBe(201)
    expect(
      (await bench.call('POST', '/api/flows', { as: owner, headers: { 'sec-fetch-site': 'same-origin' }, body: flow }))
        .status,
    ).toBe(201)
    expect((await bench.call('POST', '/api/flows', { body: flow })).status).toBe(201)
  })

  it.each(['evil.example', 'evil.example:1890', '127.0.0.1.evil.example', 'localhost@evil.example', '192.168.1.5'])(
    'answers nothing under the name “%s” over loopback',
    async (host) => {
      for (const path of ['/', '/api/health', '/api/flows']) {
        const answer = await bench.call<{ error?: { code: string } }>('GET', path, { headers: { host } })
        expect(answer.status).toBe(403)
        expect(answer.body.error?.code).toBe('AUTH_HOST_REFUSED')
      }
    },
  )

  it.each(['localhost', 'localhost:1890', '127.0.0.1', '[::1]:1890', 'heed.localhost'])(
    'answers under the name “%s”',
    async (host) => {
      expect((await bench.call('GET', '/api/health', { headers: { host } })).status).toBe(200)
    },
  )
})

describe('the gate without HEED_TOKEN', () => {
  it('takes no bearer at all', async () => {
    const bench = await startApi({ ...memoryApi(), token: undefined })
    try {
      for (const authorization of ['Bearer undefined', 'Bearer ', 'Bearer x']) {
        expect((await bench.call('GET', '/api/flows', { as: 'none', headers: { authorization } })).status).toBe(401)
      }
    } finally {
      await bench.stop()
    }
  })
})
