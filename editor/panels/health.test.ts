import { expect, it } from 'vitest'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { FlowStatus, FlowSummary } from '../views.ts'
import { healthOf, placeOf, watchedName } from './health.ts'

const flow = (id: string, state: FlowSummary['state']) =>
  ({ id, name: `Flow ${id}`, state, cards: [] as FlowSummary['cards'] }) as FlowSummary
const camera = (cameraName: string, state: StreamStatus['state'], reason: string | null = null) =>
  ({ id: cameraName, cameraName, state, reason }) as StreamStatus
const of = (streams: StreamStatus[], receivers: Partial<FlowStatus['receivers'][number]>[] = []) =>
  ({ state: 'running', deployment: null, streams, receivers }) as FlowStatus

const well = { a: of([camera('Hall', 'running')]) }
const heard = { unknownSince: null, unseen: 0 }
const words = (...given: Parameters<typeof healthOf>) => healthOf(...given)?.words

it('says that all is well of what it knows to be well', () => {
  expect(healthOf([flow('a', 'running')], well, heard)).toEqual({
    words: 'All is well: watching 1 camera.',
    isBad: false,
  })
  expect(healthOf([flow('a', 'stopped')], {}, heard)).toBeNull()
})

it('says it beside no flow that has failed, nor one of which nothing is known yet', () => {
  const failed = { ...well, b: of([camera('Door', 'failed', 'There is no file door.mp4.')]) }
  expect(healthOf([flow('a', 'running'), flow('b', 'failed')], failed, heard)).toEqual({
    words: 'Door is in trouble: There is no file door.mp4.',
    isBad: true,
  })
  expect(words([flow('a', 'failed')], {}, heard)).toBe('Flow a is in trouble.')
  expect(words([flow('a', 'running'), flow('b', 'running')], well, heard)).toBe('The cameras are being opened.')
})

it('says it not while somebody cannot be told, and not while the server is away or an alert waits', () => {
  const mute = { a: of([camera('Hall', 'running')], [{ text: 'The mail server does not answer.' }]) }
  expect(words([flow('a', 'degraded')], mute, heard)).toBe('Flow a is in trouble: The mail server does not answer.')
  expect(words([flow('a', 'running')], well, { ...heard, unknownSince: '2026-11-21T12:00:00Z' })).toMatch(
    /^How the cameras are is not known since /,
  )
  expect(words([flow('a', 'running')], well, { ...heard, unseen: 2 })).toBe(
    'Watching 1 camera; 2 alerts for you to see.',
  )
})

it('calls each of several cameras of one flow by its card, and the only one by the flow', () => {
  const yard = {
    name: 'Yard',
    cards: [
      { node: 'back', type: 'cam', name: 'Back door' },
      { node: 'b', type: 'cam', name: null },
    ],
  }
  const [back, other] = [{ source: 'back' }, { source: 'b' }]
  const name = (stream: typeof back, all: unknown[]) => watchedName(yard, stream, all, () => 'Camera')
  expect([name(back, [back, other]), name(other, [back, other]), name(back, [back])]).toEqual([
    'Back door',
    'Camera',
    'Yard',
  ])
})

it('says where an event was: the flow, and which of its cameras where there are several', () => {
  const card = (node: string, name: string, type = 'cam') => ({ node, type, name })
  const two = { ...flow('two', 'running'), cards: [card('a', 'Front'), card('b', 'Back'), card('t', 'Mail', 'tell')] }
  const one = { ...flow('one', 'running'), cards: [card('a', 'Hall'), card('t', 'Mail', 'tell')] }
  const place = (of: string, stream: string) => placeOf({ flow: of, stream }, [two, one])
  expect([place('two', 'two-b'), place('one', 'one-a'), place('two', 'two-gone'), place('none', 'x')]).toEqual([
    'Flow two, Back',
    'Flow one',
    'Flow two',
    undefined,
  ])
})
