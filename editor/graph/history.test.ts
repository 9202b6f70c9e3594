import { describe, expect, it } from 'vitest'
import { amend, record, redo, startHistory, undo } from './history.ts'

describe('history', () => {
  it('goes back and forward again', () => {
    const two = record(record(startHistory('a'), 'b', 0), 'c', 5000)
    expect([undo(two).present, undo(undo(two)).present, redo(undo(two)).present]).toEqual(['b', 'a', 'c'])
  })

  it('stays where it is at both ends', () => {
    const start = startHistory('a')
    expect(undo(start)).toBe(start)
    expect(redo(start)).toBe(start)
  })

  it('undoes typing in one field as one step, but not after a pause or in another field', () => {
    let typing = record(startHistory(''), 'f', 0, 'name')
    typing = record(typing, 'fa', 200, 'name')
    typing = record(typing, 'fall', 5000, 'name')
    typing = record(typing, 'fall!', 5100, 'title')
    expect(typing.past).toEqual(['', 'fa', 'fall'])
  })

  it('forgets what was undone once something new is done', () => {
    expect(record(undo(record(startHistory('a'), 'b', 0)), 'c', 1).future).toEqual([])
  })

  it('takes over what the server made of the document without a step', () => {
    const saved = amend(record(startHistory('a'), 'b', 0), 'b, sealed')
    expect([saved.present, undo(saved).present]).toEqual(['b, sealed', 'a'])
  })

  it('keeps at most 200 steps', () => {
    let long = startHistory(0)
    for (let step = 1; step <= 500; step++) long = record(long, step, step * 10_000)
    expect([long.past.length, long.past[0]]).toEqual([200, 300])
  })
})
