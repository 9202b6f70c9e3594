// Turns to speak, as two workers take them on one real database: one voice at a time, in order, in time, past a dead worker.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SpeechRequest } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createSpeech } from '../../runtime/voices/voices.ts'
import { createTurns, type Turn, type Wish } from '../../runtime/voices/turns.ts'
import { closeStore, openStore, quietLog, type StoreUnderTest } from '../store/samples.ts'
import { fakeClock, type FakeClock } from '../support/fake-clock.ts'
import { startFakeSpeech } from '../support/fake-speech.ts'
import { memorySounds } from '../support/memory-voice.ts'
import { ofKind } from '../support/connection-kinds.ts'

const never = new AbortController().signal
let under: StoreUnderTest
let clock: FakeClock
let queue: string
let count = 0
beforeAll(async () => {
  under = await openStore()
})
afterAll(() => closeStore(under))
beforeEach(() => {
  clock = fakeClock()
  queue = `q${++count}`
})

const worker = () => createTurns({ turns: under.store.voiceTurns, clock, log: quietLog })
const wish = (more: Partial<Wish> = {}): Wish => ({
  queue,
  saidAtMs: 0,
  latestStartMs: clock.nowMs() + 60_000,
  ...more,
})

/** Speaks until it is told to end. */
function speaking(take: ReturnType<typeof worker>, wanted: Wish, signal = never) {
  const end = Promise.withResolvers<void>()
  const at: { turn?: Turn } = {}
  const done = take(wanted, signal, async (turn) => {
    at.turn = turn
    await Promise.race([
      end.promise,
      new Promise((_resolve, reject) => {
        turn.signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      }),
    ])
  })
  done.catch(() => undefined)
  return { at, done, end: end.resolve }
}

/** Time goes on, a tenth of a second at a time, with a moment for the database in between. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 100) {
    await clock.advance(100)
    await under.store.ping()
    await under.store.ping()
  }
}
const begins = async ({ at }: { at: { turn?: Turn } }): Promise<Turn> => {
  await expect
    .poll(
      async () => {
        await pass(100)
        return at.turn
      },
      { interval: 5 },
    )
    .toBeDefined()
  return at.turn as Turn
}

describe('a turn to speak', () => {
  it('is held by one of two workers, for as long as it speaks, and then leaves room for what was said', async () => {
    const first = speaking(worker(), wish())
    const { occupyUntil } = await begins(first)
    const second = speaking(worker(), wish())
    await pass(10_000)
    expect(second.at.turn).toBeUndefined()
    const heardUntilMs = clock.nowMs() + 2000
    occupyUntil(heardUntilMs)
    first.end()
    await first.done
    expect((await begins(second)).freeAtMs).toBe(heardUntilMs)
    second.end()
    await second.done
    expect(clock.waiting()).toBe(0)
  })

  it('of a worker that died is passed on after a few seconds, without talking over what was heard of it', async () => {
    const diedAtMs = clock.nowMs()
    await under.store.voiceTurns.take(queue, 'dead', { nowMs: diedAtMs, untilMs: diedAtMs + 4000 })
    await under.store.voiceTurns.renew(queue, 'dead', { untilMs: diedAtMs + 4000, freeAtMs: diedAtMs + 6000 })
    const next = speaking(worker(), wish())
    await pass(3500)
    expect(next.at.turn).toBeUndefined()
    expect((await begins(next)).freeAtMs).toBe(diedAtMs + 6000)
    expect(clock.nowMs() - diedAtMs).toBeLessThan(5000)
    next.end()
    await next.done
  })

  it('goes to who was meant to speak first', async () => {
    const take = worker()
    const first = speaking(take, wish({ saidAtMs: 1 }))
    await begins(first)
    const order: number[] = []
    const later = [4, 2, 3].map((saidAtMs) =>
      take(wish({ saidAtMs }), never, async () => {
        order.push(saidAtMs)
      }),
    )
    first.end()
    await Promise.all(later)
    expect(order).toEqual([2, 3, 4])
  })

  it.each([
    ['on the same worker', true],
    ['on another worker', false],
  ])('is not waited for any longer than is of use, %s', async (_where, isSame) => {
    const take = worker()
    const first = speaking(take, wish())
    await begins(first)
    const late = speaking(isSame ? take : worker(), wish({ latestStartMs: clock.nowMs() + 1000 }))
    await pass(1300)
    await expect(late.done).rejects.toMatchObject({ code: 'SPEECH_STALE' })
    first.end()
    await first.done
    expect(clock.waiting()).toBe(0)
  })

  it('that was lost silences who held it', async () => {
    const first = speaking(worker(), wish())
    await begins(first)
    await under.database.query('update voice_turns set holder = $1 where queue = $2', ['another', queue])
    await pass(1500)
    await expect(first.done).rejects.toMatchObject({ code: 'SPEECH_TURN_LOST', name: 'RetryableError' })
  })

  it('is given back when nobody wants to hear it any more', async () => {
    const control = new AbortController()
    const first = speaking(worker(), wish(), control.signal)
    await begins(first)
    control.abort()
    await expect(first.done).rejects.toThrow()
    const next = speaking(worker(), wish())
    await begins(next)
    next.end()
    await next.done
  })
})

describe('two workers that speak for one stream', () => {
  it('never talk over one another, and drop what would come too late', async () => {
    const server = await startFakeSpeech()
    const http = createHttp()
    const told: { text: string; startsAtMs: number }[] = []
    const connections = {
      get: async (name: string): Promise<Connection> => ({
        name,
        ...ofKind('speech'),
        config: { url: server.url },
        secret: {},
      }),
    }
    const [one, two] = [1, 2].map(() =>
      createSpeech({
        http,
        connections,
        sounds: memorySounds(),
        turns: under.store.voiceTurns,
        clock: systemClock,
        log: quietLog,
        tell: (heard) => {
          told.push(heard)
        },
      }),
    )
    const startMs = Date.now()
    const request = (number: number, latestStartMs = startMs + 20_000): SpeechRequest => ({
      text: `Number ${number}.`,
      voice: '',
      queue,
      saidAtMs: startMs + number,
      latestStartMs,
      about: { flow: 'f', eventId: `e${number}`, node: 'say' },
    })
    // Half a second each, made in a tenth of it.
    server.msPerSecond = 200
    const spoken = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((number) => (number % 2 === 0 ? one! : two!).speak('server', request(number), never)),
    )
    const starts = spoken.map(({ startsAtMs }) => startsAtMs).sort((a, b) => a - b)
    for (const [index, at] of starts.slice(1).entries()) expect(at - starts[index]!).toBeGreaterThanOrEqual(700)
    await expect(one!.speak('server', request(7, Date.now() + 500), never)).rejects.toMatchObject({
      code: 'SPEECH_STALE',
    })
    expect(server.said).toHaveLength(6)
    expect(told).toHaveLength(6)
    await Promise.all([one!.stop(), two!.stop(), http.close(), server.stop()])
  })
})
