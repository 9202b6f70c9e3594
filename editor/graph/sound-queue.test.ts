import { beforeEach, describe, expect, it } from 'vitest'
import { createSoundQueue, SoundBlockedError, type Saying } from './sound-queue.ts'

interface Playing {
  url: string
  signal: AbortSignal
  end(): void
  fail(error: Error): void
}

let nowMs = 0
let isMuted = false
let started: Playing[] = []
let dropped: string[] = []
let state: { playing: string | null; isBlocked: boolean }
beforeEach(() => {
  nowMs = 1_000_000
  isMuted = false
  started = []
  dropped = []
  state = { playing: null, isBlocked: false }
})

const bench = () =>
  createSoundQueue({
    play: (url, signal) =>
      new Promise((resolve, reject) => {
        started.push({ url, signal, end: resolve, fail: reject })
      }),
    nowMs: () => nowMs,
    isMuted: () => isMuted,
    onChange: (next) => {
      state = next
    },
    onDrop: ({ text }) => {
      dropped.push(text)
    },
  })
const saying = (url: string, afterMs = 0, more: Partial<Saying> = {}): Saying => ({
  url,
  text: `words of ${url}`,
  startsAtMs: nowMs + afterMs,
  latestStartMs: nowMs + 5000,
  ...more,
})
const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
const heard = (): string[] => started.map(({ url }) => url)
const end = async (): Promise<void> => {
  started.at(-1)?.end()
  await settle()
}

describe('what a page says', () => {
  it('comes one after another, in the order it was said, however it arrived', async () => {
    const queue = bench()
    queue.add(saying('first'))
    queue.add(saying('third', 4000))
    queue.add(saying('second', 2000))
    expect(heard()).toEqual(['first'])
    expect(state.playing).toBe('first')
    await end()
    expect(heard()).toEqual(['first', 'second'])
    await end()
    await end()
    expect(heard()).toEqual(['first', 'second', 'third'])
    expect(state.playing).toBeNull()
  })

  it('is dropped, and named, when it can no longer begin in time', async () => {
    const queue = bench()
    queue.add(saying('long'))
    queue.add(saying('late', 1000))
    queue.add(saying('fresh', 2000, { latestStartMs: nowMs + 20_000 }))
    nowMs += 5001
    await end()
    expect(heard()).toEqual(['long', 'fresh'])
    expect(dropped).toEqual(['words of late'])
    queue.silence()
    queue.add(saying('old', -6000, { latestStartMs: nowMs - 1 }))
    expect(dropped).toEqual(['words of late', 'words of old'])
    expect(heard()).toHaveLength(2)
  })

  it('may still begin a moment after the time at which the server let it', () => {
    const queue = bench()
    queue.add(saying('just', -800, { latestStartMs: nowMs - 700 }))
    expect(heard()).toEqual(['just'])
  })

  it('falls silent at once when muted, and is not said when the sound is on again', async () => {
    const queue = bench()
    queue.add(saying('first'))
    queue.add(saying('second', 1000))
    isMuted = true
    queue.silence()
    expect(started[0]?.signal.aborted).toBe(true)
    expect(state.playing).toBeNull()
    queue.add(saying('third', 1500))
    isMuted = false
    await end()
    expect(heard()).toEqual(['first'])
    queue.add(saying('fourth', 2000))
    expect(heard()).toEqual(['first', 'fourth'])
    started[0]?.end()
    await settle()
    expect(state.playing).toBe('fourth')
  })

  it('waits for a press where the browser wants one, and is then said if it is still fresh', async () => {
    const queue = bench()
    queue.add(saying('stale', 0, { latestStartMs: nowMs + 1000 }))
    queue.add(saying('fresh', 1000))
    started[0]?.fail(new SoundBlockedError())
    await settle()
    expect(state).toEqual({ playing: null, isBlocked: true })
    expect(heard()).toEqual(['stale'])
    nowMs += 2000
    queue.wake()
    expect(heard()).toEqual(['stale', 'fresh'])
    expect(dropped).toEqual(['words of stale'])
    expect(state).toEqual({ playing: 'fresh', isBlocked: false })
    await end()
    queue.wake()
    expect(heard()).toHaveLength(2)
  })

  it('goes on after one that cannot be played, and says anew what broke off', async () => {
    const queue = bench()
    queue.add(saying('broken'))
    queue.add(saying('next', 1000))
    started[0]?.fail(new Error('half of it'))
    await settle()
    expect(heard()).toEqual(['broken', 'next'])
    queue.add(saying('broken', 2000))
    queue.add(saying('broken', 2500))
    await end()
    await end()
    expect(heard()).toEqual(['broken', 'next', 'broken'])
  })
})
