// `npm run check-nodes -- FOLDER…`: the tests of packages from outside, and the suites that every node type and kind must pass.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = process.argv.slice(2).map((folder) => resolve(folder))
const missing = folders.filter((folder) => !existsSync(join(folder, 'package.json')))
if (folders.length === 0 || missing.length > 0) {
  const why = missing.length > 0 ? `There is no package.json in ${missing.join(', ')}.` : 'Name a folder to check.'
  process.stderr.write(`${why} For example: npm run check-nodes -- ../heed-nodes-mine\n`)
  process.exit(1)
}
const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run'], {
  cwd: root,
  env: { ...process.env, HEED_CHECK_NODES: folders.join(',') },
  stdio: 'inherit',
})
child.on('exit', (code) => process.exit(code ?? 1))
