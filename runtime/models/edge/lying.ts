// Sees somebody lie in one place for too long. Pure; place, not identity, is followed: a still body is often lost and found.
import { isLying, readBody } from './body.ts'
import { overlap, type Box } from './pose.ts'
import type { Finding, Scene, Skill } from './skill.ts'

const tooLongS = 60
/** Unseen for this long, or up again, the rest is over. */
const forgetS = 20
const samePlace = 0.3
/** Share of the time in which the body must have been seen lying. */
const mostOf = 0.5

interface Rest {
  box: Box
  sinceS: number
  seenS: number
  lying: number
  looks: number
  told: boolean
}

export function createLyingSkill(): Skill {
  let rests: Rest[] = []
  return {
    see(scene) {
      rests = rests.filter((rest) => scene.timeS - rest.seenS < forgetS)
      for (const track of scene.seen) {
        const isDown = isLying(readBody(track.pose, scene.timeS))
        const rest = rests.find((known) => overlap(known.box, track.pose.box) >= samePlace)
        if (rest) stay(rest, isDown, track.pose.box, scene)
        else if (isDown)
          rests.push({ box: track.pose.box, sinceS: scene.timeS, seenS: scene.timeS, lying: 1, looks: 1, told: false })
      }
      return rests
        .filter((rest) => isTooLong(rest, scene.timeS))
        .map((rest): Finding => {
          rest.told = true
          return {
            skill: 'lying-too-long',
            timeS: scene.timeS,
            text: 'A person has been lying in the same place for a minute.',
          }
        })
    },
    end: () => [],
  }
}

function stay(rest: Rest, isDown: boolean, box: Box, scene: Scene): void {
  rest.looks++
  if (!isDown) return
  rest.lying++
  rest.seenS = scene.timeS
  rest.box = box
}

function isTooLong(rest: Rest, nowS: number): boolean {
  return !rest.told && nowS - rest.sinceS >= tooLongS && rest.lying >= mostOf * rest.looks
}
