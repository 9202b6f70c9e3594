// What is wrong with a model node as it is written, before it runs: errors that stop a deploy, and doubts that do not. Pure.
import type { Abilities } from '../contract/connections.ts'
import type { Problem } from '../contract/errors.ts'
import { edgeSkills, skillsInInstruction, type EdgeSkillId } from '../contract/skills.ts'
import { isTimeLine } from '../contract/time-lines.ts'

interface Checked {
  connection: string
  instruction: string
  persona: 'default' | 'silent' | 'talkative'
  watchFor: readonly EdgeSkillId[]
}

type MakeProblem = (
  field: string,
  code: string,
  message: string,
  severity: Problem['severity'],
) => Omit<Problem, 'node'>

/** What runs, but not as it was written. */
function doubts(values: Checked, can: Abilities | undefined, problem: MakeProblem): Omit<Problem, 'node'>[] {
  const timeLine = values.instruction.split(/\r\n|\r|\n/).find(isTimeLine)
  return [
    ...(timeLine === undefined
      ? []
      : [
          problem(
            'instruction',
            'MODEL_INSTRUCTION_TIME',
            `The line "${timeLine.trim()}" reads as the time of a picture, which would replace the instruction. It is left out; say it in a sentence.`,
            'warning',
          ),
        ]),
    ...(can?.watch === 'webinfer' && values.persona === 'talkative'
      ? [
          problem(
            'persona',
            'MODEL_PERSONA_UNFIT',
            'This kind of server knows no talkative manner: it speaks as usual. Reserved keeps it from asking agents.',
            'warning',
          ),
        ]
      : []),
  ]
}

export function problemsOf(values: Checked, can: Abilities | undefined): Omit<Problem, 'node'>[] {
  const problem: MakeProblem = (field, code, message, severity) => ({ port: null, field, code, message, severity })
  const isBlank = values.instruction.trim() === ''
  if (values.connection === '')
    return [
      problem('connection', 'MODEL_CONNECTION_EMPTY', 'Choose the model that watches, for example "edge".', 'error'),
    ]
  if (isBlank && (!can?.detect || values.watchFor.length === 0)) {
    return [
      problem(
        'instruction',
        'MODEL_INSTRUCTION_EMPTY',
        'Say what to watch for: without an instruction the model stays silent.',
        'error',
      ),
    ]
  }
  if (!can?.detect) return doubts(values, can, problem)
  if (isBlank) return []
  const asked = skillsInInstruction(values.instruction)
  const known = edgeSkills.map((skill) => skill.label.toLowerCase()).join('; ')
  if (asked.length === 0) {
    return [
      problem(
        'instruction',
        'MODEL_EDGE_CANNOT_READ',
        `The built-in model does not read sentences, and nothing in this one matches what it knows: ${known}. It will watch for ${values.watchFor.join(', ') || 'falls'}. Use another connection for free instructions.`,
        'warning',
      ),
    ]
  }
  const missing = values.watchFor.length === 0 ? [] : asked.filter((id) => !values.watchFor.includes(id))
  if (missing.length === 0) return []
  return [
    problem(
      'watchFor',
      'MODEL_EDGE_NOT_WATCHED',
      `The instruction seems to ask for ${missing.join(', ')}, which is not among the things to watch for.`,
      'warning',
    ),
  ]
}
