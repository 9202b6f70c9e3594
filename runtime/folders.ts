// The folders a process stands on, tried before anything is opened in them: a missing right or a full disk is one sentence
// that names the folder and the setting. Never changes a right by itself.
import { randomBytes } from 'node:crypto'
import { mkdir, open, opendir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FatalError, toError } from '../nodes/contract/errors.ts'
import type { Log } from '../nodes/contract/capabilities.ts'

export interface FolderOptions {
  /** HEED_DATA_DIR, absolute. Made when it is not there. */
  dataDir: string
  /** HEED_MEDIA_DIRS, absolute. Only read. */
  mediaDirs: readonly string[]
  /** HEED_SECRET_KEY is set: the key in the data folder is not needed. */
  hasKey?: boolean
}

/** A page, so that a disk without room is noticed as well as a right that is missing. */
const trialBytes = 4096

const words: Record<string, string> = {
  EACCES: 'this user has no right to write there',
  EPERM: 'this user has no right to write there',
  EROFS: 'its disk can only be read',
  ENOSPC: 'its disk is full',
  EDQUOT: "this user's share of the disk is used up",
  ENOTDIR: 'a file stands in the place of a folder',
  EEXIST: 'a file stands in the place of a folder',
  EMFILE: 'too many files are open',
  EIO: 'its disk is broken',
}

function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown }).code
  return typeof code === 'string' ? code : ''
}

/** What keeps a file from being written into `folder`, in words; undefined when one can be. Makes the folder when it is not there. */
export async function whyNotWritable(folder: string): Promise<{ code: string; why: string } | undefined> {
  const trial = join(folder, `.trial-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(trial, 'wx', 0o600)
    try {
      await file.writeFile(Buffer.alloc(trialBytes))
      await file.sync()
    } finally {
      await file.close()
      await unlink(trial)
    }
    return undefined
  } catch (thrown) {
    const code = codeOf(thrown)
    return { code, why: words[code] ?? toError(thrown).message }
  }
}

const cures: Record<string, string> = {
  ENOSPC: 'Make room on it, or set HEED_DATA_DIR to a folder on another disk.',
  EDQUOT: 'Make room on it, or set HEED_DATA_DIR to a folder on another disk.',
}

/**
 * Throws FatalError FOLDER_NOT_WRITABLE when the data folder, or one in it that Heed writes to, cannot be used, FOLDER_FILE_UNREADABLE
 * for its key. A media folder that cannot be read is only logged: flows without clips from there still run, and one that needs it says
 * so on its card.
 */
export async function checkFolders({ dataDir, mediaDirs, hasKey }: FolderOptions, log: Log): Promise<void> {
  for (const folder of [dataDir, join(dataDir, 'media'), join(dataDir, 'spill')]) {
    const trouble = (await whyNotWritable(folder)) ?? (await whyNotListed(folder))
    if (trouble)
      throw new FatalError(
        'FOLDER_NOT_WRITABLE',
        `The data folder ${folder} cannot be used: ${trouble.why}. ` +
          (cures[trouble.code] ?? 'Give this user the right to write there, or set HEED_DATA_DIR to another folder.'),
        { details: { folder, cause: trouble.code } },
      )
  }
  if (!hasKey) await checkKeyFile(join(dataDir, 'secret.key'))
  for (const folder of mediaDirs) {
    const why = await whyNotReadable(folder)
    if (why)
      log.warn(
        { folder },
        `The media folder ${folder} cannot be read: ${why}. Give this user the right, or mend HEED_MEDIA_DIRS.`,
      )
  }
}

/** A folder may be written to and not be looked into. */
async function whyNotListed(folder: string): Promise<{ code: string; why: string } | undefined> {
  const why = await whyNotReadable(folder)
  return why === undefined ? undefined : { code: 'EACCES', why: `it cannot be read: ${why}` }
}

async function checkKeyFile(path: string): Promise<void> {
  try {
    await (await open(path, 'r')).close()
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOENT') return
    throw new FatalError(
      'FOLDER_FILE_UNREADABLE',
      `The key ${path} cannot be read: ${code === 'EACCES' ? 'this user has no right to' : toError(thrown).message}. Give this user the right, set HEED_SECRET_KEY to what stands in it, or set HEED_DATA_DIR to another folder.`,
      { cause: thrown, details: { path } },
    )
  }
}

async function whyNotReadable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'it is not a folder'
    // By doing it: what rights say of a user and what that user may do are not always one.
    await (await opendir(folder)).close()
    await stat(join(folder, '.'))
    return undefined
  } catch (thrown) {
    const code = codeOf(thrown)
    return code === 'ENOENT'
      ? 'it is not there'
      : code === 'EACCES'
        ? 'this user has no right to'
        : toError(thrown).message
  }
}
