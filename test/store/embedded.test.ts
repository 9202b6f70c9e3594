import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { birthOf, isAlive } from '../../runtime/database/data-dir-lock.ts'
import { openPool, pingDatabase } from '../../runtime/database/db.ts'
import { startEmbedded } from '../../runtime/database/embedded.ts'
import type { EmbeddedPostgres } from '../../runtime/database/embedded.ts'
import { createStore } from '../../runtime/compose-store.ts'
import { findBinaries, findRunAs, reachableBinaries } from '../../runtime/database/postgres-binaries.ts'
import { quietLog, sampleFlow, sampleKey } from './samples.ts'

const fast = { settings: { fsync: 'off' }, initdbFlags: ['--no-sync'], log: quietLog }
const child = fileURLToPath(new URL('./start-embedded.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

describe('the embedded database', () => {
  let home: string
  let dataDir: string
  let running: EmbeddedPostgres | undefined
  beforeAll(async () => {
    // As root's home is: closed to everybody else, the user that runs Postgres included.
    home = await mkdtemp(join(tmpdir(), 'heed-home-'))
    await chmod(home, 0o700)
    dataDir = join(home, '.heed')
  })
  afterEach(async () => {
    await running?.stop()
  })
  afterAll(async () => {
    await rm(home, { recursive: true, force: true })
  })

  async function startChild(): Promise<{ pid: number; postgres: number }> {
    const heed = spawn(process.execPath, [child, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await new Promise<string>((resolve, reject) =>
      heed.stdout
        .once('data', (chunk: Buffer) => resolve(chunk.toString()))
        .once('close', () => reject(new Error('ended'))),
    )
    return { pid: heed.pid ?? 0, postgres: Number(line) }
  }
  async function answers(url: string): Promise<boolean> {
    const pool = openPool({ databaseUrl: url, log: quietLog })
    try {
      return (await pingDatabase(pool)).version.startsWith('18')
    } finally {
      await pool.end()
    }
  }

  test('starts below a closed home, as root too, and keeps its password to itself', async () => {
    running = await startEmbedded({ ...fast, dataDir })
    expect(await answers(running.url)).toBe(true)
    expect(new URL(running.url).hostname).toBe('127.0.0.1')
    const modes = await Promise.all(
      [home, dataDir, join(dataDir, 'postgres'), join(dataDir, 'postgres.json')].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    )
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o600])
    expect(new URL(running.url).password).toHaveLength(32)
    await expect(answers(running.url.replace(/:[^:@]+@/, ':wrong@'))).rejects.toMatchObject({ code: 'DB_FAILED' })
  })

  test('starts again on the same port, by what is there, with everything still there', async () => {
    const first = await startEmbedded({ ...fast, dataDir })
    const store = await createStore({
      databaseUrl: first.url,
      secretKey: sampleKey,
      log: quietLog,
      nowMs: () => 0,
      backend: 'embedded',
    })
    const { id } = await store.flows.create(sampleFlow())
    expect(await store.ping()).toMatchObject({ backend: 'embedded' })
    await store.close()
    await first.stop()
    await expect(stat(join(dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow()
    const beganMs = performance.now()
    running = await startEmbedded({ ...fast, dataDir })
    const tookMs = performance.now() - beganMs
    console.info(`embedded: repeat start in ${tookMs.toFixed(0)} ms`)
    expect(running.url).toBe(first.url)
    const again = await createStore({ databaseUrl: running.url, secretKey: sampleKey, log: quietLog, nowMs: () => 0 })
    expect((await again.flows.get(id)).document.name).toBe('Fall alert')
    await again.close()
  })

  test('survives the death of its Heed: the server left behind is stopped, the next start works', async () => {
    const dead = await startChild()
    process.kill(dead.pid, 'SIGKILL')
    while (isAlive(dead.pid)) await sleep(10)
    expect(isAlive(dead.postgres)).toBe(true)
    running = await startEmbedded({ ...fast, dataDir })
    expect([isAlive(dead.postgres), await answers(running.url)]).toEqual([false, true])
  })

  test('survives a power cut: server and Heed both gone, and a number in its file that is somebody else by now', async () => {
    const dead = await startChild()
    process.kill(dead.pid, 'SIGKILL')
    process.kill(dead.postgres, 'SIGKILL')
    while (isAlive(dead.pid) || isAlive(dead.postgres)) await sleep(10)
    const file = join(dataDir, 'postgres', 'postmaster.pid')
    const lines = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, [process.pid, ...lines.slice(1)].join('\n'))
    await writeFile(
      join(dataDir, 'owner.lock'),
      JSON.stringify({ pid: process.ppid, birth: 'another boot', token: 'x' }),
    )
    running = await startEmbedded({ ...fast, dataDir })
    expect(await answers(running.url)).toBe(true)
  })

  test('comes back by itself on the same port when the server falls, under a pool that stays open', async () => {
    running = await startEmbedded({ ...fast, dataDir })
    const pool = openPool({ databaseUrl: running.url, log: quietLog })
    await pingDatabase(pool)
    process.kill(running.pid ?? 0, 'SIGKILL')
    let away = 0
    for (;;) {
      const error = await pingDatabase(pool).then(
        () => undefined,
        (thrown: Error) => thrown,
      )
      if (away > 0 && !error) break
      if (error) away += 1
      if (error) expect(error).toMatchObject({ code: 'DB_UNREACHABLE' })
      await sleep(20)
    }
    expect(away).toBeGreaterThan(0)
    await pool.end()
  })

  test('is one Heed only: a second one is told who has the folder, and harms nothing', async () => {
    running = await startEmbedded({ ...fast, dataDir })
    await expect(startEmbedded({ ...fast, dataDir })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'DB_DATA_DIR_IN_USE',
      details: { pid: process.pid },
    })
    await writeFile(
      join(dataDir, 'owner.lock'),
      JSON.stringify({ pid: process.ppid, birth: birthOf(process.ppid), token: 'x' }),
    )
    await expect(startEmbedded({ ...fast, dataDir })).rejects.toMatchObject({
      message: expect.stringContaining(`process ${process.ppid}`),
    })
    expect(await answers(running.url)).toBe(true)
    await rm(join(dataDir, 'owner.lock'))
  })

  test('takes another port when its own was taken meanwhile', async () => {
    const first = await startEmbedded({ ...fast, dataDir })
    await first.stop()
    const thief = createServer()
    await new Promise<void>((resolve) => thief.listen(Number(new URL(first.url).port), '127.0.0.1', resolve))
    running = await startEmbedded({ ...fast, dataDir })
    expect(new URL(running.url).port).not.toBe(new URL(first.url).port)
    expect(await answers(running.url)).toBe(true)
    await new Promise((resolve) => thief.close(resolve))
  })

  test('says what is missing when its password file is gone', async () => {
    const broken = join(home, 'broken')
    await mkdir(join(broken, 'postgres'), { recursive: true })
    await expect(startEmbedded({ ...fast, dataDir: broken })).rejects.toMatchObject({
      code: 'DB_EMBEDDED_PASSWORD',
      message: expect.stringContaining('postgres.json'),
    })
    await expect(stat(join(broken, 'owner.lock'))).rejects.toThrow()
  })

  test.runIf(isRoot)('runs a copy where its user can reach it when Heed was cloned below a closed home', async () => {
    const found = await findBinaries()
    const closed = join(home, 'heed', 'native')
    await cp(dirname(dirname(found.postgres)), closed, { recursive: true, verbatimSymlinks: true })
    const shared = await mkdtemp(join(tmpdir(), 'heed-shared-'))
    await chmod(shared, 0o755)
    const programs = { postgres: join(closed, 'bin', 'postgres'), initdb: join(closed, 'bin', 'initdb') }
    const runAs = await findRunAs()
    const reachable = await reachableBinaries(runAs, join(shared, 'lib'), programs)
    expect(reachable.postgres.startsWith(join(shared, 'lib'))).toBe(true)
    expect(reachable.version).toMatch(/^18/)
    const made = (await stat(reachable.postgres)).ino
    expect((await stat((await reachableBinaries(runAs, join(shared, 'lib'), programs)).postgres)).ino).toBe(made)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    await rm(shared, { recursive: true })
  })
})
