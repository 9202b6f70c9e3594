// `npm test`: types, lint and every suite; ends with what took how long and one line that counts. With arguments: only the suites they name.
// Must never call a run green that skipped something for another reason than absent data.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Report {
  testResults: {
    name: string
    status: string
    startTime: number
    endTime: number
    message?: string
    assertionResults: { fullName: string; status: string; duration?: number }[]
  }[]
}

/** What a check ends with when what it needs is not to be had on this machine; it has said so. */
const absent = 77

const times: { label: string; seconds: number }[] = []
const files: { name: string; seconds: number }[] = []

function run(script: string[], label: string, priority = 0): Promise<number | null> {
  const started = Date.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, script, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority)
    child.on('exit', (code) => {
      const seconds = (Date.now() - started) / 1000
      times.push({ label, seconds })
      const ended = code === 0 ? 'ok' : code === absent ? 'absent' : 'FAILED'
      process.stdout.write(`${label}: ${ended} (${seconds.toFixed(1)} s)\n`)
      resolve(code)
    })
  })
}

/** Skips that are allowed: the data they measure on is not on this machine, and the test says so in its name. */
function isAbsentData(name: string): boolean {
  const needed = /needs the (media clips|transcripts)/.exec(name)?.[1]
  if (needed === undefined) return false
  return !existsSync(join(root, '..', 'shared', needed === 'transcripts' ? 'transcripts' : 'media'))
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

async function runSuites(label: string, args: string[], workers = 2): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'heed-test-'))
  const output = join(folder, 'report.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const code = await run(
    [
      ...[vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`],
      ...[`--maxWorkers=${workers}`, ...args],
    ],
    label,
  )
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 }
  const counts = countOf(JSON.parse(readFileSync(output, 'utf8')) as Report)
  rmSync(folder, { recursive: true, force: true })
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function countOf(report: Report): Counts {
  for (const { name, startTime, endTime } of report.testResults)
    files.push({ name: relative(root, name), seconds: (endTime - startTime) / 1000 })
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  const unexcused = skipped.filter((test) => !isAbsentData(test.fullName))
  for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}\n`)
  let failed = tests.filter((test) => test.status === 'failed').length
  // A file that could not even be loaded has no test to fail.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  if (process.env.CI && unexcused.length > 0) {
    process.stdout.write(`${unexcused.length} skipped without absent data to excuse it; in CI that is a failure.\n`)
    failed += unexcused.length
  }
  return { passed: tests.filter((test) => test.status === 'passed').length, failed, skipped: skipped.length }
}

/**
 * Types, then lint. They watch no time, so they take only what the suites leave. Types are read by the native TypeScript; promises and
 * cycles, for which the whole program must be known, by oxlint (`.oxlintrc.json`); every other rule is ESLint's, which needs TypeScript 6.
 */
async function runChecks(): Promise<Counts> {
  const tools = join(root, 'node_modules')
  const least = constants.priority.PRIORITY_LOW
  const results = [
    await run([join(tools, 'typescript-native', 'bin', 'tsc'), '-p', '.'], 'types', least),
    await run(
      [join(tools, 'oxlint', 'bin', 'oxlint'), '--type-aware', '--max-warnings', '0'],
      'promises and cycles',
      least,
    ),
    await run([join(tools, 'eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'], 'lint', least),
  ]
  // The scorecard of flows.nodered.org brings 400 packages of its own: only where the whole run is wanted, never with `npm start`.
  if (process.env.CI)
    results.push(await run([join(root, 'test', 'node-red-scorecard', 'run.mjs')], 'Node-RED scorecard', least))
  const passed = results.filter((code) => code === 0).length
  const skipped = results.filter((code) => code === absent).length
  return { passed, failed: results.length - passed - skipped, skipped }
}

// Two cores, three turns. Cameras and the queue are waited for more than they work, so each has workers of its own beside the suites
// that reckon; types and lint fill the gaps. Then whole products, which wait for pictures and restarts a third of their time; last, with
// little beside it, what watches clips in real time with a real model, and what listens.
async function runAll(): Promise<Counts[]> {
  const whole = ['test/product', 'test/browser']
  const alone = [
    'test/product/falls.test.ts',
    'test/product/voice.test.ts',
    'test/browser/speech.test.ts',
    'test/browser/voice.test.ts',
    'test/browser/voice-activity.test.ts',
    'test/queue/soon.test.ts',
  ]
  const without = (paths: string[]): string[] => paths.flatMap((path) => ['--exclude', path])
  const folders = (paths: string[]): string[] => paths.map((path) => `${path}/**`)
  const checks = runChecks()
  const beside = await Promise.all([
    runSuites('queue', ['test/queue', ...without(alone)], 1),
    runSuites('cameras', ['test/media']),
    runSuites('suites', [...without(folders([...whole, 'test/queue', 'test/media'])), ...without(alone)]),
  ])
  const products = await runSuites('product and browser', [...whole, ...without(alone)])
  return [...beside, products, await checks, await runSuites('alone', alone)]
}

function sayTimes(): void {
  const line = ({ seconds }: { seconds: number }, what: string): string =>
    `${seconds.toFixed(1).padStart(7)} s  ${what}\n`
  const slowest = files.sort((a, b) => b.seconds - a.seconds).slice(0, 10)
  process.stdout.write(
    `\nGroups, some beside each other:\n${times.map((time) => line(time, time.label)).join('')}` +
      `The slowest files:\n${slowest.map((file) => line(file, file.name)).join('')}`,
  )
}

const filters = process.argv.slice(2)
const counts = filters.length > 0 ? [await runSuites('suites', filters)] : await runAll()
const sum = (of: (counts: Counts) => number): number => counts.reduce((total, one) => total + of(one), 0)
const passed = sum((one) => one.passed)
const failed = sum((one) => one.failed)
const skipped = sum((one) => one.skipped)
sayTimes()
if (skipped > 0) process.stdout.write(`${skipped} skipped\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
