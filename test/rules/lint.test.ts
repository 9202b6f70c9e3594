// The lint rules bite: for each row of the import table one line that must be refused, by a message that names the door.
// Never lints the tree; `npm test` does that.
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { ESLint } from 'eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..', '..')
const watched = [
  'no-restricted-imports',
  'no-restricted-globals',
  'no-restricted-properties',
  'no-restricted-syntax',
  'import-x/no-restricted-paths',
  'import-x/no-default-export',
  '@typescript-eslint/no-explicit-any',
  '@typescript-eslint/ban-ts-comment',
  'no-console',
]

const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => watched.includes(ruleId) })

async function messagesOf(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: path.join(root, file) })
  return (result?.messages ?? []).map(({ message }) => message)
}

describe('the import table', () => {
  it.each([
    ['nodes/contract/flow.ts', `import '../../runtime/streams/records.ts'`, 'everybody stands on'],
    ['nodes/contract/flow.ts', `import 'node:fs'`, 'imports zod and nothing else'],
    ['nodes/logic/cooldown.ts', `import '../../runtime/log.ts'`, 'through ctx'],
    ['nodes/logic/cooldown.ts', `import '../video/camera-source.ts'`, 'not even another package'],
    ['nodes/logic/cooldown.ts', `import 'undici'`, 'capability'],
    ['nodes/logic/cooldown.ts', `import 'node:crypto'`, 'capability'],
    ['nodes/logic/cooldown.ts', `import '../../test/support/build-flow.ts'`, 'never leans on it'],
    ['nodes/logic/cooldown.test.ts', `import '../../runtime/log.ts'`, 'through ctx'],
    ['editor/main.tsx', `import '../runtime/http/app.ts'`, 'editor/api.ts'],
    ['editor/main.tsx', `import '../nodes/logic/cooldown.ts'`, 'catalogue.ts'],
    ['editor/main.tsx', `import 'node:path'`, 'browser'],
    ['runtime/compile/index.ts', `import '../streams/index.ts'`, 'pure'],
    ['runtime/compile/index.ts', `import 'zod'`, 'pure'],
    ['runtime/compile/index.ts', `import '../log.ts'`, 'your deps'],
    ['runtime/streams/session.ts', `import '../flows/index.ts'`, 'compose.ts'],
    ['runtime/streams/session.ts', `import 'bullmq'`, 'runtime/queue'],
    ['runtime/streams/session.ts', `import 'express'`, 'runtime/http'],
    ['runtime/database/db.ts', `import '../queue/index.ts'`, 'compose.ts'],
    ['runtime/history/events.store.ts', `import 'bullmq'`, 'runtime/queue'],
    ['runtime/queue/queue.ts', `import '../streams/index.ts'`, 'compose.ts'],
    ['runtime/queue/queue.ts', `import 'drizzle-orm/pg-core'`, 'runtime/database'],
    ['runtime/actions/outbox.ts', `import '../history/events.store.ts'`, 'door'],
    ['runtime/cameras/media.ts', `import '../compose-store.ts'`, 'your deps'],
    ['runtime/http/app.ts', `import '../streams/session.ts'`, 'door'],
    ['runtime/http/app.ts', `import { Pool } from 'pg'`, 'runtime/database'],
    ['runtime/log.ts', `import '../editor/api.ts'`, 'client of the HTTP API'],
  ])('%s may not %s', async (file, code, door) => {
    expect((await messagesOf(file, code)).join('\n')).toContain(door)
  })

  it.each([
    ['nodes/logic/cooldown.ts', `import 'zod'\nimport '../contract/define.ts'`],
    [
      'nodes/logic/cooldown.test.ts',
      `import 'vitest'\nimport '../../test/support/build-flow.ts'\nimport './cooldown.ts'`,
    ],
    ['runtime/compile/index.ts', `import '../../nodes/contract/flow.ts'\nimport './parse.ts'`],
    ['runtime/queue/queue.ts', `import 'bullmq'\nimport '../database/index.ts'`],
    ['runtime/http/app.ts', `import 'express'\nimport '../compile/index.ts'`],
    ['runtime/server.ts', `import './compose.ts'\nimport './queue/index.ts'`],
  ])('%s may use its own door', async (file, code) => {
    expect(await messagesOf(file, code)).toEqual([])
  })
})

describe('what is banned in place', () => {
  it.each([
    ['nodes/logic/cooldown.ts', 'export const now = Date.now()', 'the clock comes through ctx'],
    ['nodes/logic/cooldown.ts', 'export const now = new Date()', 'the clock comes through ctx'],
    ['runtime/compile/index.ts', 'export const chance = Math.random()', 'can be repeated'],
    ['runtime/streams/session.ts', 'setTimeout(() => undefined, 1)', 'clock.sleep'],
    ['runtime/streams/session.ts', `export const answer = fetch('http://a/')`, 'ctx.http'],
    ['runtime/http/app.ts', `export * from './errors.ts'`, 'export *'],
    ['runtime/http/app.ts', 'export const odd: any = 1', 'Unexpected any'],
    ['runtime/http/app.ts', '// @ts-ignore\nexport const odd = 1', 'ts-ignore'],
    ['runtime/http/app.ts', 'console.log(1)', 'console'],
    ['runtime/http/app.ts', 'export default 1', 'named export'],
    ['editor/main.tsx', `export * from './api.ts'`, 'export *'],
    ['editor/main.tsx', 'useEffect(() => element?.scrollIntoView(), [])', 'React calls whatever it gives back'],
  ])('%s may not hold %s', async (file, code, word) => {
    expect((await messagesOf(file, code)).join('\n')).toContain(word)
  })

  it('lets a date be made from a given instant, which is arithmetic', async () => {
    expect(await messagesOf('nodes/logic/cooldown.ts', 'export const iso = new Date(0).toISOString()')).toEqual([])
  })
})

describe('what needs the whole program', () => {
  let folder = ''
  let said = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'heed-lint-'))
    const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
    await copyFile(path.join(root, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'))
    await write('tsconfig.json', '{"compilerOptions":{"strict":true,"target":"ES2024","types":[]},"include":["*.ts"]}')
    await write('one.ts', `import { two } from './two.js'\nexport const one = two\n`)
    await write('two.ts', `import { one } from './one.js'\nexport const two: number = one\n`)
    await write(
      'waits.ts',
      `async function work(): Promise<number> {\n  return 1\n}\nexport async function all(): Promise<void> {\n` +
        `  work()\n  await 3\n  for (const each of [1]) [each].forEach(async () => void (await work()))\n  throw 'no'\n}\n`,
    )
    const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
    said = await promisify(execFile)(process.execPath, [oxlint, '--type-aware', '--format=unix'], { cwd: folder }).then(
      () => 'nothing',
      (error: { stdout: string }) => error.stdout,
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['two files that import each other', 'no-cycle'],
    ['a promise nobody awaits', 'no-floating-promises'],
    ['an async function where none is waited for', 'no-misused-promises'],
    ['waiting for what is no promise', 'await-thenable'],
    ['throwing what is no error', 'only-throw-error'],
  ])('%s is refused', (_what, rule) => {
    expect(said).toContain(rule)
  })
})
