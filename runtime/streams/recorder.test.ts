import { describe, expect, it } from 'vitest'
import type { Decision } from '../../nodes/contract/events.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { memoryStore } from '../../test/support/memory-store.ts'
import { quietLog } from '../../test/support/session-bench.ts'
import type { Spill, TickCommit } from './records.ts'
import type { TickRecord } from '../history/index.ts'
import { Recorder, type RecorderLimits } from './recorder.ts'

const decision = (tick: number): Decision => ({
  tick,
  at: '2026-01-01T00:00:00.000Z',
  mediaTimeS: tick,
  node: 'model',
  action: 'silence',
  reason: 'model',
  text: '',
  latencyMs: 1,
  frameKind: 'I',
  visualTokens: 72,
  fullRateTokens: 72,
})
const quiet = (streamId: string, tick: number): TickRecord => ({
  streamId,
  run: 1,
  generation: 1,
  flowId: 'f',
  tick,
  mediaTimeS: tick,
  decisions: [decision(tick)],
  states: {},
})
const commit = (streamId: string, tick: number): TickCommit => ({
  ...quiet(streamId, tick),
  actions: [],
  consumed: [],
  remote: [],
  events: [
    {
      id: `${streamId}-${tick}`,
      kind: 'response.given',
      flowId: 'f',
      revision: 1,
      streamId,
      node: 'model',
      tick,
      at: '2026-01-01T00:00:00.000Z',
      mediaTimeS: tick,
      text: `${tick}`,
      fields: {},
      frame: new Uint8Array([tick]),
    },
  ],
})

const alert = (streamId: string, tick: number): TickCommit => {
  const made = commit(streamId, tick)
  const source = { flow: 'f', node: 'model', stream: streamId }
  const message = { id: 'm', eventId: 'm', at: '2026-01-01T00:00:00.000Z', text: '', source }
  const { flowId, run } = made
  const id = `${streamId}-${tick}-tell`
  return { ...made, actions: [{ id, eventId: 'm', flowId, streamId, run, node: 'tell', port: 'message', message }] }
}

/** A spill in memory, with room for `most`. */
function memorySpill(most = Infinity): Spill & { kept: Map<number, TickCommit>; taken: number[] } {
  const kept = new Map<number, TickCommit>()
  const taken: number[] = []
  return {
    kept,
    taken,
    trouble: null,
    add: async (each) => {
      if (kept.size >= most) return undefined
      taken.push(each.tick)
      kept.set(taken.length, each)
      return taken.length
    },
    addNow: (commits) => taken.push(...commits.map(({ tick }) => tick)),
    read: async (ticket) => kept.get(ticket),
    done: (ticket) => kept.delete(ticket),
  }
}

function bench(limits: Partial<RecorderLimits> = {}, spill?: Spill) {
  const clock = fakeClock()
  const store = memoryStore()
  const recorder = new Recorder({ store, clock, log: quietLog, ...(spill ? { spill } : {}) }, limits)
  const open = (streamId: string, onStale = (): void => undefined) =>
    recorder.open({ streamId, run: 1, generation: 1 }, onStale)
  return { clock, open, recorder, store }
}

describe('the recorder', () => {
  it('writes the quiet ticks of many sessions together, twice a second', async () => {
    const { clock, open, store } = bench()
    const ledgers = Array.from({ length: 150 }, (_unused, index) => open(`s${index}`))
    for (const [index, ledger] of ledgers.entries()) ledger.quiet(quiet(`s${index}`, 1))
    await clock.advance(499)
    expect(store.writes.ticks).toBe(0)
    await clock.advance(1)
    expect(store.writes.ticks).toBe(1)
    expect(store.decisions).toHaveLength(150)
    expect(clock.waiting()).toBe(0)
  })

  it('keeps commits in order while the database is away, drops the oldest beyond its bound, and their pictures before that', async () => {
    const { clock, open, store } = bench({ commits: 5, pictures: 2 })
    const ledger = open('s')
    store.goAway()
    const written = Array.from({ length: 7 }, (_unused, index) => ledger.commit(commit('s', index + 1)))
    await clock.advance(1000)
    expect(ledger.isWriting).toBe(false)
    store.comeBack()
    await clock.advance(10_000)
    expect(await Promise.all(written)).toEqual([true, false, false, true, true, true, true])
    expect(store.events.map((event) => event.tick)).toEqual([1, 4, 5, 6, 7])
    expect(store.events.map((event) => event.frame !== null)).toEqual([true, false, false, true, true])
    expect(ledger.takeLost()).toEqual({ decisions: 2, commits: 2 })
    expect(ledger.takeLost()).toEqual({ decisions: 0, commits: 0 })
  })

  it('puts what is decided on disk while the database is away, and takes it from there when memory had no room', async () => {
    const spill = memorySpill()
    const { clock, open, store } = bench({ commits: 3, pictures: 2 }, spill)
    const ledger = open('s')
    expect(await ledger.commit(commit('s', 1))).toBe(true)
    expect(spill.taken).toEqual([])
    store.goAway()
    for (let tick = 2; tick <= 8; tick++) void ledger.commit(commit('s', tick))
    await clock.advance(1_000)
    expect([...spill.taken].sort()).toEqual([2, 3, 4, 5, 6, 7, 8])
    store.comeBack()
    await clock.advance(20_000)
    expect(store.events.map(({ tick }) => tick).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(store.events.every(({ frame }) => frame !== null)).toBe(true)
    expect(ledger.takeLost()).toEqual({ decisions: 0, commits: 0 })
    expect(spill.kept.size).toBe(0)
  })

  it('has an alert on disk before it counts as decided, with the database still there or gone in the middle', async () => {
    const spill = memorySpill()
    const { clock, open, store } = bench({}, spill)
    const ledger = open('s')
    const slow = Promise.withResolvers<void>()
    const { commitTick } = store
    store.commitTick = async (each) => {
      await slow.promise
      await commitTick(each)
    }
    const written = ledger.commit(alert('s', 1))
    await ledger.secured?.()
    expect([spill.taken, store.events]).toEqual([[1], []])
    slow.resolve()
    expect(await written).toBe(true)
    expect([store.events.map(({ tick }) => tick), spill.kept.size]).toEqual([[1], 0])
    expect(clock.waiting()).toBe(0)
  })

  it('does not hold up a stream for a disk that hangs', async () => {
    const spill = memorySpill()
    const { clock, open, store, recorder } = bench({}, spill)
    spill.add = () => new Promise(() => undefined)
    store.commitTick = () => new Promise(() => undefined)
    const ledger = open('s')
    void ledger.commit(alert('s', 1))
    let isOver = false
    void ledger.secured?.().then(() => (isOver = true))
    await clock.advance(499)
    expect(isOver).toBe(false)
    await clock.advance(1)
    expect(isOver).toBe(true)
    recorder.stop()
  })

  it('does not write an alert of a worker that is no longer the one, though it is on disk for a moment', async () => {
    const spill = memorySpill()
    const { open, store } = bench({}, spill)
    store.generations.set('s', 2)
    expect(await open('s').commit(alert('s', 1))).toBe(false)
    expect([store.events, spill.kept.size]).toEqual([[], 0])
  })

  it('writes an alert that was decided during an outage although another worker has the stream by now', async () => {
    const spill = memorySpill()
    const { clock, open, store } = bench({}, spill)
    const ledger = open('s')
    store.goAway()
    const written = ledger.commit(commit('s', 1))
    await clock.advance(1_000)
    store.generations.set('s', 2)
    store.comeBack()
    await clock.advance(10_000)
    expect(await written).toBe(true)
    expect(store.events.map(({ tick }) => tick)).toEqual([1])
  })

  it('keeps on disk what a session leaves behind that ends during an outage', async () => {
    const spill = memorySpill()
    const { clock, open, store, recorder } = bench({}, spill)
    const ledger = open('s')
    store.goAway()
    void ledger.commit(commit('s', 1))
    const closed = ledger.close(1_000)
    await clock.advance(2_000)
    await closed
    recorder.stop()
    expect([...spill.kept.values()].map(({ tick }) => tick)).toEqual([1])
  })

  it('counts as lost what neither memory nor disk has room for', async () => {
    const { clock, open, store } = bench({ commits: 2 }, memorySpill(1))
    const ledger = open('s')
    store.goAway()
    for (let tick = 1; tick <= 4; tick++) void ledger.commit(commit('s', tick))
    await clock.advance(1_000)
    store.comeBack()
    await clock.advance(20_000)
    expect(ledger.takeLost().commits + store.events.length).toBe(4)
    expect(store.events.length).toBeGreaterThanOrEqual(2)
  })

  it('gives what is in memory alone to the disk in the last moment of a process', async () => {
    const spill = memorySpill()
    const { clock, open, recorder, store } = bench({}, spill)
    store.commitTick = () => new Promise(() => undefined)
    void open('s').commit(commit('s', 1))
    recorder.spillNow()
    expect(spill.taken).toEqual([1])
    await clock.advance(600)
    expect(spill.kept.size).toBe(1)
    recorder.stop()
  })

  it('writes a node state when it has changed, and not again', async () => {
    const { clock, open, store } = bench()
    const ledger = open('s')
    const given: Record<string, unknown>[] = []
    const { writeTicks, commitTick } = store
    store.writeTicks = (records) => {
      given.push(...records.map(({ states }) => structuredClone(states)))
      return writeTicks(records)
    }
    store.commitTick = (each) => {
      given.push(structuredClone(each.states))
      return commitTick(each)
    }
    const still = { openAtMs: 5, seen: ['a'] }
    const tell = async (tick: number, states: Record<string, unknown>): Promise<void> => {
      ledger.quiet({ ...quiet('s', tick), states: structuredClone(states) })
      await clock.advance(1_000)
    }
    await tell(1, { cooldown: still, counter: 1 })
    await tell(2, { cooldown: still, counter: 1 })
    await tell(3, { cooldown: still, counter: 2 })
    await ledger.commit({ ...commit('s', 4), states: { cooldown: structuredClone(still), counter: 3 } })
    await tell(5, { cooldown: still, counter: 3 })
    expect(given).toEqual([{ cooldown: still, counter: 1 }, {}, { counter: 2 }, { counter: 3 }, {}])
    expect(store.saved.get('s')).toEqual({ tick: 5, mediaTimeS: 5, states: { cooldown: still, counter: 3 } })
  })

  it('writes a state that is back at what was saved while another one was on its way', async () => {
    const { clock, open, store } = bench()
    const ledger = open('s')
    ledger.quiet({ ...quiet('s', 1), states: { arm: 'off' } })
    await clock.advance(1_000)
    store.goAway()
    void ledger.commit({ ...commit('s', 2), states: { arm: 'on' } })
    ledger.quiet({ ...quiet('s', 3), states: { arm: 'off' } })
    store.comeBack()
    await clock.advance(20_000)
    expect(store.saved.get('s')?.states).toEqual({ arm: 'off' })
  })

  it('writes a state again whose tick was given up', async () => {
    const { clock, open, store } = bench({ quietTicks: 1 })
    const [ledger, other] = [open('s'), open('t')]
    store.goAway()
    ledger.quiet({ ...quiet('s', 1), states: { counter: 1 } })
    other.quiet(quiet('t', 1))
    store.comeBack()
    await clock.advance(20_000)
    expect(store.saved.has('s')).toBe(false)
    ledger.quiet({ ...quiet('s', 2), states: { counter: 1 } })
    await clock.advance(1_000)
    expect(store.saved.get('s')?.states).toEqual({ counter: 1 })
  })

  it('keeps of node states only the newest, and no more than its bytes', async () => {
    const { clock, open, store } = bench({ quietBytes: 5_000 })
    const ledger = open('s')
    store.goAway()
    const records = Array.from({ length: 100 }, (_unused, index) => ({
      ...quiet('s', index + 1),
      states: { all: [index + 1] },
    }))
    for (const record of records) ledger.quiet(record)
    await clock.advance(1_000)
    expect(records.filter(({ states }) => 'all' in states).map(({ tick }) => tick)).toEqual([100])
    store.comeBack()
    await clock.advance(20_000)
    expect(store.decisions.map(({ tick }) => tick)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100])
    expect(ledger.takeLost().decisions).toBe(90)
    expect(store.saved.get('s')?.states).toEqual({ all: [100] })
  })

  it('does not let one batch that the database refuses block everything behind it', async () => {
    const { clock, open, store } = bench()
    const ledger = open('s')
    const { writeTicks } = store
    store.writeTicks = async (records) => {
      if (records.some((record) => record.tick === 1)) throw new Error('this row cannot be stored')
      return await writeTicks(records)
    }
    ledger.quiet(quiet('s', 1))
    await clock.advance(30_000)
    ledger.quiet(quiet('s', 2))
    await clock.advance(10_000)
    expect(store.decisions.map(({ tick }) => tick)).toEqual([2])
    expect(ledger.takeLost()).toEqual({ decisions: 1, commits: 0 })
  })

  it('tells only the session whose run is stale', async () => {
    const { clock, open, store } = bench()
    const stale: string[] = []
    const ledgers = ['a', 'b'].map((id) => open(id, () => stale.push(id)))
    store.generations.set('b', 2)
    for (const [index, ledger] of ledgers.entries()) ledger.quiet(quiet(index === 0 ? 'a' : 'b', 1))
    await clock.advance(500)
    expect(stale).toEqual(['b'])
    expect(await ledgers[1]?.commit(commit('b', 2))).toBe(false)
    expect(store.decisions.map(({ streamId }) => streamId)).toEqual(['a'])
  })

  it('writes everything of a session before it lets go of it, and waits for no database for ever', async () => {
    const { clock, open, store } = bench()
    const ledger = open('a')
    ledger.quiet(quiet('a', 1))
    await ledger.close(5000)
    expect(store.decisions).toHaveLength(1)
    const other = open('b')
    store.goAway()
    void other.commit(commit('b', 1))
    const closed = other.close(5000)
    await clock.advance(6000)
    await closed
    store.comeBack()
    await clock.advance(10_000)
    expect(clock.waiting()).toBe(0)
  })
})
