import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkAbilities, namesListed } from './tools.ts'

describe("what this machine's ffmpeg can do", () => {
  it('is read out of its lists', () => {
    const listing =
      'File formats:\n D. = Demuxing supported\n --\n D  mov,mp4,m4a   QuickTime / MOV\nInput:\n  file\n  tcp\n'
    expect([...namesListed(listing)]).toEqual(expect.arrayContaining(['mov', 'mp4', 'm4a', 'file', 'tcp']))
  })

  it('is enough where it is a full build', async () => {
    await expect(checkAbilities({ ffmpeg: 'ffmpeg', version: 'this one' })).resolves.toBeUndefined()
  })

  it('is refused in one sentence that names what a lean build lacks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heed-lean-'))
    const lean = join(folder, 'ffmpeg')
    await writeFile(
      lean,
      '#!/bin/sh\nif [ "$2" = -filters ]; then ffmpeg -hide_banner -filters | grep -v drawbox; else exec ffmpeg "$@"; fi\n',
    )
    await chmod(lean, 0o755)
    await expect(checkAbilities({ ffmpeg: lean, version: '5.1' })).rejects.toMatchObject({
      code: 'MEDIA_FFMPEG_UNFIT',
      message: expect.stringMatching(/5\.1\) was built without the filters drawbox that cameras need/) as string,
    })
    await rm(folder, { recursive: true })
  })
})
