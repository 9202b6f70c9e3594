// Sees a person fall, by rules on keypoints over time. Pure: bodies in, findings out; never looks at pixels or a clock.
//
// A fall is a fast drop of shoulders and hips of somebody upright, after which the body stays down for a second, or is lost
// from sight while down. Somebody lying whose whole box sinks has fallen off a bed. When the source ends, what is pending is
// decided at once: clips often stop on the impact. Known false alarms: people who throw themselves down on purpose.
import { isDown, isLying, isUpright, readBody, usualTorso, type Body } from './body.ts'
import type { Finding, Scene, Skill, SkillMode } from './skill.ts'

interface Limits {
  /** Shoulders must drop this many torso lengths... */
  drop: number
  /** ...within this many seconds. */
  withinS: number
}
const limits: Record<SkillMode, Limits> = {
  balanced: { drop: 1.0, withinS: 0.65 },
  sensitive: { drop: 0.9, withinS: 1.0 },
}
const hipDrop = 0.3
const sink = 0.4
const memoryS = 10
const beforeS = 1.5
const staysDownS = 1.0
const downShare = 0.6
const lostS = 1.2
/** Out of sight for longer than this, whether somebody stays down is not known; whether they are lost, not yet. */
const glimpseS = 0.3
/** Before a sudden drop the shoulders stay within `restSway` torsos, from this long to this long before it. */
const restFromS = 1.2
const restToS = 0.4
const restSway = 0.4
/** People smaller than this have keypoints too coarse to judge. */
const smallestTorso = 7

interface Drop {
  atS: number
  torso: number
  /** The shoulders had been at rest before: not somebody who walks down and out of the picture. */
  isSudden: boolean
}
interface Memory {
  bodies: Body[]
  drops: Drop[]
}

export function createFallSkill(mode: SkillMode): Skill {
  const memories = new Map<number, Memory>()
  const fallen = (person: number, timeS: number): Finding => ({
    skill: 'fall',
    timeS,
    person,
    text: 'A person has fallen and is on the floor.',
  })
  return {
    see(scene) {
      for (const track of scene.seen) {
        const memory = memories.get(track.id) ?? { bodies: [], drops: [] }
        memories.set(track.id, memory)
        remember(memory, readBody(track.pose, scene.timeS), limits[mode])
      }
      for (const track of scene.lost) memories.delete(track.id)
      return [...memories]
        .filter(([, memory]) => hasFallen(memory, scene))
        .map(([person, memory]) => {
          memory.drops = []
          return fallen(person, scene.timeS)
        })
    },
    end(timeS) {
      return [...memories]
        .filter(([, memory]) => memory.drops.some((drop) => isDownSince(memory, drop)))
        .map(([person]) => fallen(person, timeS))
    },
  }
}

function remember(memory: Memory, body: Body, limit: Limits): void {
  memory.bodies = [...memory.bodies.filter((old) => old.timeS > body.timeS - memoryS), body]
  const drop = dropOf(memory.bodies, body, limit) ?? sinkOf(memory.bodies, body, limit)
  if (drop) memory.drops.push(drop)
}

function dropOf(bodies: Body[], now: Body, limit: Limits): Drop | undefined {
  const torso = usualTorso(bodies.filter(isUpright))
  if (torso === undefined || torso < smallestTorso) return undefined
  const from = bodies.filter(
    (old) =>
      old.timeS >= now.timeS - limit.withinS &&
      old.timeS < now.timeS &&
      now.topY - old.topY >= limit.drop * torso &&
      old.hipY !== undefined &&
      now.hipY !== undefined &&
      now.hipY - old.hipY >= hipDrop * torso &&
      wasMostly(isStanding, bodies, old.timeS),
  )
  if (from.length === 0) return undefined
  return { atS: now.timeS, torso, isSudden: from.some((old) => wasAtRest(bodies, old, torso)) }
}

function wasAtRest(bodies: Body[], old: Body, torso: number): boolean {
  const before = bodies.filter((body) => body.timeS >= old.timeS - restFromS && body.timeS <= old.timeS - restToS)
  return before.length > 0 && before.every((body) => Math.abs(old.topY - body.topY) <= restSway * torso)
}

function sinkOf(bodies: Body[], now: Body, limit: Limits): Drop | undefined {
  const torso = usualTorso(bodies)
  if (torso === undefined || torso < smallestTorso) return undefined
  const from = bodies.some(
    (old) =>
      old.timeS >= now.timeS - limit.withinS &&
      old.timeS < now.timeS &&
      now.box.top - old.box.top >= sink * torso &&
      now.box.bottom - old.box.bottom >= sink * torso &&
      old.hipY !== undefined &&
      now.hipY !== undefined &&
      now.hipY - old.hipY >= sink * torso &&
      isLying(now) &&
      wasMostly(isLying, bodies, old.timeS),
  )
  return from ? { atS: now.timeS, torso, isSudden: true } : undefined
}

// Legs alone, the upper body out of the picture: a tall box stands for an upright torso.
function isStanding(body: Body): boolean {
  if (body.leanDeg !== undefined) return isUpright(body)
  return body.box.bottom - body.box.top > 1.3 * (body.box.right - body.box.left)
}

function wasMostly(held: (body: Body) => boolean, bodies: Body[], untilS: number): boolean {
  const before = bodies.filter((body) => body.timeS <= untilS && body.timeS >= untilS - beforeS)
  return before.length > 0 && before.filter(held).length * 2 >= before.length
}

function hasFallen(memory: Memory, scene: Scene): boolean {
  const last = memory.bodies.at(-1)
  if (!last) return false
  const gone = scene.timeS - last.timeS
  const fallen = memory.drops.some((drop) => {
    if (gone >= lostS)
      return last.timeS - drop.atS <= staysDownS && isDown(last, drop.torso) && !hasWalkedOut(last, drop, scene)
    return scene.timeS - drop.atS >= staysDownS && gone <= glimpseS && isDownSince(memory, drop)
  })
  memory.drops = memory.drops.filter((drop) => scene.timeS - drop.atS < staysDownS || (gone > 0 && gone < lostS))
  return fallen
}

function isDownSince(memory: Memory, drop: Drop): boolean {
  const after = memory.bodies.filter((body) => body.timeS >= drop.atS && body.timeS <= drop.atS + staysDownS)
  return after.length > 0 && after.filter((body) => isDown(body, drop.torso)).length >= downShare * after.length
}

// Lost at a side edge, or cut off by the bottom one after sinking steadily towards it: gone out of the picture, not down.
function hasWalkedOut(body: Body, drop: Drop, scene: Scene): boolean {
  const margin = 0.02 * scene.width
  if (body.box.left <= scene.left + margin || body.box.right >= scene.right - margin) return true
  return body.box.bottom >= scene.bottom - margin && !isLying(body) && !drop.isSudden
}
