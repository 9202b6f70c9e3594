// How a package from outside finds Heed: `heed/contract`, `heed/testing`, and the one zod that everybody shares.
// Also lets it be TypeScript where Node would not read it, below a node_modules. Never touches an import of Heed's own.
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.join(import.meta.dirname, '..', '..')
const doors: Record<string, string> = {
  'heed/contract': pathToFileURL(path.join(root, 'nodes', 'contract', 'index.ts')).href,
  'heed/testing': pathToFileURL(path.join(root, 'test', 'support', 'test-node.ts')).href,
}

/** For modules below these folders, real paths, for as long as the process lives. */
export function openDoors(folders: readonly string[]): void {
  const roots = folders.map((folder) => pathToFileURL(folder).href + '/')
  const isOutside = (url: string | undefined): boolean => roots.some((each) => url?.startsWith(each) === true)
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!isOutside(context.parentURL)) return next(specifier, context)
      const door = doors[specifier]
      if (door !== undefined) return { url: door, shortCircuit: true }
      // Two copies would each keep labels and help of their own fields from the other.
      return specifier === 'zod'
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context)
    },
    load: (url, context, next) =>
      isOutside(url) && url.endsWith('.ts') && url.includes('/node_modules/')
        ? {
            format: 'module',
            source: stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8')),
            shortCircuit: true,
          }
        : next(url, context),
  })
}
