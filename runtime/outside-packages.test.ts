// Packages from outside: what is sound in them is taken, what is not is named, and nothing of it is ever thrown.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { exampleNodes, loadCatalogue } from './catalogue.ts'
import { loadConnectionKinds } from './connections/index.ts'
import { loadOutside } from './packages/index.ts'

const builtIn = { nodes: await loadCatalogue(), kinds: await loadConnectionKinds() }
const zod = import.meta.resolve('zod')

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'heed-outside-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const load = (...asked: string[]) => loadOutside({ asked, places: [root], builtIn, loadTimeoutMs: 200 })

async function makePackage(name: string, flow: unknown, files: Record<string, string> = {}): Promise<void> {
  await mkdir(path.join(root, name), { recursive: true })
  const manifest = { name, version: '1.2.3', type: 'module', ...(flow === undefined ? {} : { flow }) }
  await writeFile(path.join(root, name, 'package.json'), JSON.stringify(manifest))
  for (const [file, source] of Object.entries(files)) await writeFile(path.join(root, name, file), source)
}

/** As plain JavaScript without an import of Heed: a definition is data. */
const node = (type: string, extra = ''): string => `import { z } from ${JSON.stringify(zod)}
  const port = { kind: 'message', label: 'Message', help: 'It.', required: false, many: true, event: null }
  export default { role: 'tick', type: '${type}', version: 1, title: 'Mine', icon: 'box', group: 'logic', help: 'Does it.', card: '',
    needs: [], ports: { in: { message: port }, out: { message: port } }, config: z.object({}), state: () => ({}), onTick: () => ({}), ${extra} }`
const kind = (name: string, extra = ''): string => `import { z } from ${JSON.stringify(zod)}
  export default { kind: '${name}', title: 'Mine', text: 'It.', icon: 'box', group: 'channel', config: z.object({}), secrets: [],
    can: { 'own-it': 'http' }, test: 'own-it', tryOut: async () => 'It answers.', ${extra} }`

it('takes the example as it lies there, with where it comes from', async () => {
  const { nodes, kinds, packages } = await load(exampleNodes)
  const origin = { package: 'heed-nodes-example', version: '1.0.0' }
  expect(nodes.map(({ type, origin: from }) => [type, from])).toEqual([
    ['every-nth', origin],
    ['lamp', origin],
  ])
  expect(kinds).toMatchObject([{ kind: 'lamp-bridge', origin }])
  expect(packages).toEqual([
    {
      asked: exampleNodes,
      name: 'heed-nodes-example',
      version: '1.0.0',
      nodes: ['every-nth', 'lamp'],
      kinds: ['lamp-bridge'],
      faults: [],
    },
  ])
})

it('finds a name, a name with a scope, and a folder', async () => {
  await makePackage('plain', { contract: 1, nodes: ['one.js'] }, { 'one.js': node('one') })
  await makePackage('@me/cards', { contract: 1, nodes: ['two.js'] }, { 'two.js': node('two') })
  await cp(path.join(root, 'plain'), path.join(root, 'folder'), { recursive: true })
  await writeFile(path.join(root, 'folder', 'one.js'), node('three'))
  const { nodes, packages } = await load('plain', '@me/cards', path.join(root, 'folder'))
  expect(packages.flatMap(({ faults }) => faults)).toEqual([])
  expect(nodes.map(({ type }) => type)).toEqual(['one', 'two', 'three'])
})

it.each<[string, unknown, Record<string, string>, string]>([
  ['has no flow', undefined, {}, 'Its package.json has no "flow" that lists node files; it is no package for Heed.'],
  ['does not say its contract', { nodes: [] }, {}, 'does not say for which contract it was made'],
  [
    'is too new',
    { contract: 2, nodes: ['a.js'] },
    { 'a.js': node('a') },
    'was made for contract 2; this Heed speaks 1. Update',
  ],
  ['is too old', { contract: 0, nodes: ['a.js'] }, { 'a.js': node('a') }, 'Install a newer version of the package'],
  ['reaches out of its folder', { contract: 1, nodes: ['../../x.js'] }, {}, 'must be a file in the package folder'],
  ['lacks a file', { contract: 1, nodes: ['gone.js'] }, {}, 'gone.js: the file is not there'],
  [
    'throws when it is loaded',
    { contract: 1, nodes: ['a.js'] },
    { 'a.js': 'throw new Error("no luck")' },
    'a.js: it cannot be loaded: no luck',
  ],
  ['cannot be read', { contract: 1, nodes: ['a.js'] }, { 'a.js': 'export default {' }, 'a.js: it cannot be loaded'],
  [
    'never comes to an end',
    { contract: 1, nodes: ['a.js'] },
    { 'a.js': 'await new Promise(() => {}); export default 1' },
    'a.js: it cannot be loaded: it did not come to an end',
  ],
  [
    'is no definition',
    { contract: 1, nodes: ['a.js'] },
    { 'a.js': 'export default 7' },
    'a.js: its default export is no definition',
  ],
  [
    'has not the shape of one',
    { contract: 1, nodes: ['a.js'] },
    { 'a.js': node('a', 'ports: { in: { a: null }, out: {} }') },
    'a.js: it has not the shape of a definition',
  ],
  [
    'takes the type of a built-in one',
    { contract: 1, nodes: ['a.js'] },
    { 'a.js': node('cooldown') },
    'a.js: The type "cooldown" comes with Heed already',
  ],
  [
    'takes a built-in kind',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('smtp') },
    'k.js: The kind "smtp" comes with Heed already',
  ],
  [
    'claims to come with Heed',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('mine', 'isBuiltIn: true') },
    'k.js: isBuiltIn is for what comes with Heed',
  ],
  [
    'does a thing by a way nobody knows',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('mine', `can: { watch: 'magic' }, test: 'watch'`) },
    'k.js: can watch by "magic", but there are only',
  ],
  [
    'can do what is not known',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('mine', `can: { dance: 'x' }, test: 'dance'`) },
    'k.js: can "dance", which is none of',
  ],
  [
    'cannot be tested',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('mine', 'tryOut: undefined') },
    'so it must bring tryOut',
  ],
  [
    'has secrets of no shape',
    { contract: 1, kinds: ['k.js'] },
    { 'k.js': kind('mine', 'secrets: [7]') },
    'secrets must be a list of',
  ],
])('leaves out one that %s, and says so', async (_what, flow, files, fault) => {
  await makePackage('odd', flow, files)
  await makePackage('sound', { contract: 1, nodes: ['fine.js'] }, { 'fine.js': node('fine') })
  const { nodes, kinds, packages } = await load('odd', 'sound')
  expect(packages[0]?.faults.join(' ')).toContain(fault)
  expect([nodes.map(({ type }) => type), kinds]).toEqual([['fine'], []])
})

it('keeps what is sound in a package of which a part is not, and the first of two that bring the same', async () => {
  const files = { 'one.js': node('one'), 'two.js': 'export default 7' }
  await makePackage('half', { contract: 1, nodes: ['one.js', 'two.js'] }, files)
  await makePackage('late', { contract: 1, nodes: ['one.js'] }, { 'one.js': node('one') })
  const { nodes, packages } = await load('half', 'late', 'nowhere')
  expect(nodes).toHaveLength(1)
  expect(packages.map(({ nodes: taken, faults }) => [taken, faults.join()])).toEqual([
    [['one'], expect.stringContaining('two.js: its default export is no definition')],
    [[], 'one.js: The type "one" is already that of half. Give it another name.'],
    [[], `It is not installed. Looked for it in ${root}.`],
  ])
})
