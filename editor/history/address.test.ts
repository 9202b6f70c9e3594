import { describe, expect, it } from 'vitest'
import { addressOf, readShown } from '../watch/address.ts'
import { historyAddress, queryOfHistory, readHistory } from './address.ts'

describe('the address of the history', () => {
  it('holds every filter, comes back as it was, and leaves out the usual', () => {
    const address =
      '/history?flow=f1&kind=stream.lost&q=two+people&from=2026-01-01T00%3A00%3A00.000Z&which=wrong&span=3600'
    const view = readHistory(address.slice('/history'.length))
    expect(historyAddress(view)).toBe(address)
    expect(queryOfHistory(view)).toEqual({
      flow: 'f1',
      kind: 'stream.lost',
      q: 'two people',
      from: '2026-01-01T00:00:00.000Z',
      verdict: 'wrong',
    })
    expect(historyAddress(readHistory(''))).toBe('/history')
    expect(queryOfHistory(readHistory('?which=alerts'))).toEqual({ only: 'alerts' })
  })

  it('takes nothing that is no time, no span and no choice', () => {
    expect(readHistory('?from=yesterday&span=17&which=all')).toEqual(readHistory(''))
  })
})

describe('the address of the watch page', () => {
  it('leads to a moment of a camera', () => {
    const shown = { camera: 'f1-cam', atMs: Date.parse('2026-01-01T00:00:05.000Z'), spanS: 600 as const }
    const address = addressOf('f1', shown)
    expect(address).toBe('/watch/f1?camera=f1-cam&at=2026-01-01T00%3A00%3A05.000Z&span=600')
    expect(readShown(address.slice('/watch/f1'.length))).toEqual(shown)
    expect(readShown('?at=nonsense&span=5')).toEqual({ camera: null, atMs: null, spanS: 3600 })
    expect(addressOf('f1', readShown(''))).toBe('/watch/f1')
  })
})
