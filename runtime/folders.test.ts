import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFolders } from './folders.ts'

let root: string
let lines: string[]
const log = {
  info: () => undefined,
  warn: (_fields: object, text: string) => void lines.push(text),
  error: () => undefined,
}
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'heed-folders-'))
  lines = []
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Rights say nothing to root. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

describe('the folders at the start', () => {
  it('are made when they are not there, and nothing is left in them', async () => {
    await checkFolders({ dataDir: join(root, 'a', 'b'), mediaDirs: [] }, log)
    expect(await readdir(join(root, 'a', 'b'))).toEqual(['media', 'spill'])
    expect(await readdir(join(root, 'a', 'b', 'media'))).toEqual([])
  })

  it('end the start in one sentence that names folder and setting when a file stands there', async () => {
    const dataDir = join(root, 'file')
    await writeFile(dataDir, '')
    await expect(checkFolders({ dataDir, mediaDirs: [] }, log)).rejects.toMatchObject({
      code: 'FOLDER_NOT_WRITABLE',
      message: expect.stringMatching(new RegExp(`${dataDir}.*HEED_DATA_DIR`)) as string,
    })
  })

  // Not by chmod: who runs the tests as root may write everywhere. Nobody may make a folder here.
  it.runIf(process.platform === 'linux')('end the start when nothing can be made there', async () => {
    await expect(checkFolders({ dataDir: '/sys/heed', mediaDirs: [] }, log)).rejects.toMatchObject({
      code: 'FOLDER_NOT_WRITABLE',
      message: expect.stringMatching(/^The data folder \/sys\/heed cannot be used: .*HEED_DATA_DIR/) as string,
    })
  })

  it.runIf(process.getuid !== undefined)('end the start when another user has made what lies in them', async () => {
    await chmod(root, 0o777)
    await mkdir(join(root, 'media'))
    await chmod(join(root, 'media'), 0o777)
    await mkdir(join(root, 'spill'), { mode: 0o500 })
    const start = (): Promise<unknown> => asNobody(() => checkFolders({ dataDir: root, mediaDirs: [] }, log))
    await expect(start()).rejects.toMatchObject({
      code: 'FOLDER_NOT_WRITABLE',
      message: expect.stringMatching(/spill cannot be used: this user has no right .*HEED_DATA_DIR/) as string,
    })
    await chmod(join(root, 'spill'), 0o333)
    await expect(start()).rejects.toMatchObject({
      code: 'FOLDER_NOT_WRITABLE',
      message: expect.stringMatching(/spill cannot be used: it cannot be read: this user has no right to/) as string,
    })
    await chmod(join(root, 'spill'), 0o777)
    await writeFile(join(root, 'secret.key'), 'x')
    await chmod(join(root, 'secret.key'), 0)
    await expect(start()).rejects.toMatchObject({
      code: 'FOLDER_FILE_UNREADABLE',
      message: expect.stringMatching(
        /secret\.key cannot be read: this user has no right to.*HEED_SECRET_KEY/,
      ) as string,
    })
    await chmod(join(root, 'secret.key'), 0o644)
    await expect(start()).resolves.toBeUndefined()
  })

  it('are told of in the log when only clips lie there and they cannot be read', async () => {
    await checkFolders({ dataDir: root, mediaDirs: [join(root, 'gone')] }, log)
    expect(lines).toEqual([expect.stringMatching(/gone cannot be read: it is not there.*HEED_MEDIA_DIRS/)])
  })
})
