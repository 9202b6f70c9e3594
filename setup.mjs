#!/usr/bin/env node
// Brings a fresh clone to life, then runs one command with the Node that the project pins. Plain JavaScript for an older
// Node; no dependency. Must stay fast on a repeat start: it compares hashes and looks at the PATH, nothing else.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const isWindows = process.platform === 'win32'
const pinnedNode = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')
const bin = join(root, 'node_modules', '.bin')
const environment = {
  ...process.env,
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
}

const commands = {
  start: { script: 'runtime/server.ts', needs: ['ffmpeg'], editor: true, isKept: true },
  worker: { script: 'runtime/worker.ts', needs: ['ffmpeg'], isKept: true },
  dev: { script: 'runtime/dev.ts', needs: ['ffmpeg'] },
  'check-nodes': { script: 'test/check-nodes.ts', needs: [] },
  bench: { script: 'test/bench/run.ts', needs: ['ffmpeg'] },
  rehearse: { script: 'runtime/rehearse.ts', needs: ['ffmpeg'] },
  test: { script: 'test/run.ts', needs: ['ffmpeg', 'browser', 'redis-server'], editor: true, mustHave: true },
}

const programs = {
  ffmpeg: { find: ['ffmpeg'], apt: 'ffmpeg', why: 'reads the cameras' },
  'redis-server': { find: ['redis-server'], apt: 'redis-server', why: 'is what the Redis suite runs against' },
  browser: {
    find: ['chromium', 'chromium-browser', 'google-chrome'],
    apt: 'chromium',
    why: 'is what the browser suite drives',
  },
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.some((name) => folders.some((folder) => existsSync(join(folder, isWindows ? `${name}.exe` : name))))
}

function hashOf(paths) {
  const hash = createHash('sha256')
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    let entries
    try {
      entries = readdirSync(full, { withFileTypes: true })
    } catch {
      hash.update(path).update(readFileSync(full))
      return
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name !== 'dist' && !entry.name.includes('.test.')) add(join(path, entry.name))
    }
  }
  paths.forEach(add)
  return hash.digest('hex')
}

function isStamped(file, hash) {
  return existsSync(file) && readFileSync(file, 'utf8') === hash
}

function runNpm(args) {
  return (
    spawnSync('npm', args, { cwd: root, env: environment, stdio: ['ignore', 'inherit', 'inherit'], shell: isWindows })
      .status === 0
  )
}

function installPackages() {
  const stamp = join(root, 'node_modules', '.heed-installed')
  const hash = hashOf(['package.json', 'package-lock.json'])
  if (isStamped(stamp, hash) && existsSync(pinnedNode)) return
  say('Installing packages (once; a minute or two)…')
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  // npm 10 cannot install everything in the lock file, so an older npm is asked to fetch a newer one first.
  const installed = runNpm(['ci', ...quiet]) || runNpm(['exec', '--yes', 'npm@11', '--', 'ci', ...quiet])
  if (!installed || !existsSync(pinnedNode)) {
    fail(
      'The packages could not be installed. Check that this machine reaches the npm registry, then run the command again.',
    )
  }
  writeFileSync(stamp, hash)
}

function buildEditor() {
  const stamp = join(root, 'editor', 'dist', '.built')
  const hash = hashOf(['editor', 'nodes', 'runtime/connections/kinds', 'vite.config.ts', 'package-lock.json'])
  if (isStamped(stamp, hash)) return
  say('Building the editor…')
  const result = spawnSync(
    pinnedNode,
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  if (result.status !== 0) fail('The editor could not be built; the lines above say why.')
  mkdirSync(join(root, 'editor', 'dist'), { recursive: true })
  writeFileSync(stamp, hash)
}

let aptIsFresh = false
function aptInstall(name) {
  const run = (args) =>
    spawnSync('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    }).status === 0
  if (!aptIsFresh) run(['update', '-qq'])
  aptIsFresh = true
  return run(['install', '-y', '-qq', '--no-install-recommends', name])
}

/** True when the program is there at the end; otherwise says in one sentence what to type. */
function provide(name) {
  const program = programs[name]
  if (onPath(program.find)) return true
  if (name === 'browser' && process.env.HEED_TEST_BROWSER && existsSync(process.env.HEED_TEST_BROWSER)) return true
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (isDebianRoot) {
    say(`Installing ${program.apt} (once)…`)
    if (aptInstall(program.apt) && onPath(program.find)) return true
  }
  if (name === 'browser') {
    const download = spawnSync(
      pinnedNode,
      [join(root, 'node_modules', 'playwright-core', 'cli.js'), 'install', 'chromium'],
      { env: environment, stdio: 'inherit' },
    )
    if (download.status === 0) return true
  }
  const command =
    process.platform === 'darwin'
      ? `brew install ${program.apt.replace('-server', '')}`
      : `sudo apt-get install ${program.apt}`
  say(`${program.find[0]} is missing; it ${program.why}. Install it with:  ${command}`)
  return false
}

// What watches over people begins again when something has killed it: itself because a card held everything up, a lack of
// memory, a crash in a library. What ends by itself, or was asked to, has ended.
const killed = ['SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE']
const mostStarts = 5
const startsWithinMs = 600_000

function run(script, args, isKept = false) {
  let child
  let isAsked = false
  let starts = []
  const end = (signal) => {
    isAsked = true
    child.kill(signal)
  }
  const start = () => {
    // The channel ends when this process dies, whatever killed it: the child then stops by itself.
    child = spawn(pinnedNode, [join(root, script), ...args], {
      cwd: process.cwd(),
      env: environment,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    child.on('error', (error) => fail(`Could not start ${script}: ${error.message}`))
    child.on('exit', (code, signal) => {
      starts = [...starts.filter((at) => Date.now() - at < startsWithinMs), Date.now()]
      if (!isKept || isAsked || !killed.includes(signal) || starts.length > mostStarts)
        process.exit(code ?? (signal ? 1 : 0))
      say(`Heed was ended by ${signal}; it begins again.`)
      setTimeout(() => (isAsked ? process.exit(0) : start()), 500 * starts.length)
    })
  }
  start()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal))
  endWithNpm(end)
}

/** npm ends its shell when it is told to end, and the shell tells nobody. Without npm a start may well outlive its terminal. */
function endWithNpm(end) {
  const parent = process.ppid
  if (isWindows || process.env.npm_lifecycle_event === undefined) return
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end('SIGTERM')
  }, 500)
  watch.unref()
}

const [name = 'start', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) fail(`There is no command "${name}". Use one of: ${Object.keys(commands).join(', ')}.`)
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 18 || (major === 18 && minor < 17))
  fail(`Heed needs Node 18.17 or newer to start; this is ${process.version}.`)
installPackages()
if (command.editor) buildEditor()
const missing = command.needs.filter((program) => !provide(program))
if (missing.length > 0 && command.mustHave) process.exit(1)
run(command.script, args, command.isKept)
