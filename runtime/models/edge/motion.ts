// Sees something move after a time of stillness. Pure; compares grey thumbnails half a second apart.
import { changedShare } from './gray.ts'
import type { Skill } from './skill.ts'

const apartS = 0.5
/** About 30 of 3072 cells: a cat in a room, a car seen from a roof. */
const movedShare = 0.01
const stillS = 4

export function createMotionSkill(): Skill {
  let past: { timeS: number; gray: Uint8Array }[] = []
  let movedS = -Infinity
  let moves = 0
  return {
    see({ timeS, gray }) {
      past = [...past.filter((old) => old.timeS > timeS - 1.5 * apartS), { timeS, gray }]
      const before = past.find((old) => old.timeS >= timeS - apartS * 1.2)
      if (!before || timeS - before.timeS < apartS * 0.8) return []
      if (changedShare(gray, before.gray) < movedShare) {
        moves = 0
        return []
      }
      // Two in a row: one broken picture is not a movement.
      if (++moves < 2) return []
      const wasStill = timeS - movedS >= stillS
      movedS = timeS
      return wasStill ? [{ skill: 'motion' as const, timeS, text: 'Something is moving.' }] : []
    },
    end: () => [],
  }
}
