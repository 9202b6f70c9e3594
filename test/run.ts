// `npm test`: types, lint, then every suite; ends with one line that counts. With arguments: only the suites they name.
// Must never call a run green that skipped something for another reason than absent data.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Report {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string; duration?: number }[]
  }[]
}

function run(script: string[], label: string): Promise<boolean> {
  const started = Date.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, script, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('exit', (code) => {
      process.stdout.write(
        `${label}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
      )
      resolve(code === 0)
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

async function runSuites(label: string, args: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'heed-test-'))
  const output = join(folder, 'report.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const ok = await run(
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...args],
    label,
  )
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 }
  const counts = countOf(JSON.parse(readFileSync(output, 'utf8')) as Report)
  rmSync(folder, { recursive: true, force: true })
  return !ok && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function countOf(report: Report): Counts {
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

// Two cores, four turns. The queue's suites wait for leases more than they work, so they have a worker of their own beside the others.
// What watches clips in real time with a real model, and what measures how soon an alert leaves or a sound is heard, has the machine to itself.
async function runAll(): Promise<Counts[]> {
  const whole = ['test/product', 'test/browser']
  const alone = [
    'test/product/falls.test.ts',
    'test/product/voice.test.ts',
    'test/browser/speech.test.ts',
    'test/browser/voice.test.ts',
    'test/browser/voice-activity.test.ts',
    'test/queue/actions.test.ts',
    'test/queue/real-store.test.ts',
  ]
  const without = (paths: string[]): string[] => paths.flatMap((path) => ['--exclude', path])
  const beside = await Promise.all([
    runSuites('suites', without([...whole, 'test/queue'].map((folder) => `${folder}/**`))),
    runSuites('queue', ['test/queue', ...without(alone), '--maxWorkers=1']),
  ])
  return [
    ...beside,
    await runSuites('product and browser', [...whole, ...without(alone)]),
    await runSuites('alone', [...alone, '--maxWorkers=1']),
  ]
}

const filters = process.argv.slice(2)
const checks =
  filters.length > 0
    ? []
    : await Promise.all([
        run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], 'types'),
        run([join(root, 'node_modules', 'eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'], 'lint'),
      ])
const suites = filters.length > 0 ? [await runSuites('suites', filters)] : await runAll()
const sum = (of: (counts: Counts) => number): number => suites.reduce((total, counts) => total + of(counts), 0)
const passed = sum((counts) => counts.passed) + checks.filter(Boolean).length
const failed = sum((counts) => counts.failed) + checks.filter((ok) => !ok).length
const skipped = sum((counts) => counts.skipped)
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
