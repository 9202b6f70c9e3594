// What stands before the product: `npm start` ends everything it began, whoever is told to end. Uses a small root of its own,
// with a stand-in for the server, so that nothing is installed or built.
import { createHash } from 'node:crypto'
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, removeFolder } from '../support/product.ts'

const standIn = `
  process.stdout.write('up ' + process.pid + '\\n')
  const stay = setInterval(() => {}, 1000)
  for (const event of ['SIGTERM', 'disconnect']) process.on(event, () => { process.stdout.write('asked to stop\\n'); clearInterval(stay); process.exit(0) })
`

let root: string | undefined
let pid = 0
afterEach(() => {
  if (pid !== 0 && isAlive(pid)) process.kill(pid, 'SIGKILL')
  if (root) removeFolder(root)
})

/** A root in which everything is installed already. */
function makeRoot(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heed-setup-'))
  const manifest = JSON.stringify({ name: 'small', private: true, scripts: { worker: 'node setup.mjs worker' } })
  for (const path of ['runtime', 'node_modules/node/bin']) mkdirSync(join(folder, path), { recursive: true })
  copyFileSync(fileURLToPath(new URL('../../setup.mjs', import.meta.url)), join(folder, 'setup.mjs'))
  writeFileSync(join(folder, 'package.json'), manifest)
  writeFileSync(join(folder, 'runtime', 'worker.ts'), standIn)
  writeFileSync(
    join(folder, 'node_modules', '.heed-installed'),
    createHash('sha256').update('package.json').update(manifest).digest('hex'),
  )
  execFileSync('ln', ['-s', process.execPath, join(folder, 'node_modules', 'node', 'bin', 'node')])
  return folder
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that has ended but was not yet asked for its end still has a number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('npm', () => {
  it('begins again what was killed, and leaves nothing running when it is told to end', async () => {
    root = makeRoot()
    const npm = spawn('npm', ['run', '--silent', 'worker'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    npm.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    pid = await eventually('the stand-in is up', () =>
      Promise.resolve(Number(/up (\d+)/.exec(said)?.[1] ?? 0) || undefined),
    )
    expect(isAlive(pid)).toBe(true)
    process.kill(pid, 'SIGKILL')
    pid = await eventually('it is up again', () =>
      Promise.resolve(Number(/up \d+\n[^]*up (\d+)/.exec(said)?.[1] ?? 0) || undefined),
    )
    expect(isAlive(pid)).toBe(true)
    npm.kill('SIGTERM')
    await eventually('the stand-in has ended', () => Promise.resolve(!isAlive(pid)))
    expect(said).toContain('asked to stop')
  })
})
