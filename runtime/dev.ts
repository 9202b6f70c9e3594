// `npm run dev`: the server restarted on save, and Vite serving the editor with hot reload. Must never be what users run.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const watched = ['runtime', 'nodes'].flatMap((folder) => ['--watch-path', join(root, folder)])
const options = { cwd: root, stdio: 'inherit' as const }

const children: ChildProcess[] = [
  spawn(
    process.execPath,
    ['--watch', '--watch-preserve-output', ...watched, join(root, 'runtime', 'server.ts')],
    options,
  ),
  spawn(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), '--clearScreen', 'false'], options),
]

let stopping = false
function stop(): void {
  if (stopping) return
  stopping = true
  for (const child of children) child.kill('SIGTERM')
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
process.on('disconnect', stop)
for (const child of children) child.on('exit', stop)
await Promise.all(children.map((child) => new Promise((resolve) => child.on('exit', resolve))))
