import { describe, expect, it } from 'vitest'
import { stillToBurn, type PictureFilter } from '../../nodes/contract/frames.ts'
import { defineAction } from '../../nodes/contract/define.ts'
import { z } from 'zod'
import { replayOf, testOf, withTest } from './event-tests.ts'
import type { RehearsalView } from './records.ts'

const types = new Map([
  [
    'tell',
    defineAction({
      type: 'tell',
      version: 1,
      title: 'Tell',
      icon: 'bell',
      group: 'action',
      help: '',
      does: ['notify'],
      ports: { in: {}, out: {} },
      config: z.object({}),
      card: '',
      needs: [],
      timeoutMs: 1,
      maxAttempts: 1,
      perform: async () => ({ outputs: {}, summary: '' }),
    }),
  ],
])
const delivery = (node: string, type: string) => ({
  id: node,
  node,
  type,
  state: 'delivered' as const,
  attempts: 1,
  detail: '',
  code: null,
  at: '',
})

describe('a test made of a past event', () => {
  it('asks that the same people are told around that moment, or never', () => {
    const event = { kind: 'response.given', deliveries: [delivery('voice', 'tts'), delivery('ana', 'tell')] }
    const clip = { clip: 'a.mp4', atS: 2.34, isWhole: true }
    expect(testOf(event, types, clip, 'fire')).toEqual({
      clip: 'a.mp4',
      expect: [{ within: [0, 12.3], action: 'ana' }],
      never: [],
    })
    expect(testOf(event, types, clip, 'stay-silent')).toEqual({ clip: 'a.mp4', expect: [], never: [{ action: 'ana' }] })
  })

  it('asks for the decision where nobody was told, and in a whole clip only for that moment', () => {
    const clip = { clip: 'day.mp4', atS: 600, isWhole: false }
    expect(testOf({ kind: 'delegation.made', deliveries: [] }, types, clip, 'stay-silent').never).toEqual([
      { action: 'delegate', within: [595, 610] },
    ])
  })

  it('joins those of its clip, once', () => {
    const first = testOf(
      { kind: 'response.given', deliveries: [] },
      types,
      { clip: 'a', atS: 9, isWhole: true },
      'fire',
    )
    const other = { clip: 'b', expect: [], never: [{ action: 'x' }] }
    const one = withTest([other], first)
    expect(one).toEqual([other, first])
    expect(withTest(one ?? [], first)).toBeNull()
    const later = { ...first, expect: [{ ...first.expect[0]!, within: [50, 65] as [number, number] }] }
    expect(withTest([first, other], later)).toEqual([{ ...first, expect: [...first.expect, ...later.expect] }, other])
  })
})

describe('a replay in words', () => {
  const decision = (mediaTimeS: number, action = 'silence', reason = 'model') => ({ mediaTimeS, action, reason })
  const view = (clip: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
    ({
      state: 'finished',
      reason: null,
      request: { about: { event: 'e1', atS: 30 } },
      clips: [{ clip: 'a', decisions: [], captured: [], ...clip }],
      ...changes,
    }) as unknown as RehearsalView

  it('says when somebody would be told again', () => {
    expect(replayOf(view({ captured: [{ mediaTimeS: 3 }, { mediaTimeS: 31.2 }, { mediaTimeS: 33 }] }))).toEqual({
      event: 'e1',
      fires: true,
      afterS: 1.2,
      said: 'would alert again at +1.2 s',
    })
    expect(replayOf(view({ captured: [{ mediaTimeS: 29.5 }] }))?.said).toBe('would alert again at −0.5 s')
  })

  it('says that nobody would be told, or why it would be silent', () => {
    expect(replayOf(view({ decisions: [decision(31, 'response')] }))).toMatchObject({
      fires: false,
      said: 'would say so at +1.0 s, and nobody would be told',
    })
    expect(replayOf(view({ decisions: [decision(2), decision(30, 'silence', 'cooldown'), decision(60)] }))).toEqual({
      event: 'e1',
      fires: false,
      afterS: null,
      said: 'would stay silent: it was keeping quiet for a while',
    })
  })

  it('says nothing before it knows, and nothing of other rehearsals', () => {
    expect(replayOf(view({}, { state: 'running' }))).toMatchObject({ fires: null, said: null })
    expect(replayOf(view({}, { state: 'failed', reason: 'The model is away.' }))?.said).toBe(
      'could not be replayed: The model is away.',
    )
    expect(replayOf(view({}, { request: {} }))).toBeUndefined()
  })
})

describe('pictures that have been masked or cut before', () => {
  const mask: PictureFilter = { do: 'mask', polygons: [[{ x: 0, y: 0 }]] }
  const cut = (x: number): PictureFilter => ({ do: 'crop', rectangle: { x, y: 0, width: 0.5, height: 1 } })

  it('are not cut twice, and get what came later', () => {
    expect(stillToBurn([mask, cut(0)], [mask, cut(0)])).toEqual([])
    expect(stillToBurn([mask], [mask, cut(0)])).toEqual([cut(0)])
    expect(stillToBurn([], [mask])).toEqual([mask])
    expect(stillToBurn([mask], [])).toEqual([])
  })

  it('cannot be cut otherwise, but masked once more', () => {
    expect(stillToBurn([cut(0)], [cut(0.2)])).toBeNull()
    expect(stillToBurn([cut(0)], [])).toBeNull()
    const other: PictureFilter = { do: 'mask', polygons: [[{ x: 1, y: 1 }]] }
    expect(stillToBurn([mask], [other])).toEqual([other])
  })
})
