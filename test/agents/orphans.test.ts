// A Heed that is killed leaves no agent behind: neither the command, nor what that started, nor its folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeShortLivedFolder, sweepLeftovers } from '../../runtime/temporary-folders.ts'
import { isAlive } from '../support/processes.ts'
import { until } from '../support/queue.ts'

const program = fileURLToPath(new URL('../support/agent-child.ts', import.meta.url))
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heed-pids-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('after a SIGKILL', () => {
  it.each(['hang', 'stubborn'])(
    'an agent that would %s ends with everything it started, and its folder goes',
    async (manner) => {
      const file = join(folder, 'pids')
      const heed = spawn(process.execPath, [program, file, manner], { stdio: ['ignore', 'ignore', 'inherit'] })
      const pids = (
        await until('it runs', async () =>
          existsSync(file) && (await readFile(file, 'utf8')).includes(' ') ? readFile(file, 'utf8') : undefined,
        )
      )
        .split(' ')
        .map(Number)
      const used = readlinkSync(`/proc/${pids[0]}/cwd`)
      const exit = once(heed, 'exit')
      heed.kill('SIGKILL')
      await exit
      await until('all are gone', () => pids.every((pid) => !isAlive(pid)), 20_000)
      await until('the folder is gone', () => !existsSync(used), 20_000)
    },
  )
})

describe('folders that a power cut left behind', () => {
  it('are removed once nobody can be using them, and not before', async () => {
    const prefix = `heed-leftover-${process.pid}-`
    const mine = await makeShortLivedFolder(prefix)
    await mkdir(join(mine, 'deep'))
    await sweepLeftovers(prefix, Date.now() + 15 * 60_000)
    expect(existsSync(mine)).toBe(true)
    await sweepLeftovers(prefix, Date.now() + 25 * 60_000)
    expect(existsSync(mine)).toBe(false)
  })
})
