// Where passwords are compared while wrong ones have to wait: one at a time, the addresses in turn, and an address that was wrong rests.
// Guessing stays slow, and the right password of somebody else comes at once. Behind a proxy everybody may share one address: whoever was
// sent away once has a turn of their own there from then on, between the others. Holds a bounded number of people.

export interface SlowLane {
  /**
   * Compares in its turn; undefined at once, and nothing is compared, when no place is free. What `check` throws is passed on.
   * `turn`: of somebody who has waited before.
   */
  run(address: string, check: () => Promise<boolean>, turn?: string): Promise<boolean> | undefined
}

export const restMs = 1000
/** Of an address: those without a turn of their own, and those with one. */
const perCrowd = 5
const perTurn = 1
const perAddress = 40
const atMost = 120

type Check = () => Promise<boolean>

/** `sleep` resolves after so many milliseconds. */
export function createSlowLane(sleep: (ms: number) => Promise<void>): SlowLane {
  // Maps keep the order of insertion: the first address, and in it the first turn, is the one that comes next.
  const waiting = new Map<string, Map<string, Check[]>>()
  let isWorking = false

  /** Addresses that were wrong a moment ago. */
  const resting = new Set<string>()

  const next = (): { address: string; check: Check } | undefined => {
    for (const [address, turns] of waiting) {
      if (resting.has(address)) continue
      waiting.delete(address)
      const check = takeFirst(turns)
      if (turns.size > 0) waiting.set(address, turns)
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
  const size = (): number => [...waiting.values()].reduce((sum, turns) => sum + sizeOf(turns), 0)

  return {
    run: (address, check, turn = '') => {
      const turns = waiting.get(address) ?? new Map<string, Check[]>()
      const own = turns.get(turn) ?? []
      if (own.length >= (turn === '' ? perCrowd : perTurn) || sizeOf(turns) >= perAddress || size() >= atMost)
        return undefined
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
      turns.set(turn, own)
      waiting.set(address, turns)
      if (!isWorking) void work()
      return promise
    },
  }
}

const sizeOf = (turns: ReadonlyMap<string, readonly Check[]>): number =>
  [...turns.values()].reduce((sum, checks) => sum + checks.length, 0)

/** The next check of an address; whoever it was of stands behind the others then. */
function takeFirst(turns: Map<string, Check[]>): Check | undefined {
  const [first] = turns
  if (!first) return undefined
  const [turn, checks] = first
  const check = checks.shift()
  turns.delete(turn)
  if (checks.length > 0) turns.set(turn, checks)
  return check
}
