// Says when guessing has to be slowed down: after so many failures of one address, and in a growing pause when many addresses
// guess at the one account. Says nothing about a right password, which is let in all the same.
// Never waits itself; memory is bounded.

export interface SignInLimits {
  /** Milliseconds until this address may be wrong again; 0 when it may. */
  waitMs(address: string): number
  /** Counted before the password is compared, so that a thousand guesses at once count as a thousand. */
  tried(address: string): void
  /** It was the owner: the address starts afresh. */
  succeeded(address: string): void
}

const windowMs = 15 * 60_000
const perAddress = 10
const freeTries = 50
const maxPauseMs = 30_000
const maxAddresses = 10_000

interface Count {
  tries: number
  sinceMs: number
}

/** What counts as one address. IPv6: a household has a whole /64, so that is what is counted. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/** 10 failures in 15 minutes per address; from 50 on over all addresses each further one doubles a pause of up to 30 s. */
export function createSignInLimits(nowMs: () => number): SignInLimits {
  const counts = new Map<string, Count>()
  const all: Count = { tries: 0, sinceMs: 0 }
  let openAtMs = 0

  const live = (count: Count | undefined): Count | undefined =>
    count && nowMs() - count.sinceMs < windowMs ? count : undefined
  const countFor = (key: string): Count => {
    const known = live(counts.get(key))
    if (known) return known
    counts.delete(key)
    // Maps keep the order of insertion: the first key is the oldest window.
    if (counts.size >= maxAddresses) counts.delete(counts.keys().next().value ?? '')
    const fresh = { tries: 0, sinceMs: nowMs() }
    counts.set(key, fresh)
    return fresh
  }

  return {
    waitMs: (address) => {
      const own = live(counts.get(networkOf(address)))
      const ownWaitMs = own && own.tries >= perAddress ? own.sinceMs + windowMs - nowMs() : 0
      return Math.max(0, ownWaitMs, openAtMs - nowMs())
    },
    tried: (address) => {
      countFor(networkOf(address)).tries += 1
      if (!live(all)) Object.assign(all, { tries: 0, sinceMs: nowMs() })
      all.tries += 1
      const over = all.tries - freeTries
      if (over > 0) openAtMs = nowMs() + Math.min(maxPauseMs, 1000 * 2 ** Math.min(over - 1, 10))
    },
    succeeded: (address) => {
      counts.delete(networkOf(address))
      all.tries = Math.max(0, all.tries - 1)
    },
  }
}
