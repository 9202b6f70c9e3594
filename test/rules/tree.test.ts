// The tree: what may stand at the root, how deep, how long and under which names files are, and how they open.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countLines, isSource, listFiles, read, root } from './files.ts'

const files = listFiles()
const sources = files.filter(isSource)

const rootFolders = ['.ci', 'editor', 'migrations', 'nodes', 'runtime', 'templates', 'test']
const rootFiles = ['LICENSE', 'NOTICE', 'README.md', 'package-lock.json', 'package.json', 'setup.mjs']
const toolConfig =
  /^(\.[a-z]+(rc|ignore|attributes|config)(\.json)?|\.git-blame-ignore-revs|tsconfig(\.\w+)?\.json|[a-z]+\.config\.(ts|mjs|js))$/
const leftovers = ['.git', '.cache', 'node_modules', 'test-results', 'coverage']

describe('the root', () => {
  it('holds the six folders, .ci and a few files, nothing else', () => {
    const strangers = readdirSync(root).filter(
      (name) =>
        !rootFolders.includes(name) &&
        !rootFiles.includes(name) &&
        !leftovers.includes(name) &&
        !toolConfig.test(name) &&
        !name.endsWith('.log'),
    )
    expect(strangers).toEqual([])
  })

  it.each(rootFolders)('has %s', (name) => {
    expect(readdirSync(root)).toContain(name)
  })
})

describe('files', () => {
  it('lie at most two folders deep below the top', () => {
    // Node-RED looks for the words of its nodes in a folder for each language.
    const isDeep = (file: string): boolean => file.split('/').length > (/\/locales\/[a-zA-Z-]+\//.test(file) ? 5 : 4)
    expect(files.filter(isDeep)).toEqual([])
  })

  it('have at most 400 lines', () => {
    expect(sources.filter((file) => countLines(read(file)) > 500)).toEqual([])
  })

  // Types do not follow such an address, and the editor is built without them.
  it('find the workers and programs they start by an address beside themselves', () => {
    const lost = sources.flatMap((file) =>
      [...read(file).matchAll(/new URL\(\s*'(\.[^']*\.[a-z]+)',\s*import\.meta\.url/g)]
        .map(([, address]) => join(file, '..', address ?? ''))
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file} starts ${path}`),
    )
    expect(lost).toEqual([])
  })

  it('are not named after a drawer', () => {
    const drawers = /(^|[-.])(utils?|helpers?|commons?|managers?|misc|lib|stuff)([-.]|$)/i
    expect(sources.filter((file) => file.split('/').some((part) => drawers.test(part)))).toEqual([])
  })

  it('are named in kebab-case, components in PascalCase', () => {
    const isWell = (file: string): boolean => {
      const name = (file.split('/').at(-1) ?? '').replace(/(\.store)?(\.test|\.config|\.d)?\.(ts|tsx|mjs)$/, '')
      return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || (/\.tsx$/.test(file) && /^[A-Z][A-Za-z0-9]*$/.test(name))
    }
    expect(sources.filter((file) => !isWell(file))).toEqual([])
  })

  it('open with one to three lines that say what they are for', () => {
    const opens = (file: string): boolean => {
      const lines = read(file)
        .replace(/^#!.*\n/, '')
        .split('\n')
      // What follows after an empty comment line is a why, and may be as long as it needs.
      const comment = lines.findIndex((line) => !/^\/\/ \S/.test(line))
      return comment >= 1 && comment <= 3
    }
    // A test beside its file is about that file; it may say more, but need not.
    expect(sources.filter((file) => !/\.test\.tsx?$/.test(file) && !opens(file))).toEqual([])
  })

  it('have no version in their name', () => {
    expect(sources.filter((file) => /-v\d+\./.test(file))).toEqual([])
  })
})

describe('migrations', () => {
  const migrations = files.filter((file) => /^migrations\/.*\.sql$/.test(file))

  it.each(migrations)('%s says on line 1 whether it is safe', (file) => {
    expect(read(file).split('\n', 1)[0]).toMatch(/^-- (safe|breaking)\b/)
  })

  it.each(migrations)('%s is numbered and listed in the journal', (file) => {
    const tag = (file.split('/').at(-1) ?? '').replace(/\.sql$/, '')
    expect(tag).toMatch(/^\d{4}_[a-z0-9_]+$/)
    expect(read('migrations/meta/_journal.json')).toContain(`"${tag}"`)
  })
})
