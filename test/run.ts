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
      process.stdout.write(`${label}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
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

async function runSuites(filters: string[]): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'heed-test-'))
  const output = join(folder, 'report.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const ok = await run([vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...filters], 'suites')
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 }
  const report = JSON.parse(readFileSync(output, 'utf8')) as Report
  rmSync(folder, { recursive: true, force: true })

  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const passed = tests.filter((test) => test.status === 'passed').length
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  const broken = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
  let failed = tests.filter((test) => test.status === 'failed').length + broken.length
  for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}\n`)
  const unexcused = skipped.filter((test) => !isAbsentData(test.fullName))
  if (process.env.CI && unexcused.length > 0) {
    process.stdout.write(`${unexcused.length} skipped without absent data to excuse it; in CI that is a failure.\n`)
    failed += unexcused.length
  }
  if (!ok && failed === 0) failed = 1
  return { passed, failed, skipped: skipped.length }
}

const filters = process.argv.slice(2)
const checks = filters.length > 0 ? [] : await Promise.all([
  run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], 'types'),
  run([join(root, 'node_modules', 'eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'], 'lint'),
])
const suites = await runSuites(filters)
const passed = suites.passed + checks.filter(Boolean).length
const failed = suites.failed + checks.filter((ok) => !ok).length
process.stdout.write(`${passed} passed, ${failed} failed${suites.skipped > 0 ? `, ${suites.skipped} skipped` : ''}\n`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
