// Where passwords are compared while wrong ones have to wait: one at a time, the addresses in turn, and an address that was wrong rests.
// Guessing stays slow, and the right password of somebody else comes at once. Holds a bounded number of people.

export interface SlowLane {
  /** Compares in its turn; undefined at once, and nothing is compared, when no place is free. What `check` throws is passed on. */
  run(address: string, check: () => Promise<boolean>): Promise<boolean> | undefined
}

export const restMs = 1000
const perAddress = 5
const atMost = 60

/** `sleep` resolves after so many milliseconds. */
export function createSlowLane(sleep: (ms: number) => Promise<void>): SlowLane {
  // Maps keep the order of insertion: the first address is the one whose turn it is.
  const waiting = new Map<string, (() => Promise<boolean>)[]>()
  let isWorking = false

  /** Addresses that were wrong a moment ago. */
  const resting = new Set<string>()

  const next = (): { address: string; check: () => Promise<boolean> } | undefined => {
    for (const [address, checks] of waiting) {
      if (resting.has(address)) continue
      const check = checks.shift()
      waiting.delete(address)
      if (checks.length > 0) waiting.set(address, checks)
      if (check) return { address, check }
    }
    return undefined
  }
  const work = async (): Promise<void> => {
    isWorking = true
    for (let turn = next(); turn; turn = next()) {
      if (await turn.check()) continue
      const { address } = turn
      resting.add(address)
      const wake = (): void => {
        resting.delete(address)
        if (!isWorking) void work()
      }
      void sleep(restMs).then(wake, wake)
    }
    isWorking = false
  }
  const size = (): number => [...waiting.values()].reduce((sum, checks) => sum + checks.length, 0)

  return {
    run: (address, check) => {
      const own = waiting.get(address) ?? []
      if (own.length >= perAddress || size() >= atMost) return undefined
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      own.push(() =>
        check().then(
          (isRight) => {
            resolve(isRight)
            return isRight
          },
          (thrown: unknown) => {
            reject(thrown)
            return false
          },
        ),
      )
      waiting.set(address, own)
      if (!isWorking) void work()
      return promise
    },
  }
}
