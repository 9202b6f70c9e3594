// What a flow says of itself that must be true on a clip, and whether it was. Pure; what is found is data, patterns run in linear time.
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { z } from 'zod'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { toFieldProblems } from '../../nodes/contract/input.ts'
import type { CapturedAction, Check, ClipOutcome, Summary } from './records.ts'

const second = z.number().min(0).max(1_000_000)
const within = z
  .tuple([second, second])
  .refine(([from, to]) => from <= to, { message: 'must begin before it ends, in seconds of the clip' })
/** A decision (`response`, `delegate`), or a node's id, a node type or a channel of what was captured. */
const action = z.string().trim().min(1).max(80)
const textMatches = z.string().max(1000).optional()

export const FlowTestSchema = z.object({
  clip: z.string().min(1).max(1000),
  expect: z.array(z.object({ within, action, textMatches })).max(200).default([]),
  never: z
    .array(z.object({ action, textMatches, within: within.optional() }))
    .max(200)
    .default([]),
})
export type FlowTest = z.infer<typeof FlowTestSchema>

/** The tests of a document. Throws BadRequestError REHEARSAL_TESTS_WRONG, REHEARSAL_PATTERN_WRONG. */
export function readTests(document: Flow): FlowTest[] {
  if (document.tests === undefined) return []
  const read = FlowTestSchema.array().max(500).safeParse(document.tests)
  if (!read.success) {
    const problems = toFieldProblems(read.error, 'REHEARSAL_TESTS_WRONG')
    throw new BadRequestError(
      'REHEARSAL_TESTS_WRONG',
      `The flow's tests cannot be read: ${problems
        .slice(0, 5)
        .map(({ message }) => message)
        .join(' ')}`,
      { details: { problems: problems.slice(0, 50) } },
    )
  }
  for (const test of read.data)
    for (const { textMatches: pattern } of [...test.expect, ...test.never])
      if (pattern !== undefined) compile(pattern, test.clip)
  return read.data
}

/** Those about this clip: named as it is asked for, or by its file's name. */
export function testsOf(tests: readonly FlowTest[], clip: string): FlowTest[] {
  const exact = tests.filter((test) => test.clip === clip)
  return exact.length > 0 ? exact : tests.filter((test) => fileName(test.clip) === fileName(clip))
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

function compile(pattern: string, clip: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
  } catch (thrown) {
    if (!(thrown instanceof RE2JSSyntaxException)) throw thrown
    throw new BadRequestError(
      'REHEARSAL_PATTERN_WRONG',
      `The test of "${clip}" has a pattern that cannot be read: ${thrown.message}. Patterns are RE2's, without looking around and back references.`,
      { details: { clip, pattern } },
    )
  }
}

interface Done {
  mediaTimeS: number
  text: string
  /** What it may be called in a test. */
  names: string[]
}

/** What was said, asked and would have been sent, by its second. */
function doneIn(outcome: Pick<ClipOutcome, 'decisions' | 'captured'>): Done[] {
  const decided = outcome.decisions
    .filter((decision) => decision.action !== 'silence')
    .map(({ action: name, mediaTimeS, question, text }) => ({
      mediaTimeS,
      text: question === undefined ? text : `${text} ${question}`.trim(),
      names: [name],
    }))
  return [...decided, ...outcome.captured.map(asDone)].sort((a, b) => a.mediaTimeS - b.mediaTimeS)
}

function asDone({ channel, mediaTimeS, node, text, title, type }: CapturedAction): Done {
  return { mediaTimeS, text: title ? `${title}: ${text}` : text, names: [node, type, channel] }
}

/** Holds what was done against the tests of its clip. */
export function checkTests(outcome: Pick<ClipOutcome, 'decisions' | 'captured'>, tests: readonly FlowTest[]): Check[] {
  const done = doneIn(outcome)
  const find = (
    clip: string,
    wanted: { action: string; textMatches?: string | undefined; within?: [number, number] | undefined },
  ): Check['found'] => {
    const pattern = wanted.textMatches === undefined ? undefined : compile(wanted.textMatches, clip)
    const [from, to] = wanted.within ?? [-Infinity, Infinity]
    const found = done.find(
      ({ mediaTimeS, names, text }) =>
        mediaTimeS >= from &&
        mediaTimeS <= to &&
        names.includes(wanted.action) &&
        (pattern === undefined || pattern.matcher(text).find()),
    )
    return found ? { mediaTimeS: found.mediaTimeS, text: found.text } : null
  }
  return tests.flatMap((test) => [
    ...test.expect.map((wanted): Check => {
      const found = find(test.clip, wanted)
      return {
        kind: 'expect',
        passed: found !== null,
        delayS: found ? Math.round((found.mediaTimeS - wanted.within[0]) * 1000) / 1000 : null,
        ...asked(wanted),
        found,
      }
    }),
    ...test.never.map((unwanted): Check => {
      const found = find(test.clip, unwanted)
      return { kind: 'never', passed: found === null, delayS: null, ...asked(unwanted), found }
    }),
  ])
}

function asked(wanted: {
  action: string
  textMatches?: string | undefined
  within?: [number, number] | undefined
}): Pick<Check, 'action' | 'textMatches' | 'within'> {
  return { action: wanted.action, within: wanted.within ?? null, textMatches: wanted.textMatches ?? null }
}

/** Of all clips together. */
export function summarize(checks: readonly Check[]): Summary {
  const count = (kind: Check['kind'], passed: boolean): number =>
    checks.filter((check) => check.kind === kind && check.passed === passed).length
  const delays = checks.flatMap(({ delayS }) => (delayS === null ? [] : [delayS])).sort((a, b) => a - b)
  const middle = delays.length / 2
  const median =
    delays.length % 2 === 1 ? delays[Math.floor(middle)]! : ((delays[middle - 1] ?? 0) + (delays[middle] ?? 0)) / 2
  return {
    hits: count('expect', true),
    misses: count('expect', false),
    falseAlarms: count('never', false),
    medianDelayS: delays.length === 0 ? null : Math.round(median * 1000) / 1000,
  }
}
