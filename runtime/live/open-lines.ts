// What stays open after the answer has begun: live feeds, moving pictures, browser cameras. Knows how to end each of
// them, at shutdown and when their browser is signed out; knows nothing of what they carry.
import type { Caller } from './caller.ts'

export interface OpenLines {
  /** Remembers a line until `release` is called; after `closeAll` it is closed at once. */
  hold(caller: Caller | undefined, close: () => void): () => void
  closeSignIn(signIn: string): void
  closeToken(id: string): void
  closeAll(): void
  count(): number
}

export function createOpenLines(): OpenLines {
  const lines = new Set<{ signIn: string | undefined; token: string | undefined; close: () => void }>()
  let isClosed = false
  return {
    hold: (caller, close) => {
      if (isClosed) {
        close()
        return () => {}
      }
      const line = { signIn: caller?.signIn, token: caller?.token, close }
      lines.add(line)
      return () => {
        lines.delete(line)
      }
    },
    closeSignIn: (signIn) => {
      for (const line of [...lines]) if (line.signIn === signIn) line.close()
    },
    closeToken: (id) => {
      for (const line of [...lines]) if (line.token === id) line.close()
    },
    closeAll: () => {
      isClosed = true
      for (const line of [...lines]) line.close()
    },
    count: () => lines.size,
  }
}
