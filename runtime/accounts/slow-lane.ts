// Where passwords are compared while wrong ones have to wait: one at a time with a rest after each wrong one, the addresses in
// turn. Guessing stays slow, and the right password still comes through. Holds a bounded number of people.

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

  const next = (): (() => Promise<boolean>) | undefined => {
    const [turn] = waiting
    if (!turn) return undefined
    const [address, checks] = turn
    const check = checks.shift()
    waiting.delete(address)
    if (checks.length > 0) waiting.set(address, checks)
    return check
  }
  const work = async (): Promise<void> => {
    for (let check = next(); check; check = next()) {
      if (!(await check())) await sleep(restMs)
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
      if (!isWorking) {
        isWorking = true
        void work()
      }
      return promise
    },
  }
}
