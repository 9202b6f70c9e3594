// One stream's watch: follows the people in its pictures and asks every skill in turn. Pure; time comes with the pictures.
import type { EdgeSkillId } from '../../../nodes/contract/skills.ts'
import { createFallSkill } from './fall.ts'
import { pictureSpan } from './gray.ts'
import { createHandsUpSkill } from './hands-up.ts'
import { createLyingSkill } from './lying.ts'
import { createMotionSkill } from './motion.ts'
import { createEnterSkill, createLeaveSkill } from './people.ts'
import { readPoses } from './pose.ts'
import type { Finding, Skill, SkillMode } from './skill.ts'
import { createTracker } from './track.ts'

/** One picture after the model has looked at it. */
export interface Look {
  timeS: number
  width: number
  height: number
  /** The model's output, see pose.ts. */
  output: Float32Array
  gray: Uint8Array
}

export interface Watch {
  see(look: Look): Finding[]
  end(): Finding[]
  /** Looks for these from now on; whoever is followed, and a skill that stays as it is, goes on. */
  change(skillIds: readonly EdgeSkillId[], mode: SkillMode): void
  /** How many people the last picture showed. */
  people(): number
}

const makers: Record<EdgeSkillId, (mode: SkillMode) => Skill> = {
  fall: createFallSkill,
  'person-enters': createEnterSkill,
  'person-leaves': createLeaveSkill,
  'lying-too-long': createLyingSkill,
  'hands-up': createHandsUpSkill,
  motion: createMotionSkill,
}
/** One thing is said once: the same skill keeps quiet for this long after it spoke. */
const cooldownS = 10
/** A longer hole in the pictures, or a jump back (a looped file), starts everything anew. */
const longestGapS = 3

export function createWatch(skillIds: readonly EdgeSkillId[], mode: SkillMode): Watch {
  let wanted = { skillIds, mode }
  let fresh = startOver(wanted)
  let lastS: number | undefined
  return {
    see(look) {
      if (lastS !== undefined && (look.timeS < lastS || look.timeS - lastS > longestGapS)) fresh = startOver(wanted)
      lastS = look.timeS
      fresh.widen(look.gray)
      const seen = fresh.tracker.update(readPoses(look.output, look.width, look.height), look.timeS)
      fresh.people = seen.seen.length
      const { timeS, width, height, gray } = look
      const edges = {
        left: fresh.span.left * width,
        right: fresh.span.right * width,
        bottom: fresh.span.bottom * height,
      }
      return fresh.skills
        .flatMap((skill) => skill.see({ timeS, width, height, gray, ...edges, ...seen }))
        .filter(fresh.isNews)
    },
    end: () => fresh.skills.flatMap((skill) => skill.end(lastS ?? 0)).filter(fresh.isNews),
    change: (nextIds, nextMode) => {
      const going = new Map(nextMode === wanted.mode ? wanted.skillIds.map((id, at) => [id, fresh.skills[at]]) : [])
      fresh.skills = nextIds.map((id) => going.get(id) ?? makers[id](nextMode))
      wanted = { skillIds: nextIds, mode: nextMode }
    },
    people: () => fresh.people,
  }
}

function startOver({ skillIds, mode }: { skillIds: readonly EdgeSkillId[]; mode: SkillMode }) {
  const spokeS = new Map<EdgeSkillId, number>()
  const fresh = {
    tracker: createTracker(),
    skills: skillIds.map((id) => makers[id](mode)),
    people: 0,
    /** The widest picture seen between the bars: a dark corner is no bar. */
    span: { left: 0.5, right: 0.5, bottom: 0.5 },
    widen(gray: Uint8Array) {
      const { left, right, bottom } = pictureSpan(gray)
      fresh.span = {
        left: Math.min(left, fresh.span.left),
        right: Math.max(right, fresh.span.right),
        bottom: Math.max(bottom, fresh.span.bottom),
      }
    },
    isNews(finding: Finding): boolean {
      if (finding.timeS - (spokeS.get(finding.skill) ?? -Infinity) < cooldownS) return false
      spokeS.set(finding.skill, finding.timeS)
      return true
    },
  }
  return fresh
}
