// The pages: each top folder has one, short; links lead somewhere, commands exist.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { countLines, listFiles, read, root } from './files.ts'

const pages = listFiles().filter((file) => file.endsWith('.md'))
const topFolders = ['editor', 'migrations', 'nodes', 'runtime', 'templates', 'test']
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** GitHub's way to make a heading an anchor. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}

function brokenLinks(page: string): string[] {
  const text = read(page)
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => {
      if (/^(https?|mailto):/.test(link)) return false
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? page : path.join(path.dirname(page), file)
      if (!existsSync(path.join(root, target))) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor)
    })
}

function brokenCommands(page: string): string[] {
  const text = read(page)
  const npm = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2] ?? '')
  const missing = npm.filter((name) => !Object.hasOwn(scripts, name)).map((name) => `npm run ${name}`)
  const paths = [...text.matchAll(/\b(?:node|vitest run) ((?:nodes|runtime|test|editor)\/[\w./-]+)/g)].map(
    (match) => match[1] ?? '',
  )
  return [
    ...missing,
    ...paths.filter(
      (file) =>
        !existsSync(path.join(root, file)) && !listFiles(path.dirname(file)).some((other) => other.startsWith(file)),
    ),
  ]
}

/** Names between backticks that look like a file or a folder of this repository, and are none: neither from the page nor from the root. */
function missingPaths(page: string): string[] {
  const folder = path.dirname(page)
  const named = [...read(page).matchAll(/`([\w.-]+(?:\/[\w.-]+)*(?:\/|\.(?:ts|tsx|mjs|cjs|sql|md)))`/g)].map(
    (match) => match[1] ?? '',
  )
  const all = listFiles()
  const isThere = (name: string): boolean =>
    [name, path.join(folder, name)].some((file) => existsSync(path.join(root, file))) ||
    // In a sentence about a folder its files stand by their names alone.
    (!name.includes('/') &&
      all.some((file) => file.startsWith(folder === '.' ? '' : `${folder}/`) && path.basename(file) === name)) ||
    // `edge/` beside `models/`: a folder in a folder of the page.
    (/^[\w-]+\/$/.test(name) && all.some((file) => file.includes(`/${name}`)))
  return [...new Set(named)].filter((name) => !isThere(name))
}

const foldersIn = (folder: string): string[] =>
  [...new Set(listFiles(folder).map((file) => file.split('/').slice(1)))]
    .filter((parts) => parts.length > 1)
    .map((parts) => parts[0] ?? '')
    .filter((name, at, all) => all.indexOf(name) === at)

describe('pages', () => {
  it.each(topFolders)('%s has a README of at most 60 lines: purpose, what it may import, where to start', (folder) => {
    const page = `${folder}/README.md`
    expect(pages).toContain(page)
    // The table of error codes is written by a program and grows with them.
    expect(countLines(read(page).replace(/<!-- codes -->[^]*<!-- \/codes -->/, ''))).toBeLessThanOrEqual(60)
    expect(read(page)).toMatch(/import/i)
    expect(read(page)).toMatch(/start/i)
  })

  it.each(pages)('%s links to what is there', (page) => {
    expect(brokenLinks(page)).toEqual([])
  })

  it.each(pages)('%s names commands that exist', (page) => {
    expect(brokenCommands(page)).toEqual([])
  })

  it.each(pages)('%s names files and folders that are there', (page) => {
    expect(missingPaths(page)).toEqual([])
  })

  it.each(['runtime', 'editor', 'test', 'nodes'])('%s/README.md says what each of its folders holds', (folder) => {
    const text = read(`${folder}/README.md`)
    expect(foldersIn(folder).filter((name) => !text.includes(`\`${name}/\``))).toEqual([])
  })

  it('lists the folders of the runtime in the order in which one may use another', () => {
    const told = [...read('runtime/README.md').matchAll(/^\|((?: `[\w-]+\/`)+) \|/gm)].flatMap((match) =>
      [...(match[1] ?? '').matchAll(/`([\w-]+)\/`/g)].map((name) => name[1] ?? ''),
    )
    const order = /const runtimeFolders = \[([^\]]+)\]/.exec(read('eslint.config.mjs'))?.[1] ?? ''
    expect(told).toEqual([...order.matchAll(/'([\w-]+)'/g)].map((match) => match[1] ?? ''))
  })
})
