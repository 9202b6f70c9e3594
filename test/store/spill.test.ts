import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { TickCommit } from '../../runtime/streams/records.ts'
import { decodeRecords, encodeRecord, openSpill, type SpillFile } from '../../runtime/streams/spill.ts'
import { quietLog } from '../support/queue-worker.ts'

const commit = (tick: number, actions: TickCommit['actions'] = []): TickCommit => ({
  streamId: 's',
  run: 1,
  generation: 1,
  flowId: 'f',
  tick,
  mediaTimeS: tick,
  decisions: [],
  states: { cooldown: { openAtMs: tick } },
  consumed: [],
  remote: [],
  actions,
  events: [
    {
      id: `e${tick}`,
      kind: 'response.given',
      flowId: 'f',
      revision: 1,
      streamId: 's',
      node: 'model',
      tick,
      at: '2026-01-01T00:00:00.000Z',
      mediaTimeS: tick,
      text: 'Somebody fell.',
      fields: {},
      frame: new Uint8Array(1_000).fill(tick),
    },
  ],
})
const alert = (tick: number): TickCommit =>
  commit(tick, [
    {
      id: `e${tick}_tell`,
      eventId: `e${tick}`,
      flowId: 'f',
      streamId: 's',
      run: 1,
      node: 'tell',
      port: 'message',
      message: {
        id: `e${tick}`,
        eventId: `e${tick}`,
        at: '2026-01-01T00:00:00.000Z',
        text: 'Somebody fell.',
        source: { flow: 'f', node: 'model', stream: 's' },
      },
    },
  ])

describe('the spill file', () => {
  let dataDir: string
  let log: ReturnType<typeof quietLog>
  const opened: SpillFile[] = []
  const openOne = async (mostBytes?: number): Promise<SpillFile> => {
    const spill = await openSpill({ dataDir, log, nowMs: () => 0, ...(mostBytes === undefined ? {} : { mostBytes }) })
    opened.push(spill)
    return spill
  }
  const files = () => readdir(join(dataDir, 'spill'))
  /** The file as a process that is dead has left it. */
  const leave = (bytes: Buffer, name = '999999-0123456789ab.spill') =>
    writeFile(join(dataDir, 'spill', name), bytes, { mode: 0o600 })

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'heed-spill-'))
    log = quietLog()
  })
  afterEach(async () => {
    for (const spill of opened.splice(0)) await spill.stop()
    await rm(dataDir, { recursive: true })
  })

  test('keeps a commit whole, pictures too, for its owner alone, and is empty once all is in the database', async () => {
    const spill = await openOne()
    expect(await files()).toEqual([])
    const [first, second] = [await spill.add(alert(1)), await spill.add(alert(2))]
    const [name] = await files()
    const path = join(dataDir, 'spill', name!)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await spill.read(second!)).toEqual(alert(2))
    spill.done(first!)
    expect(decodeRecords(await readFile(path)).commits).toEqual([alert(1), alert(2)])
    spill.done(second!)
    await spill.read(second!)
    expect((await stat(path)).size).toBe(0)
    expect(await spill.add(alert(3))).toBeDefined()
    expect(decodeRecords(await readFile(path)).commits).toEqual([alert(3)])
  })

  test('hands over what a dead process has left, once, and leaves that of a living one alone', async () => {
    const spill = await openOne()
    await spill.add(alert(9))
    await leave(Buffer.concat([encodeRecord(alert(1)), encodeRecord(alert(2))]))
    const taken: TickCommit[] = []
    const take = async (each: TickCommit): Promise<void> => void taken.push(each)
    expect(await spill.recover(take)).toBe(2)
    expect(await spill.recover(take)).toBe(0)
    expect(taken).toEqual([alert(1), alert(2)])
    expect(await files()).toHaveLength(1)
  })

  test('is taken over in the same process when its worker part is begun anew', async () => {
    const before = await openSpill({ dataDir, log, nowMs: () => 0 })
    await before.add(alert(1))
    before.addNow([alert(2)])
    await before.stop()
    const taken: number[] = []
    const after = await openOne()
    expect(await after.recover(async ({ tick }) => void taken.push(tick))).toBe(2)
    expect(taken).toEqual([1, 2])
    expect(await files()).toEqual([])
  })

  test('passes over a torn tail and a damaged record, and believes neither', async () => {
    const damaged = encodeRecord(alert(2))
    damaged.writeUInt8(damaged.readUInt8(60) ^ 0xff, 60)
    const whole = Buffer.concat([encodeRecord(alert(1)), damaged, encodeRecord(alert(3)), encodeRecord(alert(4))])
    for (let cut = 0; cut < encodeRecord(alert(4)).length; cut += 97) {
      const { commits } = decodeRecords(whole.subarray(0, whole.length - cut))
      expect(commits.map(({ tick }) => tick)).toEqual(cut === 0 ? [1, 3, 4] : [1, 3])
    }
    const spill = await openOne()
    await leave(whole)
    await truncate(join(dataDir, 'spill', '999999-0123456789ab.spill'), whole.length - 5)
    expect(await spill.recover(async () => undefined)).toBe(2)
  })

  test('keeps the file when the database goes away in the middle', async () => {
    const spill = await openOne()
    await leave(Buffer.concat([encodeRecord(alert(1)), encodeRecord(alert(2))]))
    const away = new RetryableError('DB_UNREACHABLE', 'The database is away.')
    await expect(spill.recover(({ tick }) => (tick === 2 ? Promise.reject(away) : Promise.resolve()))).rejects.toBe(
      away,
    )
    expect(await spill.recover(async () => undefined)).toBe(2)
    expect(await files()).toEqual([])
  })

  test('is bounded, keeps its last quarter for what is to be sent, and says loudly when it is full', async () => {
    const spill = await openOne(8 * encodeRecord(alert(1)).length)
    const notes = await Promise.all(Array.from({ length: 10 }, (_unused, index) => spill.add(commit(index))))
    const kept = notes.filter((ticket) => ticket !== undefined)
    expect(spill.trouble).toBeNull()
    const alerts = await Promise.all(Array.from({ length: 5 }, (_unused, index) => spill.add(alert(index))))
    expect(alerts[0]).toBeDefined()
    expect(alerts[4]).toBeUndefined()
    expect(spill.trouble).toContain('no room for more')
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    for (const ticket of [...kept, ...alerts]) if (ticket !== undefined) spill.done(ticket)
    expect(await spill.add(alert(9))).toBeDefined()
    expect(spill.trouble).toBeNull()
  })

  test('tells of what waits longer than a moment, and of nothing once that is in the database', async () => {
    let nowMs = 0
    const spill = await openSpill({ dataDir, log, nowMs: () => nowMs })
    opened.push(spill)
    const first = await spill.add(alert(1))
    expect(spill.report()).toEqual({ ok: true, waiting: 0, bytes: 0 })
    nowMs = 2_000
    await spill.add(alert(2))
    const bytes = encodeRecord(alert(1)).length
    const detail = '1 decision waits on disk until the database takes it.'
    expect(spill.report()).toEqual({ ok: false, waiting: 1, bytes, detail })
    nowMs = 4_000
    expect(spill.report().detail).toBe('2 decisions wait on disk until the database takes them.')
    spill.done(first!)
    spill.done(first! + 1)
    expect(spill.report().ok).toBe(true)
  })

  test('does not grow for ever though it is never empty', async () => {
    const spill = await openOne()
    const large = (tick: number): TickCommit => {
      const made = alert(tick)
      return { ...made, events: made.events.map((event) => ({ ...event, frame: new Uint8Array(1_500_000) })) }
    }
    let before = await spill.add(large(0))
    for (let tick = 1; tick <= 20; tick++) {
      const ticket = await spill.add(large(tick))
      spill.done(before!)
      before = ticket
    }
    expect((await spill.read(before!))?.tick).toBe(20)
    const [name, ...others] = await files()
    expect(others).toEqual([])
    const path = join(dataDir, 'spill', name!)
    expect((await stat(path)).size).toBeLessThan(10 * 1024 * 1024)
    expect(decodeRecords(await readFile(path)).commits.at(-1)?.tick).toBe(20)
  })

  test('is written at once in the last moment of a process', async () => {
    const spill = await openOne()
    spill.addNow([alert(1), alert(2)])
    const [name] = await files()
    expect(decodeRecords(await readFile(join(dataDir, 'spill', name!))).commits).toEqual([alert(1), alert(2)])
  })
})
