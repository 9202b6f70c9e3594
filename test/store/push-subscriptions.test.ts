import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeStore, openStore } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('push subscriptions', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const subscription = (name: string, auth = 'auth-of-the-browser') => ({
    endpoint: `https://push.example/${name}`,
    keys: { p256dh: 'point', auth },
  })

  test('make one pair of keys, whoever asks first, and keep the private one sealed', async () => {
    const made: string[] = []
    const ask = (id: string) =>
      under.store.push.keys(() => {
        made.push(id)
        return { publicKey: `public-${id}`, privateKey: `private-of-${id}` }
      })
    const [first, second] = await Promise.all([ask('a'), ask('b')])
    expect(second).toEqual(first)
    expect(await ask('c')).toEqual(first)
    expect(made).not.toContain('c')
    expect(JSON.stringify(await under.store.settings.get('push.keys'))).not.toContain('private-of')
  })

  test('are kept sealed, replaced by the same browser, and removed', async () => {
    await under.store.push.add(subscription('a'), 'Phone')
    await under.store.push.add(subscription('b'), 'Desktop')
    await under.store.push.add(subscription('a', 'a-newer-secret'), 'Phone')
    expect(await under.store.push.list()).toEqual([subscription('a', 'a-newer-secret'), subscription('b')])
    const { rows } = await under.store.pool.query<{ sealed: string }>('select sealed from push_subscriptions')
    expect(JSON.stringify(rows)).not.toMatch(/auth-of-the-browser|a-newer-secret/)
    await under.store.push.remove('https://push.example/a')
    await under.store.push.remove('https://push.example/nobody')
    expect(await under.store.push.list()).toEqual([subscription('b')])
  })
})
