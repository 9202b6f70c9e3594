import { expect, it } from 'vitest'
import { labelSeconds, sampleOf } from './labelled-time.ts'

const label = {
  of: 'event' as const,
  id: 'e1',
  verdict: 'right' as const,
  flow: 'Fall alert',
  revision: 3,
  startAt: '2026-05-01T08:00:00.000Z',
}
const facts = { clip: 'clips/a.mp4', seconds: 4.6, instruction: 'Warn of falls.', unjudged: [], weight: 1, label }

it('says second by second what is right, in the annotation form too', () => {
  const said = [
    { atS: 2.4, action: 'response' as const, text: 'A person fell.' },
    { atS: 9, action: 'delegate' as const, text: 'Let me look.', question: 'Is it Ana?' },
  ]
  expect(sampleOf({ ...facts, said, unjudged: [1.2] })).toEqual({
    format: 'heed.labelled-time/1',
    video_name: 'a.mp4',
    video_path: 'clips/a.mp4',
    task_type: 'proactive',
    source: 'heed',
    question: [{ content: 'Warn of falls.', time: '0' }],
    response: [
      { content: 'A person fell.', time: '2' },
      { content: 'Let me look. </delegation> Is it Ana?', time: '4' },
    ],
    seconds: [
      { t: 0, action: 'silence' },
      { t: 1, action: null },
      { t: 2, action: 'response', text: 'A person fell.' },
      { t: 3, action: 'silence' },
      { t: 4, action: 'delegate', text: 'Let me look.', question: 'Is it Ana?' },
    ],
    weight: 1,
    label: { ...label, lacks: [] },
  })
})

it('says what a person would have to add', () => {
  const sample = sampleOf({ ...facts, said: [{ atS: 1, action: 'response', text: '' }] })
  expect(sample).toMatchObject({ response: [], label: { lacks: ['text'] } })
  expect(sample.seconds[1]).toEqual({ t: 1, action: 'response' })
})

it('teaches what was right, silence for what was wrong, and nothing of what nobody has judged', () => {
  const event = (id: string, atS: number, verdict: 'right' | 'wrong') => ({
    id,
    kind: id === 'ask' ? 'delegation.made' : 'response.given',
    text: id,
    atS,
    verdict,
  })
  const decision = (atS: number, action: 'silence' | 'response' | 'delegate', question?: string) => ({
    atS,
    action,
    text: '',
    ...(question === undefined ? {} : { question }),
  })
  expect(
    labelSeconds(
      [event('fall', 30, 'right'), event('cat', 10, 'wrong'), event('ask', 40, 'right')],
      [
        decision(10.5, 'response'),
        decision(20, 'response'),
        decision(25, 'silence'),
        decision(30, 'response'),
        decision(40.2, 'delegate', 'Who is it?'),
      ],
    ),
  ).toEqual({
    said: [
      { atS: 30, action: 'response', text: 'fall' },
      { atS: 40, action: 'delegate', text: 'ask', question: 'Who is it?' },
    ],
    unjudged: [20],
  })
})
