import { describe, expect, it } from 'vitest'
import { edgeSkillIds, edgeSkills, skillsInInstruction, skillsToWatch } from './skills.ts'

describe('the skills of the edge model', () => {
  it.each([
    ['Warn the moment a person falls.', ['fall']],
    ['Tell me when grandma has fallen or collapsed', ['fall']],
    ['Tell me when someone arrives or leaves.', ['person-enters', 'person-leaves']],
    ['Alert me if he lies too long on the sofa', ['lying-too-long']],
    ['Say so when somebody raises both hands', ['hands-up']],
    ['Speak when anything moves', ['motion']],
    ['有人摔倒时提醒我', ['fall']],
    ['Describe the colour of the sky', []],
    ['', []],
  ])('reads "%s" as %j', (instruction, skills) => {
    expect(skillsInInstruction(instruction)).toEqual(skills)
  })

  it('watches for what was picked, else for what is asked, else for falls', () => {
    expect(skillsToWatch(['motion', 'no-such-skill'], 'Warn when somebody falls')).toEqual(['motion'])
    expect(skillsToWatch([], 'Tell me who leaves')).toEqual(['person-leaves'])
    expect(skillsToWatch(undefined, 'Describe the sky')).toEqual(['fall'])
  })

  it('explains every skill in words', () => {
    expect(edgeSkills.map(({ id }) => id)).toEqual([...edgeSkillIds])
    for (const { label, help } of edgeSkills) expect(Math.min(label.length, help.length)).toBeGreaterThan(8)
  })
})
