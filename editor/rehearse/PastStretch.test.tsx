import { expect, it } from 'vitest'
import { fromField, stretchesOf, toField } from './PastStretch.tsx'

const kept = (stream: string, spans: [from: string, to: string][]) => ({
  stream,
  camera: stream.replace(/^flow-/, ''),
  bytes: 1,
  from: spans[0]?.[0] ?? '',
  to: spans.at(-1)?.[1] ?? '',
  stretches: spans.map(([from, to]) => ({ from, to, perS: 1, filters: [] })),
})

it('offers the newest stretch first, and no more of one than a rehearsal takes', () => {
  const recordings = [
    kept('flow-hall', [['2026-03-01T00:00:00.000Z', '2026-03-01T09:00:00.000Z']]),
    kept('flow-door', [['2026-03-01T10:00:00.000Z', '2026-03-01T10:05:00.000Z']]),
  ]
  expect(stretchesOf(recordings)).toEqual([
    { stream: 'flow-door', camera: 'door', from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T10:05:00.000Z' },
    { stream: 'flow-hall', camera: 'hall', from: '2026-03-01T03:00:00.000Z', to: '2026-03-01T09:00:00.000Z' },
  ])
  expect(stretchesOf([])).toEqual([])
})

it('reads a time of this place back, and keeps it inside the stretch', () => {
  const stretch = { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T10:05:00.000Z' }
  expect(fromField(toField('2026-03-01T10:02:03.000Z'), stretch)).toBe('2026-03-01T10:02:03.000Z')
  expect(fromField(toField('2026-03-01T09:00:00.000Z'), stretch)).toBe(stretch.from)
  expect(fromField(toField('2026-03-01T11:00:00.000Z'), stretch)).toBe(stretch.to)
  expect(fromField('', stretch)).toBeNull()
})
