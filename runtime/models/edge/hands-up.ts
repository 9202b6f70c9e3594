// Sees both hands held above the head, a call for help or a greeting. Pure; once per raising.
import { pointOf, type Pose } from './pose.ts'
import type { Skill } from './skill.ts'

const holdS = 0.8
const mostOf = 0.6
/** Hands must come down for this long before they can be raised again. */
const restS = 2

interface Memory {
  looks: { timeS: number; up: boolean }[]
  upS: number
  told: boolean
}

export function createHandsUpSkill(): Skill {
  const memories = new Map<number, Memory>()
  return {
    see(scene) {
      for (const track of scene.lost) memories.delete(track.id)
      return scene.seen.flatMap((track) => {
        const memory = memories.get(track.id) ?? { looks: [], upS: -Infinity, told: false }
        memories.set(track.id, memory)
        const isNew = look(memory, handsAreUp(track.pose), scene.timeS)
        return isNew
          ? [
              {
                skill: 'hands-up' as const,
                timeS: scene.timeS,
                person: track.id,
                text: 'A person is holding both hands up.',
              },
            ]
          : []
      })
    },
    end: () => [],
  }
}

function look(memory: Memory, up: boolean, timeS: number): boolean {
  memory.looks = [...memory.looks.filter((old) => old.timeS > timeS - holdS), { timeS, up }]
  if (up) memory.upS = timeS
  if (timeS - memory.upS > restS) memory.told = false
  const held = timeS - (memory.looks[0]?.timeS ?? timeS) >= holdS * 0.8
  const share = memory.looks.filter((old) => old.up).length / memory.looks.length
  if (memory.told || !held || share < mostOf) return false
  memory.told = true
  return true
}

/** Both wrists above the eyes of somebody whose shoulders are below them: a lying person reaching out does not count. */
export function handsAreUp(pose: Pose): boolean {
  const left = pointOf(pose, 'leftWrist')
  const right = pointOf(pose, 'rightWrist')
  const head = pointOf(pose, 'nose') ?? pointOf(pose, 'leftEar') ?? pointOf(pose, 'rightEar')
  const shoulder = pointOf(pose, 'leftShoulder') ?? pointOf(pose, 'rightShoulder')
  if (!left || !right || !head || !shoulder || shoulder.y <= head.y) return false
  return left.y < head.y && right.y < head.y
}
