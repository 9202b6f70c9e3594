// What the built-in edge model can watch for. It has no language: an instruction only picks from this list.

export const edgeSkillIds = ['fall', 'person-enters', 'person-leaves', 'lying-too-long', 'hands-up', 'motion'] as const
export type EdgeSkillId = (typeof edgeSkillIds)[number]

export interface EdgeSkill {
  id: EdgeSkillId
  label: string
  help: string
}

export const edgeSkills: readonly EdgeSkill[] = [
  { id: 'fall', label: 'A person falls', help: 'Speaks about a second after somebody is down on the floor.' },
  {
    id: 'person-enters',
    label: 'A person comes in',
    help: 'Speaks when there are more people in the picture than before.',
  },
  { id: 'person-leaves', label: 'A person leaves', help: 'Speaks when somebody has left the picture.' },
  {
    id: 'lying-too-long',
    label: 'A person lies for too long',
    help: 'Speaks when somebody has been lying still for a minute.',
  },
  { id: 'hands-up', label: 'A person raises both hands', help: 'Speaks when both hands are held above the head.' },
  {
    id: 'motion',
    label: 'Anything moves',
    help: 'Speaks when something begins to move after a few seconds of stillness.',
  },
]

// Whole words or their beginnings, in the languages the product is first used in.
const words: Record<EdgeSkillId, RegExp> = {
  fall: /\b(fall(s|en|ing)?|fell|collaps\w*|trip(s|ped)?|stumbl\w*)\b|摔|跌|倒下|晕倒|\bst(ü|ue?)rz\w*|\bca(e|ídas?|idas?|er)\b/iu,
  'person-enters':
    /\b(enter\w*|arriv\w*|comes? in(to|side)?|coming in(to|side)?|walks? in(to|side)?|appear\w*|visitors?|intruders?|somebody comes?|someone comes?)\b|进入|进来|到来|有人来/iu,
  'person-leaves':
    /\b(leav(e|es|ing)|left the|goes out|going out|walks? (out|away)|exit\w*|wander\w*|departs?)\b|离开|走出|出去/iu,
  'lying-too-long':
    /\b(l(ies|ying|ie)( (down|still|there|on the floor))? (too|for|so) (too )?long|lying too|unconscious|motionless|does(n't| not) get up|not getting up|cannot get up|can't get up)\b|躺.{0,4}(太久|很久)|不动/iu,
  'hands-up':
    /\b(hands?|arms?) (up|raised|above|over|in the air)\b|\b(rais|lift|wav)(e|es|ed|ing) (\w+ ){0,2}(hands?|arms?)\b|举手|双手/iu,
  motion:
    /\b(mov(e|es|ed|ing|ement|ements)|motion|activity|anything happens|something happens|any change)\b|移动|运动|动静/iu,
}

/** The skills an instruction seems to ask for; none when it asks for nothing the edge model knows. */
export function skillsInInstruction(instruction: string): EdgeSkillId[] {
  return edgeSkillIds.filter((id) => words[id].test(instruction))
}

/** What the edge model watches for: what was picked, else what the instruction asks for, else falls. */
export function skillsToWatch(watchFor: readonly string[] | undefined, instruction: string): EdgeSkillId[] {
  const picked = edgeSkillIds.filter((id) => watchFor?.includes(id))
  if (picked.length > 0) return picked
  const asked = skillsInInstruction(instruction)
  return asked.length > 0 ? asked : ['fall']
}
