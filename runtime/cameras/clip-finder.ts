// Which process can play a clip: a clip lives in one machine's folder, and others are asked over the bus. Never opens one.
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { QueueBus } from '../live/index.ts'
import { whyNoClip, type ClipFolders, type ClipTrouble } from './clip-path.ts'
import { within } from '../time-limit.ts'

/** `isAlone`: no other process could have been asked. */
export type FoundClip =
  { place: 'here' } | { place: 'elsewhere' } | { place: 'nowhere'; isAlone: boolean; trouble: ClipTrouble }

export interface ClipFinder {
  /** Takes a second at most, and only when the clip is not here while others live. */
  find(path: string): Promise<FoundClip>
}

export interface ClipFinderDeps {
  clock: Clock
  folders: ClipFolders
  /** Absent: this process is the only one. */
  bus: Pick<QueueBus, 'publish' | 'subscribe' | 'stats'> | undefined
}

const answerMs = 1_000

/** Finds clips, and answers the others for those that are here: every process that has a bus runs streams. */
export function createClipFinder({ clock, folders, bus }: ClipFinderDeps): ClipFinder {
  const asked = new Map<string, () => void>()
  const answer = async (id: string, path: string): Promise<void> => {
    const trouble = await whyNoClip(path, folders)
    if (trouble === null) bus?.publish({ type: 'clip-seen', id })
  }
  bus?.subscribe((message) => {
    // A question of our own comes back to us too.
    if (message.type === 'clip-asked' && !asked.has(message.id)) {
      // A folder that cannot be looked at holds no clip for anybody: silence is the answer.
      answer(message.id, message.path).catch(() => undefined)
    }
    if (message.type === 'clip-seen') asked.get(message.id)?.()
  })
  const askOthers = async (path: string): Promise<boolean> => {
    const id = randomUUID()
    const seen = Promise.withResolvers<true>()
    asked.set(id, () => seen.resolve(true))
    try {
      bus?.publish({ type: 'clip-asked', id, path })
      return await within(seen.promise, { ms: answerMs, clock }, () => false)
    } finally {
      asked.delete(id)
    }
  }
  return {
    find: async (path) => {
      const trouble = await whyNoClip(path, folders)
      if (trouble === null) return { place: 'here' }
      const isAlone = bus === undefined || bus.stats.peers === 0
      if (!isAlone && (await askOthers(path))) return { place: 'elsewhere' }
      return { place: 'nowhere', isAlone, trouble }
    },
  }
}
