// Work that the server does not have yet, kept in this browser until it does. One draft per flow; never secrets of connections.
import type { Draft } from './saving.ts'

const keyOf = (flowId: string): string => `heed.draft.${flowId}`

/** The draft of a flow, as the saver wants it. A full or forbidden storage loses the backup, never the save. */
export function draftOf(flowId: string): { write(draft: Draft): void; clear(): void; read(): Draft | null } {
  return {
    write(draft) {
      try {
        localStorage.setItem(keyOf(flowId), JSON.stringify(draft))
      } catch {
        // Storage is full or forbidden: the document is still on screen and still being sent.
      }
    },
    clear() {
      try {
        localStorage.removeItem(keyOf(flowId))
      } catch {
        // Nothing was kept, so there is nothing to clear.
      }
    },
    read() {
      try {
        const text = localStorage.getItem(keyOf(flowId))
        return text === null ? null : (JSON.parse(text) as Draft)
      } catch {
        return null
      }
    },
  }
}
