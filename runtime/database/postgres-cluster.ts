// The files of the embedded database: made once, password kept beside them, whatever a crash left behind cleared away.
// Never starts the server itself.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { isAlive } from './data-dir-lock.ts'
import type { Binaries, RunAs } from './postgres-binaries.ts'

const run = promisify(execFile)

const AccessSchema = z.object({ user: z.string(), password: z.string(), port: z.number().int() })
export type Access = z.infer<typeof AccessSchema>

export interface Cluster {
  /** Where the server's files are. */
  dir: string
  /** What the server is told: its own working directory, where the way to it is closed to its user. */
  dirArgument: string
  runAs: RunAs
}

// The server and initdb see nothing of our environment: it may hold keys.
export const quietEnvironment = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }

/**
 * How the server names its folder. Root's home is closed (mode 700) to the user that runs Postgres; /proc/self/cwd leads
 * into the folder without walking through the home, and nothing has to be opened up.
 */
function argumentFor(dir: string, runAs: RunAs): string {
  return runAs !== null && process.platform === 'linux' ? '/proc/self/cwd' : dir
}

/** Reads the password and the last port, made at the first start; mode 600. */
export async function readAccess(dataDir: string): Promise<Access> {
  const path = join(dataDir, 'postgres.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) {
    if (await stat(join(dataDir, 'postgres')).catch(() => undefined)) {
      throw new FatalError(
        'DB_EMBEDDED_PASSWORD',
        `The database in ${dataDir} is there, but its password file postgres.json is gone. Put it back from a backup.`,
      )
    }
    const fresh = { user: 'heed', password: randomBytes(24).toString('base64url'), port: 0 }
    await writeAccess(dataDir, fresh)
    return fresh
  }
  try {
    return AccessSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new FatalError(
      'DB_EMBEDDED_PASSWORD',
      `The password file ${path} cannot be read. Put it back from a backup.`,
      { cause },
    )
  }
}

/** Written whole or not at all. */
export async function writeAccess(dataDir: string, access: Access): Promise<void> {
  const path = join(dataDir, 'postgres.json')
  await writeFile(`${path}.new`, `${JSON.stringify(access)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** An open file without a name: initdb wants to open one, and nothing may be left of it, whenever we are killed. */
async function openPassword(password: string, runAs: RunAs): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-'))
  const file = await open(join(folder, 'password'), 'wx+', 0o600)
  await rm(folder, { recursive: true })
  if (runAs) await file.chown(runAs.uid, runAs.gid)
  const bytes = Buffer.from(`${password}\n`)
  // At a position: where /dev/fd shares it, the reader starts at the beginning.
  await file.write(bytes, 0, bytes.length, 0)
  return file
}

async function initialise(
  binaries: Binaries,
  dir: string,
  runAs: RunAs,
  access: Access,
  flags: string[],
): Promise<void> {
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { mode: 0o700 })
  if (runAs) await chown(dir, runAs.uid, runAs.gid)
  const password = await openPassword(access.password, runAs)
  let trouble = ''
  try {
    const child = spawn(
      binaries.initdb,
      [
        '-D',
        argumentFor(dir, runAs),
        `--username=${access.user}`,
        '--auth=scram-sha-256',
        '--pwfile=/dev/fd/3',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...flags,
      ],
      { ...runAs, cwd: dir, env: quietEnvironment, stdio: ['ignore', 'ignore', 'pipe', password.fd] },
    )
    child.stderr?.on('data', (chunk: Buffer) => {
      trouble = (trouble + chunk.toString()).slice(-2_000)
    })
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).once('close', resolve))
    if (code === 0) return
  } finally {
    await password.close()
  }
  await rm(dir, { recursive: true, force: true })
  throw new FatalError('DB_EMBEDDED_INIT', `The database could not be made in ${dir}: ${trouble.trim()}`)
}

/** The cluster of this data folder; made in a draft folder and moved into place, so a crash on the way leaves nothing half done. */
export async function openCluster(
  dataDir: string,
  binaries: Binaries,
  runAs: RunAs,
  access: Access,
  initdbFlags: string[] = [],
): Promise<Cluster> {
  const dir = join(dataDir, 'postgres')
  const made = await readFile(join(dir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (made === undefined) {
    await initialise(binaries, `${dir}.new`, runAs, access, initdbFlags)
    await rename(`${dir}.new`, dir)
  } else if (made.trim() !== binaries.version.split('.')[0]) {
    throw new FatalError(
      'DB_EMBEDDED_VERSION',
      `The database in ${dir} was made by Postgres ${made.trim()}; this Heed brings ${binaries.version}. ` +
        'Run the former version of Heed, or set DATABASE_URL to a Postgres of your own.',
    )
  }
  // Its files belong to whoever made it, also when the user's number has changed since.
  const owner = await stat(dir)
  const as = runAs && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : runAs
  return { dir, dirArgument: argumentFor(dir, as), runAs: as }
}

async function isPostgresOf(pid: number, dir: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') {
    const command = await run('ps', ['-o', 'command=', '-p', String(pid)], { env: quietEnvironment }).catch(() => ({
      stdout: '',
    }))
    return command.stdout.includes(dir)
  }
  const [cwd, own] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => ''), realpath(dir)])
  return cwd === own
}

/** What the running (or dead) server wrote of itself: process number and whether it takes connections. */
export async function readPostmaster(dir: string): Promise<{ pid: number; isReady: boolean } | undefined> {
  const lines = (await readFile(join(dir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined
}

/**
 * A server that outlived its Heed (killed with SIGKILL) is stopped; the file of one that is gone is removed, because
 * its number may belong to another process now and would keep Postgres from starting. Call only with the folder's lock.
 */
export async function clearLeftovers(dir: string, log: Log): Promise<void> {
  const left = await readPostmaster(dir)
  if (!left) return
  if (await isPostgresOf(left.pid, dir)) {
    log.warn({ pid: left.pid }, 'A database server of an earlier run is still there; it is stopped first.')
    for (const [signal, patienceMs] of [
      ['SIGINT', 8_000],
      ['SIGQUIT', 3_000],
      ['SIGKILL', 2_000],
    ] as const) {
      if (isAlive(left.pid)) process.kill(left.pid, signal)
      for (let waited = 0; isAlive(left.pid) && waited < patienceMs; waited += 20) await sleep(20)
      if (!isAlive(left.pid)) break
    }
  }
  await rm(join(dir, 'postmaster.pid'), { force: true })
}
