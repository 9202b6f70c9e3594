// A machine that has no file handle left: no helper can be started, and nothing of that ends Heed or is for good.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../support/out-of-handles.ts', import.meta.url))

describe.skipIf(process.platform === 'win32')('without a file handle left', () => {
  it('decoder, pose process, agent, voice and the search for ffmpeg fail in words, and are worth another try', async () => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `ulimit -n 80; exec "${process.execPath}" "${program}"`])
    const said = JSON.parse(stdout) as Record<string, unknown>
    expect(said).toMatchObject({ ended: { exitCode: null } })
    expect(said['agent']).toMatch(/^RetryableError: The command "true" cannot be started now/)
    expect(said['voice']).toMatch(/^RetryableError: The built-in voice broke off/)
    expect(said['tools']).toMatch(/^RetryableError: ffmpeg cannot be started now/)
    expect(said['poseStarts']).toBeGreaterThan(1)
  })
})
