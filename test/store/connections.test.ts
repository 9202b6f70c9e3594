import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../runtime/compose-store.ts'
import { closeStore, node, openStore, quietLog, sampleFlow } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'
import { ofKind } from '../support/connection-kinds.ts'

describe('connections', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const entry = async (name: string) => (await under.store.connections.list()).find((each) => each.name === name)

  test('named edge and flite are there from the start and stay', async () => {
    expect(await under.store.connections.list()).toEqual([
      { name: 'edge', ...ofKind('edge'), config: {}, hasSecret: [], usedBy: [] },
      { name: 'flite', ...ofKind('flite'), config: {}, hasSecret: [], usedBy: [] },
    ])
    await expect(under.store.connections.remove('edge')).rejects.toMatchObject({ code: 'CONNECTION_BUILT_IN' })
  })

  test('keep their secrets sealed: in the database there is no trace of them', async () => {
    await under.store.connections.create({
      name: 'vllm',
      kind: 'vllm-omni',
      config: { url: 'http://joe:hunter2@10.0.0.9:8070/v1', model: 'm' },
      secret: { token: 'tr0ub4dor', empty: '' },
    })
    const rows = JSON.stringify(await under.database.query('select * from connections, url_credentials'))
    expect(rows).toContain('v1.')
    for (const secret of ['tr0ub4dor', 'hunter2', 'joe']) expect(rows).not.toContain(secret)
    expect(await entry('vllm')).toEqual({
      name: 'vllm',
      ...ofKind('vllm-omni'),
      config: { url: 'http://***@10.0.0.9:8070/v1', model: 'm' },
      hasSecret: ['token'],
      usedBy: [],
    })
    expect(await under.store.connections.get('vllm')).toEqual({
      name: 'vllm',
      ...ofKind('vllm-omni'),
      config: { url: 'http://joe:hunter2@10.0.0.9:8070/v1', model: 'm' },
      secret: { token: 'tr0ub4dor' },
    })
  })

  test('keep a secret that a change leaves out, and drop one that is emptied', async () => {
    await under.store.connections.create({
      name: 'hook',
      kind: 'webhook',
      config: {},
      secret: { signing: 'a', token: 'b' },
    })
    await under.store.connections.update('hook', { config: { url: 'http://h/' }, secret: { signing: '', other: 'c' } })
    expect(await under.store.connections.get('hook')).toMatchObject({
      config: { url: 'http://h/' },
      secret: { token: 'b', other: 'c' },
    })
    await under.store.connections.update('hook', { secret: { token: 'd' } })
    expect((await under.store.connections.get('hook')).secret).toEqual({ token: 'd', other: 'c' })
    await under.store.connections.remove('hook')
    await expect(under.store.connections.get('hook')).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
    await expect(under.store.connections.update('hook', {})).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
    await expect(under.store.connections.remove('hook')).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
  })

  test('are judged, when they change, by what is stored then: of two at once the later sees the earlier', async () => {
    const to = (host: string) => ({ url: `https://${host}/` })
    await under.store.connections.create({ name: 'race', kind: 'webhook', config: to('a'), secret: { token: 't' } })
    const seen: unknown[] = []
    await Promise.all(
      ['b', 'c'].map((host) =>
        under.store.connections.update('race', { config: to(host) }, ({ config, hasSecret }) => {
          seen.push([config['url'], hasSecret])
        }),
      ),
    )
    const urls = seen.map((each) => (each as unknown[])[0])
    expect(urls[0]).toBe('https://a/')
    expect(['https://b/', 'https://c/']).toContain(urls[1])
    const refuse = () => {
      throw new Error('no')
    }
    await expect(under.store.connections.update('race', { config: to('d') }, refuse)).rejects.toThrow()
    expect((await entry('race'))?.config).not.toEqual(to('d'))
    await under.store.connections.remove('race')
  })

  test.each([
    ['https', 'http'],
    ['wss', 'ws'],
    ['rtsps', 'rtsp'],
    ['mqtts', 'mqtt'],
    ['smtps', 'smtp'],
  ])('given for %s are not sent by %s to the same port', async (safe, open) => {
    const name = `down-${safe}`
    await under.store.connections.create({
      name,
      kind: 'webhook',
      config: { url: `${safe}://joe:hunter2@h.example:8443/x` },
      secret: {},
    })
    const urlAs = async (scheme: string) => {
      await under.store.connections.update(name, { config: { url: `${scheme}://***@h.example:8443/x` } })
      return (await under.store.connections.get(name)).config['url']
    }
    expect(await urlAs(safe)).toBe(`${safe}://joe:hunter2@h.example:8443/x`)
    expect(await urlAs(open)).toBe(`${open}://***@h.example:8443/x`)
    await under.store.connections.remove(name)
  })

  test('have one name each', async () => {
    const made = { name: 'twice', kind: 'openai' as const, config: {}, secret: {} }
    await under.store.connections.create(made)
    await expect(under.store.connections.create(made)).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'CONNECTION_EXISTS',
    })
  })

  test('know which nodes name them in the newest documents', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    expect((await entry('edge'))?.usedBy).toEqual([{ flow: id, node: 'model' }])
    await under.store.flows.update(
      id,
      sampleFlow({ nodes: [node('a', 'x', { connection: 'flite' }), node('b', 'y', { connection: 'flite' })] }),
      1,
    )
    expect([(await entry('edge'))?.usedBy, (await entry('flite'))?.usedBy]).toEqual([
      [],
      [
        { flow: id, node: 'a' },
        { flow: id, node: 'b' },
      ],
    ])
  })

  test('open with an older key in the ring, and say what to do without it', async () => {
    await under.store.connections.create({ name: 'sealed', kind: 'openai', config: {}, secret: { token: 't' } })
    const options = { databaseUrl: under.database.url, log: quietLog, nowMs: () => under.clock.ms }
    const [fresh, former] = [new Uint8Array(32).fill(9), new Uint8Array(32).fill(7)]
    const both = await createStore({ ...options, secretKey: [fresh, former] })
    const alone = await createStore({ ...options, secretKey: fresh })
    expect((await both.connections.get('sealed')).secret).toEqual({ token: 't' })
    await expect(alone.connections.get('sealed')).rejects.toMatchObject({
      code: 'SECRET_KEY_WRONG',
      message: expect.stringContaining('HEED_SECRET_KEY'),
    })
    await Promise.all([both.close(), alone.close()])
  })
})

describe('the account', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })

  test('is made once, also when two try at the same time', async () => {
    expect([await under.store.accounts.hasOwner(), await under.store.accounts.passwordHash()]).toEqual([
      false,
      undefined,
    ])
    const tries = await Promise.allSettled([1, 2, 3].map((nth) => under.store.accounts.createOwner(`hash ${nth}`)))
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(2)
    await expect(under.store.accounts.createOwner('late')).rejects.toMatchObject({ code: 'AUTH_OWNER_EXISTS' })
    expect([await under.store.accounts.hasOwner(), await under.store.accounts.passwordHash()]).toEqual([
      true,
      expect.stringMatching(/^hash/),
    ])
  })

  test('has sessions that live while they are used', async () => {
    const { createSignIn, touchSignIn, removeSignIn, removeAllSignIns } = under.store.accounts
    await createSignIn('a', 1_000)
    expect([
      await touchSignIn('a', 999, 5_000),
      await touchSignIn('a', 4_000, 4_500),
      await touchSignIn('a', 4_900, 4_950),
      await touchSignIn('a', 5_000, 9_000),
    ]).toEqual([true, true, true, false])
    expect(await touchSignIn('nobody', 0, 9_000)).toBe(false)
    await createSignIn('b', 9_000)
    await removeSignIn('b')
    await createSignIn('c', 9_000)
    await removeAllSignIns()
    expect([await touchSignIn('b', 0, 1), await touchSignIn('c', 0, 1)]).toEqual([false, false])
  })

  test('has settings beside it', async () => {
    expect(await under.store.settings.get('tour')).toBeUndefined()
    await under.store.settings.set('tour', { seen: true })
    await under.store.settings.set('tour', { seen: false })
    expect(await under.store.settings.get('tour')).toEqual({ seen: false })
    await under.store.settings.set('tour', undefined)
    expect(await under.store.settings.get('tour')).toBeUndefined()
  })
})
