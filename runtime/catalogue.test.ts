// Loading node packages: the built-in ones, and what is said of packages that are wrong.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FatalError } from '../nodes/contract/errors.ts'
import { loadCatalogue } from './catalogue.ts'

const define = path.join(import.meta.dirname, '..', 'nodes', 'contract', 'define.ts')
const zod = import.meta.resolve('zod')

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'heed-nodes-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** A package on disk; each file holds one node, `body` overriding what is sound by itself. */
async function makePackage(
  name: string,
  files: Record<string, string>,
  manifest: unknown = { name: `@test/${name}`, flow: { nodes: Object.keys(files).map((file) => `./${file}`) } },
): Promise<void> {
  await mkdir(path.join(root, name))
  await writeFile(
    path.join(root, name, 'package.json'),
    typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
  )
  for (const [file, source] of Object.entries(files)) await writeFile(path.join(root, name, file), source)
}
function tickNode(body: string): string {
  return `import { defineNode, port } from ${JSON.stringify(define)}
    import { z } from ${JSON.stringify(zod)}
    export default defineNode({ type: 'fine', version: 1, title: 'Fine', icon: 'box', group: 'logic', help: 'Does it.', card: '', needs: [],
      ports: { in: { message: port('message') }, out: { message: port('message') } }, config: z.object({ size: z.number().default(1) }),
      state: () => ({}), onTick: () => ({}), ${body} })`
}
async function faultsOf(): Promise<string[]> {
  const error: unknown = await loadCatalogue(root).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(FatalError)
  expect(error).toMatchObject({ code: 'CATALOGUE_INVALID' })
  return (error as FatalError).details.faults as string[]
}

describe('loadCatalogue', () => {
  it('loads node files by type, and skips folders that are no node package', async () => {
    await makePackage('a', { 'one.ts': tickNode(`type: 'one'`), 'two.ts': tickNode(`type: 'two'`) })
    await makePackage('b', {}, { name: '@test/b' })
    await mkdir(path.join(root, 'contract'))
    expect([...(await loadCatalogue(root)).keys()]).toEqual(['one', 'two'])
  })

  it('takes a list of package folders', async () => {
    await makePackage('a', { 'one.ts': tickNode(`type: 'one'`) })
    expect([...(await loadCatalogue([path.join(root, 'a')])).keys()]).toEqual(['one'])
    await expect(loadCatalogue([path.join(root, 'gone')])).rejects.toThrow(
      'there is no package.json that lists node files',
    )
  })

  it.each([
    ['a type with capitals', `type: 'MyNode'`, 'type "MyNode" must be lower-case words joined by "-"'],
    ['help of eleven lines', `help: 'x\\n'.repeat(10)`, 'help has 11 lines; at most 10'],
    [
      'a port with a dash',
      `ports: { in: { 'my-port': port('message') }, out: {} }`,
      'port "my-port" must be a camelCase word',
    ],
    [
      'an event on an in port',
      `ports: { in: { a: port('message', { event: 'message.sent' }) }, out: {} }`,
      'in port "a" has an event; only what is sent is recorded',
    ],
    ['a config that is no object', `config: z.string()`, 'config must be a z.object(…)'],
    [
      'a config that has no JSON Schema',
      `config: z.object({ when: z.date() })`,
      'config cannot be told to the editor as JSON Schema',
    ],
    [
      'a migration that is missing',
      `version: 3, migrations: { 3: (old) => old }`,
      'the migration to version 2 is missing',
    ],
    [
      'a migration too many',
      `migrations: { 2: (old) => old }`,
      'there is a migration to version 2, but the version is 1',
    ],
    ['a card with an unknown field', `card: 'size {{sise}}'`, 'card shows {{sise}}, which config does not have'],
    [
      'a need that its role is not lent',
      `needs: ['http']`,
      'needs "http", which a tick node is not lent (clock, model)',
    ],
    ['a missing function', `onTick: undefined`, 'a tick node needs state() and onTick(inputs, ctx)'],
  ])('refuses %s, and says which file of which package', async (_name, body, fault) => {
    await makePackage('a', { 'odd.ts': tickNode(body) })
    const [first] = await faultsOf()
    expect(first).toContain(`@test/a, odd.ts: ${fault}`)
  })

  it('names everything wrong in every package at once', async () => {
    await makePackage('a', {
      'one.ts': tickNode(`title: '', icon: ''`),
      'two.ts': 'export default 7',
      'three.ts': 'throw new Error("no luck")',
    })
    await makePackage('b', { 'one.ts': tickNode(''), 'again.ts': tickNode('') })
    await makePackage('c', {}, { name: '@test/c', flow: { nodes: ['gone.ts'] } })
    await makePackage('d', {}, '{')
    await makePackage('e', {}, { name: '@test/e', flow: { nodes: ['../../etc/passwd'] } })
    const faults = await faultsOf()
    expect(faults.map((fault) => fault.replace(root, '').slice(0, 60))).toEqual([
      expect.stringContaining('/d/package.json: '),
      expect.stringContaining('/e/package.json: '),
      '@test/a, one.ts: title must be 1 to 40 characters',
      expect.stringContaining('@test/a, one.ts: icon ""'),
      expect.stringContaining('@test/a, two.ts: its default export is no definition'),
      '@test/a, three.ts: it cannot be loaded: no luck',
      expect.stringContaining('@test/b, again.ts: the type "fine" is already that of @test/'),
      '@test/c, gone.ts: the file is not there',
    ])
  })
})
