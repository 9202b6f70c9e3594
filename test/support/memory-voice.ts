// What a voice stands on, in memory: sounds kept whole and in pieces, and the turns to speak.
import type { SoundKeeper, SoundPlace } from '../../runtime/voices/recording.ts'
import type { VoiceTurns } from '../../runtime/voices/turns.ts'
import type { Sound } from '../../nodes/contract/capabilities.ts'

export interface MemorySounds extends SoundKeeper {
  whole: Map<string, Sound>
  pieces: Map<string, Uint8Array[]>
}

const keyOf = ({ eventId, node }: SoundPlace): string => `${eventId} ${node}`

/** Sounds by `event node`. */
export function memorySounds(): MemorySounds {
  const whole = new Map<string, Sound>()
  const pieces = new Map<string, Uint8Array[]>()
  return {
    whole,
    pieces,
    url: ({ eventId, node }) => `/api/events/${eventId}/audio?node=${node}`,
    finished: async (place) => whole.get(keyOf(place)),
    begin: async (place, _type, bytes) => {
      pieces.set(keyOf(place), [bytes])
    },
    append: async (place, position, bytes) => {
      pieces.get(keyOf(place))?.splice(position, 0, bytes)
    },
    finish: async (place, sound) => {
      whole.set(keyOf(place), sound)
      pieces.delete(keyOf(place))
    },
    drop: async (place) => {
      pieces.delete(keyOf(place))
    },
  }
}

/** Turns of one process. */
export function memoryTurns(): VoiceTurns {
  const rows = new Map<string, { holder: string | null; heldUntilMs: number; freeAtMs: number }>()
  return {
    take: async (queue, holder, { nowMs, untilMs }) => {
      const row = rows.get(queue) ?? { holder: null, heldUntilMs: 0, freeAtMs: nowMs }
      if (row.holder !== null && row.holder !== holder && row.heldUntilMs > nowMs) return undefined
      rows.set(queue, { ...row, holder, heldUntilMs: untilMs })
      return row.freeAtMs
    },
    renew: async (queue, holder, { untilMs, freeAtMs }) => {
      const row = rows.get(queue)
      if (row?.holder !== holder) return false
      rows.set(queue, { holder, heldUntilMs: untilMs, freeAtMs: Math.max(row.freeAtMs, freeAtMs) })
      return true
    },
    release: async (queue, holder, freeAtMs) => {
      const row = rows.get(queue)
      if (row?.holder === holder) rows.set(queue, { ...row, holder: null, freeAtMs: Math.max(row.freeAtMs, freeAtMs) })
    },
  }
}
