// The built-in model in its own process: many streams, a crash, a hang, an end that leaves nothing behind. Needs no clips.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelConversation, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { FastFrame } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEdge, type Edge } from '../../runtime/models/edge/index.ts'
import { createPoseModel, type PoseModel } from '../../runtime/models/edge/pose-model.ts'

const never = new AbortController().signal
const rgb = new Uint8Array(256 * 192 * 3).fill(120)
const frameAt = (mediaTimeS: number): FastFrame => ({
  seq: Math.round(mediaTimeS * 8),
  mediaTimeS,
  width: 256,
  height: 192,
  rgb,
})
const picture = { width: 640, height: 480, jpeg: new Uint8Array() }

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function createLog() {
  const lines: string[] = []
  const write = (_: Record<string, unknown>, text: string): void => {
    lines.push(text)
  }
  return { lines, info: write, warn: write, error: write }
}

const tick = (session: ModelConversation, mediaTimeS: number): Promise<ModelVerdict> =>
  session.tick(
    {
      picture,
      kind: 'I',
      atMs: 0,
      mediaTimeS,
      tick: Math.round(mediaTimeS),
      instruction: '',
      persona: 'default',
      seconds: 1,
    },
    never,
  )

/** One second of pictures and ticks until they are looked at. */
async function second(session: ModelConversation, fromS: number): Promise<ModelVerdict> {
  for (let part = 0; part < 8; part++) session.feed?.(frameAt(fromS + part / 8))
  let looked = 0
  for (;;) {
    const verdict = await tick(session, fromS + 7 / 8)
    looked += (verdict.data?.['pictures'] as number) + (verdict.data?.['dropped'] as number)
    if (looked >= 8) return verdict
  }
}

describe('the pose process', () => {
  let log: ReturnType<typeof createLog>
  let model: PoseModel
  beforeEach(() => {
    log = createLog()
    model = createPoseModel({ log, clock: systemClock })
  })
  afterEach(() => model.close())

  const look = (timeS: number, stream = 's'): Promise<Float32Array | 'dropped'> =>
    new Promise((resolve) =>
      model.submit({ stream, frame: frameAt(timeS), done: resolve, dropped: () => resolve('dropped') }),
    )

  it('looks at pictures, and says how long it takes', async () => {
    expect(await model.ready(10_000)).toBe(true)
    const started = performance.now()
    for (let index = 0; index < 40; index++) expect(await look(index / 8)).toHaveLength(6 * 56)
    const residentKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${model.processId()}/status`, 'utf8'))?.[1])
    process.stdout.write(
      `a picture takes ${((performance.now() - started) / 40).toFixed(1)} ms there and back, the process holds ${Math.round(residentKb / 1024)} MB\n`,
    )
    expect(residentKb).toBeLessThan(600 * 1024)
  })

  it('comes back after a crash, having told whoever waited, and counts it', async () => {
    expect(await model.ready(10_000)).toBe(true)
    const first = model.processId()!
    const waiting = Array.from({ length: 4 }, (_, index) => look(index / 8))
    process.kill(first, 'SIGKILL')
    expect(await Promise.all(waiting)).toContain('dropped')
    while (model.isUp() && model.processId() === first) await systemClock.sleep(20)
    expect(await model.ready(10_000)).toBe(true)
    expect(model.processId()).not.toBe(first)
    expect(model.restarts()).toBe(1)
    expect(log.lines).toContain('the pose process ended; it is started again')
    expect(await look(9)).toHaveLength(6 * 56)
  })

  it('is ended and started again when it hangs', async () => {
    expect(await model.ready(10_000)).toBe(true)
    const hung = model.processId()!
    process.kill(hung, 'SIGSTOP')
    const first = look(0)
    await systemClock.sleep(5_100)
    const second = look(1)
    expect(await first).toBe('dropped')
    while (model.processId() === hung) await systemClock.sleep(50)
    expect(await model.ready(10_000)).toBe(true)
    expect(await second).toHaveLength(6 * 56)
  })

  it('thins the pictures of a stream that sends too many, never its newest, and drops none of a calm one', async () => {
    expect(await model.ready(10_000)).toBe(true)
    const flood = Array.from({ length: 40 }, (_, index) => look(index / 8, 'flood'))
    const calm = look(0, 'calm')
    const dropped = (await Promise.all(flood)).map((result) => result === 'dropped')
    expect(await calm).toHaveLength(6 * 56)
    expect(dropped.filter(Boolean).length).toBeGreaterThan(25)
    expect(dropped.at(-1)).toBe(false)
  })

  it('looks at fewer pictures of every stream when it is behind, in a second process too when there may be one', async () => {
    await model.close()
    model = createPoseModel({ log, clock: systemClock, mostProcesses: 2 })
    expect(await model.ready(10_000)).toBe(true)
    // More than any machine manages, over the two seconds that it takes to be sure.
    const looks: Promise<Float32Array | 'dropped'>[] = []
    const order: number[] = []
    for (let n = 0; model.share() === 8; n++) {
      for (let more = 0; more < 12; more++) {
        const at = 12 * n + more
        looks.push(
          look(at / 8, 'flood').then((result) => {
            if (result !== 'dropped') order.push(at)
            return result
          }),
        )
      }
      await systemClock.sleep(50)
    }
    expect(log.lines).toContain('the built-in model is behind; it looks at fewer pictures of every stream')
    await Promise.all(looks)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    while (model.share() < 8) {
      await look(looks.length / 8, 'calm')
      await systemClock.sleep(20)
    }
  })

  it('is gone when closed, though it was in the middle of its work', async () => {
    expect(await model.ready(10_000)).toBe(true)
    const pid = model.processId()!
    for (let index = 0; index < 4; index++) void look(index)
    await model.close()
    expect(isAlive(pid)).toBe(false)
  })
})

describe('the edge model', () => {
  let edge: Edge
  beforeEach(() => {
    edge = createEdge({ log: createLog(), clock: systemClock })
  })
  afterEach(() => edge.stop())
  const open = (streamKey: string): Promise<ModelConversation> =>
    edge.open({ connection: 'edge', streamKey, config: { instruction: 'Warn when somebody falls.' }, timeoutMs: 5000 })

  it('serves several streams at once', async () => {
    const sessions = await Promise.all(['a', 'b', 'c'].map(open))
    const verdicts = await Promise.all(sessions.map((session) => second(session, 0)))
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({ action: 'silence', reason: 'model', data: { dropped: 0, watching: ['fall'] } })
    await Promise.all(sessions.map((session) => session.close()))
  })

  it('says whether it runs on this machine', async () => {
    expect(await edge.test(10_000)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^The built-in model runs on this machine: \d+ ms a picture\.$/) as string,
    })
  })

  it('opens again after the last stream has closed', async () => {
    for (let round = 0; round < 2; round++) {
      const session = await open('a')
      expect(await second(session, 0)).toMatchObject({ action: 'silence' })
      await session.close()
    }
  })
})
