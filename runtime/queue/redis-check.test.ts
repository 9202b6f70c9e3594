import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { checkRedis } from './redis-check.ts'

const redisOf = (facts: Record<string, string>): Redis => {
  const text = Object.entries(facts).map(([name, value]) => `${name}:${value}\r\n`)
  return { info: async () => `# Server\r\n${text.join('')}`, set: async () => 'OK' } as unknown as Redis
}
const able = { redis_mode: 'standalone', maxmemory_policy: 'noeviction' }

describe('a Redis', () => {
  it.each(['2.8.19', '3.2.100', '4.0.14'])(
    'of version %s is refused with the version that is needed',
    async (version) => {
      await expect(checkRedis(redisOf({ redis_version: version, ...able }))).rejects.toMatchObject({
        code: 'QUEUE_BACKEND_UNFIT',
        message: `Redis is version ${version}, and Heed needs 5.0 or newer. Update it, or point REDIS_URL at a newer one.`,
      })
    },
  )

  it.each(['5.0.0', '6.2.14', '7.4.1', '10.0.0'])('of version %s is taken', async (version) => {
    await expect(checkRedis(redisOf({ redis_version: version, ...able }))).resolves.toBeUndefined()
  })

  it('that is a cluster, or throws entries away, is refused with the setting to change', async () => {
    const of = (facts: Record<string, string>) => checkRedis(redisOf({ redis_version: '7.2.4', ...able, ...facts }))
    await expect(of({ redis_mode: 'cluster' })).rejects.toThrow('cluster-enabled no')
    await expect(of({ maxmemory_policy: 'allkeys-lru' })).rejects.toThrow('Set maxmemory-policy noeviction')
  })
})
