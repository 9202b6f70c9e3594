import { beforeEach, describe, expect, it } from 'vitest'
import { quietLog } from '../../test/support/session-bench.ts'
import type { LiveMessage, PictureRelay } from '../live/index.ts'
import { createFilm, type Film } from './film.ts'

let nowMs: number
let kept: { stream: string; flow: string; seconds: number[] }[]
let film: Film
let relay: PictureRelay
let isAway: boolean

beforeEach(() => {
  nowMs = 1_000_000
  kept = []
  isAway = false
  film = createFilm({
    clock: { nowMs: () => nowMs },
    log: quietLog,
    film: {
      add: async (stream, flow, pictures) => {
        if (isAway) throw new Error('The database is away.')
        kept.push({ stream, flow, seconds: pictures.map(({ atMs }) => (atMs - 1_000_000) / 1000) })
      },
    },
  })
  relay = film.watching({ publish: () => undefined, subscribe: () => () => undefined, latest: async () => undefined })
})

const show = (seconds: number, stream = 'f-cam'): void => {
  for (let nth = 0; nth < seconds; nth++) {
    nowMs += 1000
    relay.publish(`stream:${stream}`, new Uint8Array([1]))
  }
}
const say = (stream = 'f-cam', hasFrame = true, kind = 'response.given'): void =>
  film.heard({
    type: 'event',
    flow: 'f',
    event: { id: 'e', kind, stream, node: 'm', at: '', mediaTimeS: 0, text: '', hasFrame },
  } as LiveMessage)
const secondsKept = (): number[] => kept.flatMap(({ seconds }) => seconds)

describe('the film around an event', () => {
  it('holds the seconds before and after it, each once, and no others', async () => {
    show(20)
    say()
    show(3)
    // Said again while it runs: it goes on, and nothing is kept twice.
    say()
    show(20)
    await film.written()
    expect(secondsKept()).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
    expect(kept.every(({ flow, stream }) => flow === 'f' && stream === 'f-cam')).toBe(true)
  })

  it('is of the stream that it happened in, and of nothing that has no picture', async () => {
    show(3)
    show(3, 'f-door')
    say('f-door', false)
    say('elsewhere-cam')
    show(3)
    await film.written()
    expect(kept).toEqual([])
  })

  it('holds the last picture of a camera that is lost or stopped', async () => {
    show(3)
    say('f-cam', false, 'stream.stopped')
    await film.written()
    expect(secondsKept()).toEqual([3])
  })

  it('stops at a bound for a model that never stops talking, and begins again later', async () => {
    for (let minute = 0; minute < 60; minute++) {
      show(1)
      for (let nth = 0; nth < 20; nth++) {
        show(3)
        say()
        await film.written()
      }
    }
    await film.written()
    const first = secondsKept().length
    expect(first).toBeGreaterThan(300)
    expect(first).toBeLessThan(800)
    nowMs += 3_600_000
    show(6)
    say()
    await film.written()
    expect(secondsKept().length).toBe(first + 6)
  })

  it('is left out while the database is away, and nobody waits for it', async () => {
    isAway = true
    show(6)
    expect(() => say()).not.toThrow()
    await film.written()
    expect(kept).toEqual([])
  })
})
