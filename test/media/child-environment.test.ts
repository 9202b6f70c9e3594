// What the programs that Heed starts can read of its environment.
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../runtime/clock.ts'
import { PoseChild } from '../../runtime/models/edge/pose-child.ts'
import { startChild } from '../../runtime/cameras/child.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const secrets = {
  DATABASE_URL: 'postgres://heed:secret@db/heed',
  HEED_SECRET_KEY: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  NODE_OPTIONS: '--no-warnings',
  http_proxy: 'http://user:secret@proxy:3128',
}
const before = { ...process.env }
beforeEach(() => {
  Object.assign(process.env, secrets)
})
afterEach(() => {
  for (const name of Object.keys(secrets)) delete process.env[name]
  Object.assign(process.env, before)
})

const allowed = /^(PATH|LD_LIBRARY_PATH|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|NODE_CHANNEL_.*)$/
const others = (names: string[]): string[] => names.filter((name) => name !== '' && !allowed.test(name))

describe('the environment of', () => {
  it('ffmpeg and ffprobe holds PATH, the locale, and what opens their own guard', async () => {
    const child = startChild(systemClock, ['env'], { lastPipe: 2, env: { http_proxy: 'http://guard' } })
    let said = ''
    child.output(1).on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await child.ended
    const lines = said.trim().split('\n')
    expect(lines).toContain('http_proxy=http://guard')
    expect(lines).toContain('LC_ALL=C')
    expect(others(lines.map((line) => line.split('=')[0] ?? ''))).toEqual(['http_proxy'])
  })

  it.skipIf(process.platform !== 'linux')('the pose process holds PATH, the locale and its line to us', async () => {
    const child = new PoseChild({ log, clock: systemClock, onFree: () => undefined })
    const environment = await readFile(`/proc/${child.processId ?? 0}/environ`, 'utf8')
    await child.close()
    expect(others(environment.split('\0').map((line) => line.split('=')[0] ?? ''))).toEqual([])
  })
})
