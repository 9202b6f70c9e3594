// What Heed asks of a Redis: a version that can do the job, and that it never throws jobs away to make room. Looked at when
// the process starts and, by one small write, whenever the health is asked for.
import type { Redis } from 'ioredis'
import { FatalError } from '../../nodes/contract/errors.ts'
import { isAway, redisRefusal, type RedisRefusal } from './trouble.ts'

const leastVersion = [5, 0]
const trialKey = 'heed:health'

interface Facts {
  version: string | undefined
  policy: string | undefined
  /** "cluster" where jobs would be spread over several servers. */
  mode: string | undefined
}

async function factsOf(redis: Redis): Promise<Facts> {
  const text = await redis.info()
  const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1]
  return { version: fact('redis_version'), policy: fact('maxmemory_policy'), mode: fact('redis_mode') }
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least = 0, leastMinor = 0] = leastVersion
  return major < least || (major === least && minor < leastMinor)
}

function policyWords(policy: string): string {
  return `Redis throws entries away when its memory is full (maxmemory-policy ${policy}), and with them cameras and alerts. Set maxmemory-policy noeviction in redis.conf (now: CONFIG SET maxmemory-policy noeviction).`
}

/** What is wrong with it now, in one sentence; undefined when jobs can be queued and kept. Throws when Redis is away. */
export async function redisTrouble(redis: Redis): Promise<RedisRefusal | undefined> {
  try {
    await redis.set(trialKey, '1', 'PX', 60_000)
  } catch (thrown) {
    const known = redisRefusal(thrown)
    if (known === undefined) throw thrown
    return known
  }
  const { policy } = await factsOf(redis).catch((): Partial<Facts> => ({}))
  // A hosted Redis may keep its settings to itself.
  return policy === undefined || policy === 'noeviction' ? undefined : { words: policyWords(policy), isFull: false }
}

/** Throws FatalError QUEUE_BACKEND_UNFIT with the setting to change; a Redis that is merely full is told by the health instead. */
export async function checkRedis(redis: Redis): Promise<void> {
  const unfit = (words: string): FatalError => new FatalError('QUEUE_BACKEND_UNFIT', words)
  let facts: Facts
  try {
    facts = await factsOf(redis)
  } catch (thrown) {
    const known = redisRefusal(thrown)
    if (known !== undefined) throw unfit(known.words)
    if (isAway(thrown)) throw thrown
    facts = { version: undefined, policy: undefined, mode: undefined }
  }
  if (facts.version !== undefined && isTooOld(facts.version))
    throw unfit(
      `Redis is version ${facts.version}, and Heed needs ${leastVersion.join('.')} or newer. Update it, or point REDIS_URL at a newer one.`,
    )
  if (facts.mode === 'cluster')
    throw unfit(
      'Redis runs as a cluster, and Heed needs a single one. Point REDIS_URL at a Redis with cluster-enabled no.',
    )
  if (facts.policy !== undefined && facts.policy !== 'noeviction') throw unfit(policyWords(facts.policy))
  const trouble = await redisTrouble(redis)
  if (trouble !== undefined && !trouble.isFull) throw unfit(trouble.words)
}
