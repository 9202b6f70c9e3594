import { describe, expect, test } from 'vitest'
import type { StreamState } from '../../nodes/contract/events.ts'
import { deploymentState, silentAfterMs, streamState, toStreamStatus } from './deployment-state.ts'
import type { StreamRow } from './deployment-state.ts'

const row = (overrides: Partial<StreamRow> = {}): StreamRow => ({
  id: 'f-cam',
  source: 'cam',
  wanted: true,
  state: 'running',
  reason: null,
  tick: 5,
  status: null,
  seenAt: new Date(0),
  endedAt: null,
  ...overrides,
})

describe('the state of a deployment', () => {
  test.each<[StreamState[], string]>([
    [['running', 'running'], 'running'],
    [['running', 'starting'], 'starting'],
    [['starting', 'degraded'], 'degraded'],
    [['degraded', 'failed'], 'failed'],
    [['finished', 'running'], 'running'],
    [['finished', 'finished'], 'finished'],
    [['finished', 'stopped'], 'stopped'],
    [[], 'stopped'],
  ])('of streams %j is %s', (states, expected) => {
    expect(deploymentState(false, states)).toBe(expected)
  })

  test('is stopped when somebody stopped it, whatever its streams still say', () => {
    expect(deploymentState(true, ['running', 'failed'])).toBe('stopped')
  })
})

describe('the state of a stream', () => {
  test('is degraded when its worker has been silent for too long', () => {
    expect(streamState(row(), silentAfterMs).state).toBe('running')
    expect(streamState(row(), silentAfterMs + 1)).toEqual({
      state: 'degraded',
      reason: expect.stringContaining('20 s'),
    })
  })

  test.each<Partial<StreamRow>>([
    { state: 'starting' },
    { wanted: false, state: 'stopped' },
    { endedAt: new Date(0), state: 'finished', wanted: false },
    { seenAt: null },
  ])('stays what it is where no worker is expected: %j', (overrides) => {
    expect(streamState(row(overrides), 1e9).state).toBe(overrides.state ?? 'running')
  })

  test('is shown even before its session has said anything', () => {
    expect(toStreamStatus(row(), 0)).toMatchObject({
      id: 'f-cam',
      source: 'cam',
      state: 'running',
      ticks: 5,
      nodes: {},
    })
  })
})
