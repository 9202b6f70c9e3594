// The tree as the rule tests see it: every file that is ours, by its path from the root.
// Never follows what is installed, built or thrown away.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '..', '..')

const skipped = new Set(['node_modules', '.git', 'dist', '.cache', 'test-results', 'coverage'])

/** Paths with "/" from the root, sorted. */
export function listFiles(folder = ''): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      if (skipped.has(entry.name) || entry.name.endsWith('.log')) return []
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(name) : [name]
    })
    .sort()
}

export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** As an editor counts them: a last line break adds no line. */
export function countLines(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}

export function isSource(file: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(file)
}
