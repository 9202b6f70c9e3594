// Bus and relay in one process, keeping everything that went over them.
import type { Bus, LiveMessage, PictureRelay } from '../../runtime/live/messages.ts'

export interface MemoryBus extends Bus {
  messages: LiveMessage[]
}

/** A bus whose messages can be read afterwards. */
export function memoryBus(): MemoryBus {
  const listeners = new Set<(message: LiveMessage) => void>()
  const messages: LiveMessage[] = []
  return {
    messages,
    publish: (message) => {
      messages.push(message)
      for (const listener of listeners) listener(message)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

/** A relay that hands pictures on at once and remembers the newest of each channel. */
export function memoryPictureRelay(): PictureRelay {
  const newest = new Map<string, Uint8Array>()
  const listeners = new Map<string, Set<(jpeg: Uint8Array) => void>>()
  return {
    publish: (channel, jpeg) => {
      newest.set(channel, jpeg)
      for (const listener of listeners.get(channel) ?? []) listener(jpeg)
    },
    subscribe: (channel, listener) => {
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(listener))
      return () => {
        all.delete(listener)
      }
    },
    latest: async (channel) => newest.get(channel),
  }
}
