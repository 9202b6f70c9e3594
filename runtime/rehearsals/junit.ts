// A rehearsal as JUnit XML, for build servers: a suite for each clip, a case for each check. Pure; texts of models are foreign.
import type { Check, ClipView, RehearsalView } from './records.ts'

/** The whole document. */
export function junitOf(view: RehearsalView, flowName: string): string {
  const suites = view.clips.map((clip) => suiteOf(clip, view))
  const count = (part: 'failures' | 'errors' | 'tests'): number => suites.reduce((sum, suite) => sum + suite[part], 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(flowName)}" tests="${count('tests')}" failures="${count('failures')}" errors="${count('errors')}">`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteOf(
  clip: ClipView,
  { createdAt, revision, state, reason }: RehearsalView,
): { xml: string; tests: number; failures: number; errors: number } {
  const { checks = [], mediaS = 0, tokens = 0, modelMs = 0 } = clip
  const isDone = clip.state !== undefined
  // A model that was away leaves a clip silent: that passes for nothing.
  const isSeen = isDone && clip.state !== 'failed'
  const trouble = clip.trouble ?? (isSeen ? null : (reason ?? `The rehearsal is ${state}.`))
  const cases = [
    `    <testcase classname="${escape(clip.clip)}" name="the clip is rehearsed" time="${seconds(modelMs / 1000)}">${
      trouble === null ? '' : `<error message="${escape(trouble)}"/>`
    }</testcase>`,
    ...checks.map((check) => caseOf(clip.clip, check)),
  ]
  const failures = checks.filter(({ passed }) => !passed).length
  const errors = trouble === null ? 0 : 1
  return {
    tests: cases.length,
    failures,
    errors,
    xml: [
      `  <testsuite name="${escape(clip.clip)}" tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds(modelMs / 1000)}" timestamp="${createdAt}">`,
      '    <properties>',
      `      <property name="revision" value="${revision}"/>`,
      `      <property name="mediaSeconds" value="${seconds(mediaS)}"/>`,
      `      <property name="visualTokens" value="${tokens}"/>`,
      '    </properties>',
      ...cases,
      '  </testsuite>',
    ].join('\n'),
  }
}

function caseOf(clip: string, check: Check): string {
  const head = `    <testcase classname="${escape(clip)}" name="${escape(nameOf(check))}" time="${seconds(check.delayS ?? 0)}">`
  if (check.passed) return `${head}</testcase>`
  const why = check.found
    ? `At ${seconds(check.found.mediaTimeS)} s: ${check.found.text}`
    : 'Nothing of the kind was done in that time.'
  return `${head}<failure type="${check.kind === 'expect' ? 'miss' : 'false alarm'}" message="${escape(why)}"/></testcase>`
}

/** "expect response between 1.8 and 5.7 s, matching “fall”": the check in words. */
export function nameOf({ action, kind, textMatches, within }: Check): string {
  return [
    `${kind} ${action}`,
    ...(within ? [` between ${within[0]} and ${within[1]} s`] : []),
    ...(textMatches === null ? [] : [`, matching “${textMatches}”`]),
  ].join('')
}

function seconds(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}

const named: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': ' ',
}

/** What XML 1.0 cannot hold at all is left out. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\u0009\u000a\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"\n\t]/g, (letter) => named[letter] ?? '')
}
