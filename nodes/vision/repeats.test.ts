import { expect, it } from 'vitest'
import { repeatedBy, withSaid, type Said } from './repeats.ts'

const at = '2026-01-01T00:00:00.000Z'
const once = (text: string, mediaTimeS: number): Said[] =>
  withSaid([], { text, mediaTimeS, windowS: 30 }, { eventId: 'e1', count: 1, firstAt: at, lastAt: at })

it('takes the same sentence within the window for the same event, and later for a new one', () => {
  const said = once('A person has fallen.', 100)
  const saying = (mediaTimeS: number, windowS = 30) => ({ text: ' a person  has fallen. ', mediaTimeS, windowS })
  expect(repeatedBy(said, saying(130))?.eventId).toBe('e1')
  expect(repeatedBy(said, saying(131))).toBeUndefined()
  expect(repeatedBy(said, saying(101, 0))).toBeUndefined()
  expect(repeatedBy(said, { text: 'A person has got up.', mediaTimeS: 101, windowS: 30 })).toBeUndefined()
})

it('knows a later round of a clip by the place, over many rounds', () => {
  let said = once('A person has fallen.', 20)
  for (const mediaTimeS of [140.8, 381.2, 501]) {
    const saying = { text: 'A person has fallen.', mediaTimeS, windowS: 30, loopS: 120 }
    const known = repeatedBy(said, saying)
    expect(known?.eventId).toBe('e1')
    said = withSaid(said, saying, { ...known!, count: known!.count + 1 })
  }
  expect(said[0]?.count).toBe(4)
  expect(repeatedBy(said, { text: 'A person has fallen.', mediaTimeS: 570, windowS: 30, loopS: 120 })).toBeUndefined()
})

it('keeps the twenty sentences that were said last', () => {
  let said: Said[] = []
  for (let n = 0; n < 30; n++)
    said = withSaid(
      said,
      { text: `Sentence ${n}.`, mediaTimeS: n, windowS: 30 },
      { eventId: `e${n}`, count: 1, firstAt: at, lastAt: at },
    )
  expect(said.map((each) => each.eventId)).toEqual(Array.from({ length: 20 }, (_unused, index) => `e${index + 10}`))
})
