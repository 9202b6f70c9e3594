import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
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

describe('the folders at the start', () => {
  it('are made when they are not there, and nothing is left in them', async () => {
    await checkFolders({ dataDir: join(root, 'a', 'b'), mediaDirs: [] }, log)
    expect(await readdir(join(root, 'a', 'b'))).toEqual(['media'])
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

  it('are told of in the log when only clips lie there and they cannot be read', async () => {
    await checkFolders({ dataDir: root, mediaDirs: [join(root, 'gone')] }, log)
    expect(lines).toEqual([expect.stringMatching(/gone cannot be read: it is not there.*HEED_MEDIA_DIRS/)])
  })
})
