import { describe, expect, it } from 'vitest'
import { hasPassed, joinSuites, readArguments, tableOf } from './command-line.ts'
import { junitOf } from './junit.ts'
import type { RehearsalView } from './records.ts'

describe('the arguments of heed rehearse', () => {
  it('are flows, and clips up to the next option', () => {
    const argv = ['a.json', 'b', '--clips', 'one.mp4', 'two.mp4', '--junit', 'out.xml', 'c']
    expect(readArguments(argv, {})).toEqual({
      flows: ['a.json', 'b', 'c'],
      clips: ['one.mp4', 'two.mp4'],
      connection: undefined,
      askAgents: false,
      url: undefined,
      token: undefined,
      junit: 'out.xml',
      json: undefined,
    })
    expect(
      readArguments(['x', '--ask-agents', '--clips=z.mp4'], { HEED_URL: 'http://h:1', HEED_TOKEN: 't' }),
    ).toMatchObject({
      clips: ['z.mp4'],
      askAgents: true,
      url: 'http://h:1',
      token: 't',
    })
  })

  it('are refused in words', () => {
    expect(readArguments([], {})).toBe('Say which flow to rehearse.')
    expect(readArguments(['--clips', 'a.mp4'], {})).toBe('Say which flow to rehearse.')
    expect(readArguments(['x', '--url', 'nonsense'], {})).toContain('"nonsense" is not an address')
    expect(readArguments(['x', '--loud'], {})).toContain('--loud')
  })
})

describe('what it says', () => {
  const view = {
    state: 'finished',
    reason: null,
    summary: { hits: 1, misses: 1, falseAlarms: 1, medianDelayS: 0.86 },
    clips: [
      {
        clip: 'fall.mp4',
        captured: [{ mediaTimeS: 3, node: 'tell', channel: 'inbox', text: 'A person fell.' }],
        checks: [
          { kind: 'expect', passed: true, delayS: 0.86 },
          { kind: 'expect', passed: false, delayS: null },
          { kind: 'never', passed: false, delayS: null },
          { kind: 'never', passed: true, delayS: null },
        ],
      },
      { clip: 'gone.mp4', trouble: 'It cannot be read.' },
    ],
  } as unknown as RehearsalView

  it('is a line for each check, and one that counts', () => {
    expect(tableOf({ flow: 'Fall', view }).split('\n')).toEqual([
      'Fall',
      '  fall.mp4',
      '    3.0 s  inbox: A person fell.',
      '    hit after 0.9 s',
      '    MISS',
      '    FALSE ALARM',
      '    silent, as asked',
      '  gone.mp4: It cannot be read.',
      '  1 hits, 1 misses, 1 false alarms, median delay 0.9 s',
    ])
    expect(tableOf({ flow: 'Fall', view: { ...view, state: 'failed', reason: 'No model.' } })).toContain(
      'Fall (failed: No model.)',
    )
  })

  it('is no success where the model was away: a silent clip proves nothing then', () => {
    const silent = {
      state: 'finished',
      summary: { hits: 0, misses: 0, falseAlarms: 0, medianDelayS: null },
      clips: [{ clip: 'calm.mp4', state: 'finished', trouble: null, checks: [{ kind: 'never', passed: true }] }],
    } as unknown as RehearsalView
    const trouble = '10 of 10 decisions have no answer of the model: Nobody is there.'
    const away: RehearsalView = { ...silent, clips: silent.clips.map((clip) => ({ ...clip, trouble })) }
    expect([hasPassed(silent), hasPassed(away)]).toEqual([true, false])
    expect(junitOf(silent, 'Fall')).toContain('failures="0" errors="0"')
    expect(junitOf(away, 'Fall')).toContain(`<error message="${trouble}"/>`)
  })

  it('is one JUnit file for all flows', () => {
    const junit = '<?xml version="1.0"?>\n<testsuites name="x" tests="1">\n  <testsuite name="a"/>\n</testsuites>\n'
    expect(joinSuites([{ junit }, { junit: junit.replace('"a"', '"b"') }])).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="a"/>\n<testsuite name="b"/>\n</testsuites>\n',
    )
  })
})
