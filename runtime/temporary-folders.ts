// Folders in the system's temporary folder that live for minutes: made with a prefix, and what a killed process left behind
// removed by the next one. Age decides, because process numbers mean nothing across containers that share a folder.
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** No agent and no sentence takes longer than this. */
const longestUseMs = 20 * 60_000

/** A new empty folder whose name begins with `prefix`. Use it for less than 20 minutes. */
export async function makeShortLivedFolder(prefix: string): Promise<string> {
  return await mkdtemp(join(tmpdir(), prefix))
}

/** Removes folders of that prefix which nobody can be using any more. Never throws: what cannot be removed belongs to somebody else. */
export async function sweepLeftovers(prefix: string, nowMs: number): Promise<void> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => name.startsWith(prefix))
  await Promise.all(
    names.map(async (name) => {
      const path = join(tmpdir(), name)
      try {
        const { ctimeMs, uid } = await lstat(path)
        if (nowMs - ctimeMs < longestUseMs || (process.getuid && uid !== process.getuid())) return
        await rm(path, { recursive: true, force: true })
      } catch {
        // Somebody else was quicker, or it is not ours.
      }
    }),
  )
}
