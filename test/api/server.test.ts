// What is the same for every answer: headers, the envelope, the editor's files, starting and stopping.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { BugError, FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { createApp } from '../../runtime/http/app.ts'
import { createHttpServer } from '../../runtime/http/http-server.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string; message: string; problems: unknown[]; requestId: string }
}

let bench: ApiBench | undefined
const folders: string[] = []
afterEach(async () => {
  await bench?.stop()
  bench = undefined
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function makeEditor(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heed-editor-'))
  folders.push(folder)
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Heed</title>')
  writeFileSync(join(folder, 'assets', 'app-4f2a.js'), 'export {}')
  writeFileSync(join(folder, 'icon.svg'), '<svg/>')
  writeFileSync(join(folder, '.env'), 'SECRET=1')
  return folder
}

describe('the envelope', () => {
  it.each([
    ['a body that is not JSON', '{"a":', 400, 'HTTP_JSON_INVALID'],
    ['a body that is too large', `"${'x'.repeat(2_200_000)}"`, 413, 'HTTP_BODY_TOO_LARGE'],
    ['no body', undefined, 400, 'HTTP_BODY_MISSING'],
  ])('holds the answer to %s', async (_what, body, status, code) => {
    bench = await startApi(memoryApi())
    const answer = await bench.call<Refusal>('POST', '/api/flows', body === undefined ? {} : { body })
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    expect(Object.keys(answer.body)).toEqual(['error'])
    expect(Object.keys(answer.body.error)).toEqual(['code', 'message', 'problems', 'requestId'])
  })

  it('takes less from somebody who is not signed in', async () => {
    bench = await startApi(memoryApi())
    expect(
      (await bench.call('POST', '/api/sign-in', { as: 'none', body: { password: 'x'.repeat(20_000) } })).status,
    ).toBe(413)
  })

  it.each([
    ['POST', '/api/connections', '{"name":"x","kind":"webhook","config":{"a":', '}}'],
    ['POST', '/api/flows', '{"x":', '}'],
    ['POST', '/api/cameras/test', '{"config":{"a":', '}}'],
    ['POST', '/api/sign-in', '{"password":', '}'],
  ])('refuses lists without end at %s %s, before anybody walks through them', async (method, path, head, tail) => {
    bench = await startApi(memoryApi())
    const body = head + '['.repeat(7_000) + ']'.repeat(7_000) + tail
    const answer = await bench.call<Refusal>(method, path, { body })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'HTTP_TOO_DEEP'])
    const words = await bench.call<Refusal>(method, path, { body: `{"x":"${'['.repeat(7_000)}"}` })
    expect(words.body.error?.code).not.toBe('HTTP_TOO_DEEP')
  })

  it('writes a mistake of its own to the log also when it has read a body before', async () => {
    const deps = memoryApi()
    deps.flows.create = () => Promise.reject(new TypeError('a bug'))
    bench = await startApi(deps)
    const flow = { format: 'heed.flow/1', name: 'x', nodes: [], wires: [] }
    const answer = await bench.call<Refusal>('POST', '/api/flows', {
      body: flow,
      headers: { 'x-request-id': 'mine-2' },
    })
    expect([answer.status, answer.body.error.requestId]).toEqual([500, 'mine-2'])
    expect(deps.lines.find(({ text }) => text === 'request failed')?.fields).toMatchObject({ requestId: 'mine-2' })
  })

  it.each([
    ['a bug', new TypeError('secret detail at /srv/heed/store.ts'), 500, 'INTERNAL'],
    ['a broken invariant', new BugError('secret detail'), 500, 'INTERNAL'],
    ['a statement refused', new FatalError('DB_FAILED', 'secret detail'), 500, 'INTERNAL'],
    ['a thrown string', 'secret detail', 500, 'INTERNAL'],
    ['a lost key', new FatalError('SECRET_KEY_WRONG', 'Sealed with another key.'), 500, 'SECRET_KEY_WRONG'],
    [
      'a database that is away',
      new RetryableError('DB_UNREACHABLE', 'The database did not answer.', { retryAfterMs: 4200 }),
      503,
      'DB_UNREACHABLE',
    ],
  ])('says no more than it should of %s', async (_what, thrown, status, code) => {
    const deps = memoryApi()
    deps.flows.list = () => Promise.reject(thrown as Error)
    bench = await startApi(deps)
    const answer = await bench.call<Refusal>('GET', '/api/flows', { headers: { 'x-request-id': 'mine-1' } })
    expect([
      answer.status,
      answer.body.error.code,
      answer.body.error.requestId,
      answer.headers['x-request-id'],
    ]).toEqual([status, code, 'mine-1', 'mine-1'])
    expect(answer.bytes.toString()).not.toMatch(/secret detail|\.ts/)
    if (status === 503) expect(answer.headers['retry-after']).toBe('5')
    expect(deps.lines.find(({ text }) => text !== 'request')).toMatchObject({
      level: status === 503 ? 'warn' : 'error',
      fields: { requestId: 'mine-1' },
    })
    expect(deps.lines.find(({ text }) => text === 'request')).toMatchObject({
      fields: { method: 'GET', path: '/api/flows', status, code },
    })
  })

  it('holds the answer to an unknown address and to one that cannot be read', async () => {
    bench = await startApi(memoryApi())
    expect((await bench.call<Refusal>('GET', '/api/nothing-here')).body.error).toMatchObject({
      code: 'HTTP_NOT_FOUND',
      message: 'There is no GET /api/nothing-here in this API.',
    })
    expect((await bench.call('PATCH', '/api/flows/1')).status).toBe(404)
    const broken = await bench.call<Refusal>('GET', '/api/flows/%E0%A4%A')
    expect([broken.status, broken.body.error.code]).toEqual([400, 'HTTP_REQUEST_INVALID'])
  })

  it('never logs a query or makes up a request id from what cannot be one', async () => {
    const deps = memoryApi()
    bench = await startApi(deps)
    const answer = await bench.call('GET', '/api/flows?token=very-secret', { headers: { 'x-request-id': 'a b"c' } })
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(deps.lines)).not.toContain('very-secret')
    expect(deps.lines).toMatchObject([{ fields: { path: '/api/flows', status: 200, by: 'token' } }])
  })
})

describe('every answer', () => {
  it('carries headers that keep pages elsewhere out', async () => {
    bench = await startApi(memoryApi({ editorDir: makeEditor() }))
    for (const path of ['/', '/api/flows', '/api/nope', '/assets/app-4f2a.js']) {
      const { headers } = await bench.call('GET', path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      })
      expect(headers['permissions-policy']).toContain('camera=(self), microphone=(self), display-capture=(self)')
      expect(headers['x-powered-by']).toBeUndefined()
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['strict-transport-security']).toBeUndefined()
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain(
        "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self' 'unsafe-inline'",
      )
      expect(policy).not.toContain("'unsafe-eval'")
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${bench.port};`)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('upgrade-insecure-requests')
    }
    expect((await bench.call('GET', '/api/flows')).headers['cache-control']).toBe('no-store')
  })
})

describe('the editor', () => {
  it('is one page at every address, with files that are kept for ever', async () => {
    bench = await startApi(memoryApi({ editorDir: makeEditor() }))
    for (const path of ['/', '/flows/f1', '/sign-in?token=x', '/index.html']) {
      const answer = await bench.call('GET', path, { as: 'none' })
      expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, 200, 'no-cache'])
      expect(answer.body).toContain('<title>Heed</title>')
    }
    expect((await bench.call('GET', '/assets/app-4f2a.js', { as: 'none' })).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await bench.call('GET', '/icon.svg', { as: 'none' })).headers['cache-control']).toBe('no-cache')
  })

  it('sends the smaller file of the build to those who can read it', async () => {
    const folder = makeEditor()
    for (const [name, text] of [
      ['app-4f2a.js', 'export {}'],
      ['ort.wasm', '\0asm'],
    ] as const) {
      writeFileSync(join(folder, 'assets', name), text)
      writeFileSync(join(folder, 'assets', `${name}.gz`), gzipSync(text))
    }
    writeFileSync(join(folder, 'assets', 'alone-77aa.js'), 'export {}')
    const own = (bench = await startApi(memoryApi({ editorDir: folder })))
    const get = async (path: string, encodings: string) => {
      const { status, headers, bytes } = await own.call('GET', path, {
        as: 'none',
        headers: { 'accept-encoding': encodings },
      })
      return [
        status,
        headers['content-type'],
        headers['content-encoding'],
        headers.vary,
        headers['cache-control'],
        (headers['content-encoding'] ? gunzipSync(bytes) : bytes).toString(),
      ]
    }
    const kept = 'public, max-age=31536000, immutable'
    expect(await get('/assets/app-4f2a.js', 'br, gzip')).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'gzip',
      'Accept-Encoding',
      kept,
      'export {}',
    ])
    expect(await get('/assets/ort.wasm?v=1', 'gzip, deflate')).toEqual([
      200,
      'application/wasm',
      'gzip',
      'Accept-Encoding',
      kept,
      '\0asm',
    ])
    expect(await get('/assets/app-4f2a.js', 'gzip;q=0, identity')).toEqual([
      200,
      'text/javascript; charset=utf-8',
      undefined,
      'Accept-Encoding',
      kept,
      'export {}',
    ])
    expect(await get('/assets/alone-77aa.js', 'gzip')).toEqual([
      200,
      'text/javascript; charset=utf-8',
      undefined,
      'Accept-Encoding',
      kept,
      'export {}',
    ])
    expect((await get('/assets/old-1111.js', 'gzip'))[0]).toBe(404)
  })

  it('has no other files and takes no changes', async () => {
    bench = await startApi(memoryApi({ editorDir: makeEditor() }))
    for (const [method, path] of [
      ['GET', '/assets/old-1111.js'],
      ['GET', '/.env'],
      ['GET', '/../../etc/passwd'],
      ['GET', '/..%2f..%2fetc%2fpasswd.txt'],
      ['POST', '/'],
      ['DELETE', '/flows/f1'],
    ] as const) {
      const answer = await bench.call('GET' === method ? 'GET' : method, path, { as: 'none' })
      expect([
        path,
        answer.status === 404 || answer.body === '<!doctype html><title>Heed</title>',
        answer.bytes.includes('SECRET'),
      ]).toEqual([path, true, false])
    }
    expect((await bench.call('GET', '/assets/old-1111.js')).status).toBe(404)
    expect((await bench.call('GET', '/.env')).status).toBe(404)
  })

  it('that is not built yet says so', async () => {
    bench = await startApi(memoryApi())
    const answer = await bench.call<Refusal>('GET', '/', { as: 'none' })
    expect([answer.status, answer.body.error.code]).toEqual([503, 'EDITOR_NOT_BUILT'])
  })
})

describe('node types and metrics', () => {
  it('are data: config as JSON Schema with the words of the form', async () => {
    bench = await startApi(memoryApi())
    const { nodes } = (await bench.call<{ nodes: Record<string, unknown>[] }>('GET', '/api/nodes')).body
    expect(nodes[0]).toEqual({
      type: 'camera-source',
      version: 1,
      title: 'Camera',
      icon: 'camera',
      group: 'video',
      help: 'A camera.',
      also: '',
      origin: null,
      reasons: {},
      does: ['capture'],
      role: 'source',
      card: '{{url}}',
      ports: {
        in: {},
        out: { frames: { kind: 'frames', label: 'Frames', help: '', required: true, many: false, event: null } },
      },
      config: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        required: ['kind'],
        properties: {
          kind: { type: 'string', enum: ['file', 'url'] },
          url: { type: 'string', label: 'Address', widget: 'url' },
        },
      },
    })
  })

  it('come as Prometheus text, and requests are counted by pattern', async () => {
    const seen: string[] = []
    bench = await startApi(
      memoryApi({
        observeRequest: ({ method, route, status }) => {
          seen.push(`${method} ${route} ${status}`)
        },
      }),
    )
    const answer = await bench.call('GET', '/metrics')
    expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      '# none\n',
    ])
    await bench.call('GET', '/api/flows/f77')
    await bench.call('GET', '/api/nope')
    await bench.call('GET', '/api/flows', { as: 'none' })
    expect(seen).toEqual(['GET /metrics 200', 'GET /api/flows/:id 404', 'GET none 404', 'GET none 401'])
  })
})

describe('the listening socket', () => {
  it('says plainly that its port is taken', async () => {
    const deps = memoryApi()
    bench = await startApi(deps)
    const second = createHttpServer(createApp(deps), deps)
    await expect(second.listen({ host: '127.0.0.1', port: bench.port })).rejects.toMatchObject({
      code: 'SERVER_PORT_TAKEN',
      message: `Port ${bench.port} is taken on 127.0.0.1. Another Heed may be running there: stop it, or choose another port with HEED_PORT.`,
    })
    await second.close()
  })

  it('lets an answer in flight finish, then takes no more', async () => {
    const deps = memoryApi()
    const asked = Promise.withResolvers<void>()
    const found = Promise.withResolvers<[]>()
    deps.flows.list = () => {
      asked.resolve()
      return found.promise
    }
    bench = await startApi(deps)
    const { call, stop } = bench
    const inFlight = call('GET', '/api/flows')
    await asked.promise
    const stopping = stop()
    found.resolve([])
    expect((await inFlight).status).toBe(200)
    await stopping
    await expect(call('GET', '/api/flows')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
