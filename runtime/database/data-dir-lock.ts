// One Heed per data folder: a file names the process that owns the embedded database.
// A process that died holds nothing, also when its number has been given to another one since.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConflictError } from '../../nodes/contract/errors.ts'

const OwnerSchema = z.object({ pid: z.number().int().positive(), birth: z.string(), token: z.string() })

// Of this process; two stores in one process are told apart by them.
const held = new Set<string>()

/** What tells one process from a later one with the same number: when it was started, and on Linux in which boot. */
export function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; the start time is the 22nd field, the 20th behind it.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${started}`
  } catch {
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
  }
}

function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** True while a process of that number runs, whoever owns it. One that is dead and only not yet buried does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function readOwner(path: string): Promise<z.infer<typeof OwnerSchema> | undefined> {
  try {
    return OwnerSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Takes the folder; throws ConflictError DB_DATA_DIR_IN_USE while another living process has it. Resolves to the way to give it back. */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'owner.lock')
  const token = randomBytes(8).toString('hex')
  for (let attempt = 0; attempt < 5; attempt++) {
    const file = await open(path, 'wx', 0o600).catch(() => undefined)
    if (file) {
      await file.writeFile(JSON.stringify({ pid: process.pid, birth: birthOf(process.pid), token }))
      await file.close()
      if ((await readOwner(path))?.token !== token) continue
      held.add(token)
      return async () => {
        held.delete(token)
        if ((await readOwner(path))?.token === token) await rm(path, { force: true })
      }
    }
    const owner = await readOwner(path)
    const isOurs = owner?.pid === process.pid
    const isHeld = owner && (isOurs ? held.has(owner.token) : isAlive(owner.pid) && birthOf(owner.pid) === owner.birth)
    if (isHeld) {
      throw new ConflictError(
        'DB_DATA_DIR_IN_USE',
        `Another Heed (process ${owner.pid}) uses the data folder ${dataDir}. ` +
          'Stop it, or set HEED_DATA_DIR to another folder.',
        { details: { pid: owner.pid } },
      )
    }
    // Left behind by a process that died. Moved away rather than deleted: of two that see it, one wins.
    await rename(path, `${path}.${token}`).then(
      () => rm(`${path}.${token}`, { force: true }),
      () => undefined,
    )
  }
  throw new ConflictError(
    'DB_DATA_DIR_IN_USE',
    `The data folder ${dataDir} is being taken by several processes at once. Start Heed again.`,
  )
}
