// Sees people come and go, by counting heads. Pure; a person who is only hidden for a moment has not left.
import type { Finding, Scene, Skill } from './skill.ts'

/** The first picture's people were there already: they do not enter. */
const settleS = 1
/** More people must be seen for this long before somebody has entered... */
const enterS = 0.8
/** ...and fewer for this long before somebody has left: turned backs and passing carts hide people. */
const leaveS = 2.5
const mostOf = 0.8
/** Fainter or younger sightings are ghosts: coats on hooks, reflections. */
const clearScore = 0.25
const clearSightings = 4

interface HeadCounter {
  /** The change in the number of people that became certain with this picture, 0 for none. */
  count(scene: Scene): number
}

export function createEnterSkill(): Skill {
  const heads = createHeadCounter()
  return {
    see: (scene) => {
      const change = heads.count(scene)
      return change > 0 ? [{ skill: 'person-enters', timeS: scene.timeS, text: sentence(change, 'come in') }] : []
    },
    end: () => [],
  }
}

export function createLeaveSkill(): Skill {
  const heads = createHeadCounter()
  const left = (timeS: number, change: number): Finding => ({
    skill: 'person-leaves',
    timeS,
    text: sentence(-change, 'left'),
  })
  return {
    see: (scene) => {
      const change = heads.count(scene)
      return change < 0 ? [left(scene.timeS, change)] : []
    },
    end: () => [],
  }
}

function sentence(people: number, did: string): string {
  return people === 1 ? `A person has ${did}.` : `${people} people have ${did}.`
}

function createHeadCounter(): HeadCounter {
  let counts: { timeS: number; heads: number }[] = []
  let certain: number | undefined
  let startedS: number | undefined
  return {
    count(scene) {
      startedS ??= scene.timeS
      const heads = scene.seen.filter(
        (track) => track.sightings >= clearSightings && track.pose.score >= clearScore,
      ).length
      counts = [...counts.filter((old) => old.timeS > scene.timeS - leaveS), { timeS: scene.timeS, heads }]
      if (scene.timeS - startedS < settleS) return 0
      const before = certain
      certain = certainOf(counts, scene.timeS, before)
      return before === undefined ? 0 : certain - before
    },
  }
}

function certainOf(counts: { timeS: number; heads: number }[], nowS: number, before: number | undefined): number {
  const recent = counts.filter((old) => old.timeS > nowS - enterS).map((old) => old.heads)
  const atLeast = lowest(recent)
  if (before === undefined || atLeast > before) return atLeast
  const oldest = counts[0]
  if (!oldest || nowS - oldest.timeS < leaveS * 0.9) return before
  return Math.min(before, highest(counts.map((old) => old.heads)))
}

/** The number that most of the counts reach. */
function lowest(heads: number[]): number {
  const sorted = [...heads].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * (1 - mostOf))] ?? 0
}

/** The number that most of the counts do not exceed. */
function highest(heads: number[]): number {
  const sorted = [...heads].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * mostOf) - 1] ?? 0
}
