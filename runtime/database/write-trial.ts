// Can the database be written? One small row now and then, because a server that answers may still be a standby or full.
// Never more than one write in five seconds, however often the health is asked for.
import { CodedError } from '../../nodes/contract/errors.ts'
import type { SettingStore } from './settings.store.ts'

const rowKey = 'health.trial'
const validMs = 5_000

/** Resolves to what keeps the database from taking anything, in one sentence; undefined when nothing does. Throws when it is away. */
export function createWriteTrial(
  settings: Pick<SettingStore, 'set'>,
  nowMs: () => number,
): () => Promise<string | undefined> {
  let triedAtMs = -Infinity
  let found: Promise<string | undefined> = Promise.resolve(undefined)
  const attempt = async (): Promise<string | undefined> => {
    try {
      await settings.set(rowKey, nowMs())
      return undefined
    } catch (error) {
      if (error instanceof CodedError && error.code !== 'DB_UNREACHABLE') return error.message
      throw error
    }
  }
  return () => {
    const now = nowMs()
    // A clock that was set back must not make the last finding last.
    if (Math.abs(now - triedAtMs) >= validMs) {
      triedAtMs = now
      found = attempt()
      found.catch(() => {
        triedAtMs = -Infinity
      })
    }
    return found
  }
}
