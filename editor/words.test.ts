import { describe, expect, it } from 'vitest'
import {
  ago,
  bytes,
  cameraWords,
  clock,
  count,
  decisionTone,
  decisionWords,
  deployWords,
  deliveryStateWords,
  duration,
  incidentWords,
  seenByWords,
  endOf,
  eventKindWords,
  followUpWords,
  latency,
  since,
  tokensSaved,
  repeatWords,
} from './words.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString()

describe('words', () => {
  it('says what a camera waits for while it is on, and its trouble first', () => {
    const camera = {
      state: 'slow' as const,
      since: before(60),
      text: 'The camera is slow.',
      newestPictureAgeS: 7,
      everyS: 10,
      decoderLines: 0,
    }
    expect(cameraWords({ state: 'running', reason: null, camera })).toBe('The camera is slow.')
    expect(cameraWords({ state: 'degraded', reason: 'The model is away.', camera })).toBe('The model is away.')
    expect(cameraWords({ state: 'stopped', reason: null, camera })).toBeNull()
    expect(cameraWords({ state: 'running', reason: null, camera: { ...camera, state: 'watching' } })).toBeNull()
    expect(cameraWords({ state: 'running', reason: null })).toBeNull()
  })

  it.each([
    [0, 'just now'],
    [12, '12 s ago'],
    [179, '2 min ago'],
    [7300, '2 h ago'],
    [90_000, 'yesterday'],
    [300_000, '3 days ago'],
  ])('says %i s as "%s"', (seconds, words) => {
    expect(ago(before(seconds), now)).toBe(words)
  })

  it('says unknown of a time it does not have', () => {
    expect([ago(null, now), ago('soon', now)]).toEqual(['unknown', 'unknown'])
  })

  it('says amounts with their unit and no needless digits', () => {
    expect([duration(1500), duration(60_000), duration(5_400_000), latency(0.2), latency(41.2), latency(1499)]).toEqual(
      ['1.5 s', '1 min', '1.5 h', 'under 1 ms', '41 ms', '1.5 s'],
    )
    expect([clock(65), clock(3725), bytes(137_000), bytes(1_234_567), count(1, 'card'), count(3, 'card')]).toEqual([
      '1:05',
      '1:02:05',
      '137 kB',
      '1.2 MB',
      '1 card',
      '3 cards',
    ])
  })

  it('calls an estimate one', () => {
    expect([tokensSaved({ sent: 24, fullRate: 100 }), tokensSaved({ sent: 0, fullRate: 0 })]).toEqual([
      'about 76 % saved',
      null,
    ])
  })

  it('gives every silence its reason, and trouble its own tone', () => {
    const silent = { action: 'silence' as const, text: '' }
    expect(decisionWords({ ...silent, reason: 'model' })).toBe('Nothing to say')
    expect(decisionWords({ ...silent, reason: 'model-unreachable', text: '10.0.0.5 refuses' })).toBe(
      'The model does not answer: 10.0.0.5 refuses',
    )
    expect([
      decisionTone({ ...silent, reason: 'model' }),
      decisionTone({ ...silent, reason: 'camera-lost' }),
      decisionTone({ action: 'response', reason: 'model' }),
    ]).toEqual(['silence', 'trouble', 'response'])
  })

  it('counts tries, and shows an unknown kind as it is', () => {
    expect([
      deliveryStateWords('delivered', 1),
      deliveryStateWords('delivered', 3),
      deliveryStateWords('retrying', 2),
    ]).toEqual(['Delivered', 'Delivered after 3 tries', 'Trying again, try 2'])
    expect([eventKindWords('stream.lost'), eventKindWords('kettle.boiled')]).toEqual(['Camera lost', 'kettle boiled'])
  })

  it('tells what was dropped and what was cancelled from what went well or badly', () => {
    const ends = (
      [
        ['delivered', null],
        ['delivered', 'SPEECH_DROPPED'],
        ['failed', 'ACTION_CANCELLED'],
        ['failed', 'HTTP_UNREACHABLE'],
      ] as const
    ).map(([state, code]) => endOf({ state, code }))
    expect(ends).toEqual(['delivered', 'dropped', 'cancelled', 'failed'])
    expect(deliveryStateWords('dropped', 1, 'speech')).toBe('Too late')
  })

  it('says what a reminder or a deadline waits for, and how long an agent has been at work', () => {
    const words = (id: string, state: string, detail = '') => followUpWords({ id, state, detail })
    expect([
      words('e1_tell', 'pending'),
      words('e1_tell_repeat-2', 'pending'),
      words('e1_tell_deadline', 'pending'),
      words('e1_tell_repeat-2', 'delivered', 'Somebody has acknowledged it: nothing to do.'),
    ]).toEqual([
      null,
      'Reminds again unless somebody has seen it',
      'Tells the next one unless somebody has seen it',
      'Somebody has acknowledged it: nothing to do.',
    ])
    expect([since(before(18), now), since(before(0), now)]).toEqual(['18 s', ''])
  })

  it('says how often a sentence was said, and nothing of what was said once', () => {
    const repeats = { count: 3, firstAt: before(40), lastAt: before(12) }
    expect([repeatWords({ repeats }, now), repeatWords({}, now)]).toEqual(['said 3 times, last 12 s ago', null])
  })

  it('says of an incident how often and whether it goes on, and of what was only seen never that it is over', () => {
    const again = (count: number, overAt: string | null) => ({ count, lastAt: before(12), overAt })
    expect(incidentWords(again(1, null), false, now)).toBeNull()
    expect(incidentWords(again(1, before(2)), false, now)).toBeNull()
    expect(incidentWords(again(3, null), false, now)).toBe('3 times, last 12 s ago')
    expect(incidentWords(again(3, before(2)), false, now)).toBe('3 times, last 12 s ago, not seen again')
    expect(incidentWords(again(1, null), true, now)).toBe('goes on')
    expect(incidentWords(again(1, before(2)), true, now)).toMatch(/^over since \d/)
    expect(incidentWords(again(2, null), true, now)).toBe('2 times, last 12 s ago, goes on')
    expect(['owner', 'token', 'link', 'Ana (link)', null].map(seenByWords)).toEqual([
      'the owner',
      'a script',
      'somebody with the link',
      'Ana',
      'somebody with the link',
    ])
  })
})

describe('what a deploy will do', () => {
  const none = { kept: [], changed: [], restarted: [], started: [], stopped: [] }
  const say = (changes: Partial<Record<keyof typeof none, string[]>>): string =>
    deployWords({ ...none, ...changes }, (stream) => `the ${stream}`)

  it('is one short line', () => {
    expect(say({ kept: ['hall'], changed: ['calm'] })).toBe('Keeps watching, 1 card changes.')
    expect(say({ kept: ['hall'] })).toBe('Keeps watching, nothing changes.')
    expect(say({ kept: ['hall'], restarted: ['yard'], stopped: ['door'] })).toBe('Restarts the yard. Stops the door.')
    expect(say({ started: ['a', 'b', 'c'] })).toBe('Starts 3 cameras.')
    expect(say({})).toBe('')
  })
})
