import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../../test/support/fake-clock.ts'
import { atEnd } from '../../../test/support/fake-model.ts'
import { fakePoseModel } from '../../../test/support/fake-pose-model.ts'
import { blendPoses, makePose } from '../../../test/support/poses.ts'
import type { ModelTick, ModelVerdict } from '../../../nodes/contract/capabilities.ts'
import type { FastFrame } from '../../../nodes/contract/frames.ts'
import type { EdgeSkillId } from '../../../nodes/contract/skills.ts'
import type { Pose } from './pose.ts'
import { createEdgeConversation } from './conversation.ts'

const picture = { width: 640, height: 480, jpeg: new Uint8Array() }
const rgb = new Uint8Array(256 * 192 * 3).fill(90)
const fall =
  (atS: number) =>
  (timeS: number): Pose[] => [
    blendPoses(
      makePose('standing', 128, 170),
      makePose('lying', 128, 170),
      Math.max(0, Math.min(1, (timeS - atS) / 0.5)),
    ),
  ]

function open(skills: EdgeSkillId[] = ['fall']) {
  const clock = fakeClock()
  const model = fakePoseModel()
  let closed = 0
  const conversation = createEdgeConversation({
    stream: 's',
    config: { watchFor: skills, mode: 'balanced' },
    model,
    clock,
    onClose: () => {
      closed++
    },
  })
  const abort = new AbortController()
  const request = (mediaTimeS: number): ModelTick => ({
    picture,
    kind: 'I',
    atMs: 0,
    mediaTimeS,
    tick: Math.round(mediaTimeS) + 1,
    instruction: '',
    persona: 'default',
    seconds: 1,
  })
  return {
    clock,
    model,
    conversation,
    abort,
    closed: () => closed,
    frame: (mediaTimeS: number, size: Partial<FastFrame> = {}) =>
      conversation.feed?.({ seq: 0, mediaTimeS, width: 256, height: 192, rgb, ...size }),
    tick: (mediaTimeS: number) => conversation.tick(request(mediaTimeS), abort.signal),
    /** A second of pictures before each tick, as a camera gives them. */
    async run(fromS: number, toS: number): Promise<ModelVerdict[]> {
      const verdicts: ModelVerdict[] = []
      for (let second = fromS; second < toS; second++) {
        for (let part = 0; part < 8; part++)
          conversation.feed?.({ seq: 0, mediaTimeS: second + part / 8, width: 256, height: 192, rgb })
        verdicts.push(await conversation.tick(request(second + 7 / 8), abort.signal))
        await clock.advance(1000)
      }
      return verdicts
    },
  }
}

describe('a conversation with the edge model', () => {
  it('stays silent while nothing happens, and says how many people it sees', async () => {
    const bench = open()
    bench.model.people(() => [makePose('standing', 60, 170), makePose('standing', 180, 170)])
    expect((await bench.run(0, 3)).at(-1)).toMatchObject({
      action: 'silence',
      reason: 'model',
      text: '',
      data: { people: 2, watching: ['fall'], pictures: 8, dropped: 0 },
    })
  })

  it('speaks at the next tick of a fall, with the media time of the detection, and once', async () => {
    const bench = open()
    bench.model.people(fall(4))
    const spoken = (await bench.run(0, 14))
      .map((verdict, second) => ({ ...verdict, second }))
      .filter((verdict) => verdict.action === 'response')
    expect(spoken).toHaveLength(1)
    expect(spoken[0]).toMatchObject({
      text: 'A person has fallen and is on the floor.',
      reason: 'model',
      data: { skills: ['fall'] },
    })
    expect(spoken[0]?.mediaTimeS).toBeGreaterThan(4.5)
    expect(spoken[0]?.second).toBe(Math.floor(spoken[0]?.mediaTimeS ?? 0))
  })

  it('says several things at once in one sentence after another, the most urgent first', async () => {
    const bench = open(['person-leaves', 'fall'])
    bench.model.people((timeS) => [...fall(4)(timeS), ...(timeS < 3.1 ? [makePose('standing', 30, 170)] : [])])
    const spoken = (await bench.run(0, 9)).filter((verdict) => verdict.action === 'response')
    expect(spoken).toHaveLength(1)
    expect(spoken[0]?.text).toBe('A person has fallen and is on the floor. A person has left.')
  })

  it('waits at a tick for the pictures fed before it, but not for those after it', async () => {
    const bench = open()
    bench.model.mode = 'held'
    bench.frame(0.9)
    bench.frame(1.1)
    let verdict: ModelVerdict | undefined
    const ticking = bench.tick(1).then((said) => {
      verdict = said
    })
    await bench.clock.settle()
    expect(verdict).toBeUndefined()
    bench.model.release(1)
    await ticking
    expect(verdict).toMatchObject({ action: 'silence' })
    expect(bench.model.waiting()).toBe(1)
  })

  it('waits no longer than 300 ms, and leaves no sleeper behind', async () => {
    const bench = open()
    bench.model.mode = 'held'
    bench.frame(0.5)
    const ticking = bench.tick(1)
    await bench.clock.advance(299)
    expect(bench.clock.waiting()).toBe(1)
    await bench.clock.advance(1)
    expect(await ticking).toMatchObject({ action: 'silence', data: { pictures: 0 } })
    expect(bench.clock.waiting()).toBe(0)
  })

  it('decides at once when the source ends', async () => {
    const bench = open()
    bench.model.people(fall(4))
    await bench.run(0, 4)
    for (let part = 0; part < 6; part++) bench.frame(4 + part / 8)
    expect(await bench.conversation.finish?.(atEnd)).toMatchObject([
      { action: 'response', text: 'A person has fallen and is on the floor.', mediaTimeS: 4.625 },
    ])
    expect(await bench.conversation.finish?.(atEnd)).toEqual([])
  })

  it('starts anew when a looped file jumps back', async () => {
    const bench = open(['person-enters'])
    bench.model.people((timeS) =>
      timeS > 3 ? [makePose('standing', 60, 170), makePose('standing', 180, 170)] : [makePose('standing', 60, 170)],
    )
    expect((await bench.run(0, 6)).filter((verdict) => verdict.action === 'response')).toHaveLength(1)
    expect((await bench.run(0, 6)).filter((verdict) => verdict.action === 'response')).toHaveLength(1)
  })

  it.each([
    [
      'EDGE_MODEL_DOWN',
      'the model has stopped',
      async (bench: ReturnType<typeof open>) => {
        bench.model.setUp(false)
        bench.frame(1)
      },
    ],
    [
      'EDGE_PICTURE_SIZE',
      'pictures are of another size',
      async (bench: ReturnType<typeof open>) => {
        bench.frame(1, { width: 128, height: 96 })
      },
    ],
    [
      'EDGE_NO_PICTURES',
      'no pictures come',
      async (bench: ReturnType<typeof open>) => {
        await bench.tick(0)
        await bench.tick(3)
      },
    ],
    [
      'EDGE_BEHIND',
      'it looks at pictures seconds late',
      async (bench: ReturnType<typeof open>) => {
        await bench.run(0, 1)
        bench.model.mode = 'held'
        for (let part = 0; part < 32; part++) bench.frame(1 + part / 8)
        void bench.clock.advance(300)
      },
    ],
  ])('refuses with %s when %s', async (code, _, prepare) => {
    const bench = open()
    await prepare(bench)
    const refused = bench.tick(4.9)
    void refused.catch(() => undefined)
    await bench.clock.advance(300)
    await expect(refused).rejects.toMatchObject({ code, name: 'RetryableError' })
  })

  it('still says what it found before the trouble', async () => {
    const bench = open()
    bench.model.people(fall(1))
    for (let part = 0; part < 32; part++) bench.frame(part / 8)
    bench.model.setUp(false)
    expect(await bench.tick(4)).toMatchObject({ action: 'response' })
    await expect(bench.tick(5)).rejects.toMatchObject({ code: 'EDGE_MODEL_DOWN' })
  })

  it('counts pictures that were dropped', async () => {
    const bench = open()
    bench.model.mode = 'held'
    bench.frame(0.1)
    bench.frame(0.2)
    bench.model.dropAll()
    expect(await bench.tick(1)).toMatchObject({ data: { dropped: 2, pictures: 0 } })
  })

  it('sends the model as many pictures as it asks for, and says so when that is too few', async () => {
    const bench = open()
    bench.model.setShare(4)
    const verdicts = await bench.run(0, 6)
    expect(verdicts.map((verdict) => verdict.data?.['pictures'])).toEqual([4, 4, 4, 4, 4, 4])
    expect(verdicts.at(-1)).toMatchObject({
      action: 'silence',
      trouble: 'This machine cannot keep up: the built-in model sees 4 of 8 pictures a second. Falls may be missed.',
      data: { skipped: 24, dropped: 0 },
    })
    bench.model.setShare(8)
    expect((await bench.run(6, 14)).at(-1)?.trouble).toBeUndefined()
  })

  it.each([8, 6, 4])('sees a fall on %i of eight pictures', async (share) => {
    const bench = open()
    bench.model.setShare(share)
    bench.model.people(fall(4))
    expect((await bench.run(0, 14)).filter((verdict) => verdict.action === 'response')).toHaveLength(1)
  })

  it('stops waiting when the conversation is stopped', async () => {
    const bench = open()
    bench.model.mode = 'held'
    bench.frame(0.5)
    const ticking = bench.tick(1)
    bench.abort.abort()
    await expect(ticking).rejects.toMatchObject({ name: 'AbortError' })
    await bench.clock.settle()
    expect(bench.clock.waiting()).toBe(0)
  })

  it('takes its waiting pictures along when it closes, once', async () => {
    const bench = open()
    bench.model.mode = 'held'
    bench.frame(0.5)
    await bench.conversation.close()
    await bench.conversation.close()
    bench.frame(0.6)
    expect(bench.model.waiting()).toBe(0)
    expect(bench.closed()).toBe(1)
  })
})
