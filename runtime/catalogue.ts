// Finds node packages, loads and validates their definitions, and serves them by type.
// Never starts with a bad package: everything wrong in any of them is named at once.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { NodeDefinition } from '../nodes/contract/define.ts'
import { FatalError, toError } from '../nodes/contract/errors.ts'
import { definitionFaults } from './definition-rules.ts'

const PackageSchema = z.object({
  name: z.string(),
  flow: z
    .object({ nodes: z.array(z.string().regex(/^(\.\/)?[^/.][^/]*$/, 'must be a file in the package folder')) })
    .optional(),
})

export interface NodePackage {
  name: string
  folder: string
  /** File names inside the folder. */
  files: string[]
}

export interface NodeFile {
  package: NodePackage
  /** Absolute. */
  file: string
  definition: NodeDefinition
}

/** The built-in packages. */
export const builtInNodes = path.join(import.meta.dirname, '..', 'nodes')

/**
 * Loads every node type. `where` is a folder of packages (each sub-folder with a package.json that has `flow.nodes`) or a
 * list of package folders. Throws FatalError CATALOGUE_INVALID that names package, file and fault, all of them.
 */
export async function loadCatalogue(
  where: string | readonly string[] = builtInNodes,
): Promise<ReadonlyMap<string, NodeDefinition>> {
  const files = await loadNodeFiles(where)
  return new Map(files.map(({ definition }) => [definition.type, definition]))
}

/** The same with the files they came from, sorted by type. */
export async function loadNodeFiles(where: string | readonly string[] = builtInNodes): Promise<NodeFile[]> {
  const faults: string[] = []
  const packages = await findPackages(where, faults)
  const loaded: NodeFile[] = []
  for (const found of packages) {
    for (const name of found.files) {
      const file = path.join(found.folder, name)
      const definition = await loadDefinition(file, (fault) => faults.push(`${found.name}, ${name}: ${fault}`))
      if (definition === null) continue
      const other = loaded.find((node) => node.definition.type === definition.type)
      if (other === undefined) loaded.push({ package: found, file, definition })
      else
        faults.push(
          `${found.name}, ${name}: the type "${definition.type}" is already that of ${other.package.name}, ${path.basename(other.file)}`,
        )
    }
  }
  if (faults.length > 0) {
    throw new FatalError(
      'CATALOGUE_INVALID',
      `Some node packages cannot be used. Mend or remove them:\n- ${faults.join('\n- ')}`,
      { details: { faults } },
    )
  }
  return loaded.sort((a, b) => (a.definition.type < b.definition.type ? -1 : 1))
}

async function findPackages(where: string | readonly string[], faults: string[]): Promise<NodePackage[]> {
  const isFolder = typeof where === 'string'
  const folders = isFolder ? (await readdir(where)).sort().map((name) => path.join(where, name)) : where
  const packages: NodePackage[] = []
  for (const folder of folders) {
    const manifest = path.join(folder, 'package.json')
    const isThere = await stat(manifest).then(
      (found) => found.isFile(),
      () => false,
    )
    if (!isThere) {
      if (!isFolder) faults.push(`${folder}: there is no package.json`)
      continue
    }
    try {
      const parsed = PackageSchema.parse(JSON.parse(await readFile(manifest, 'utf8')))
      if (parsed.flow !== undefined)
        packages.push({ name: parsed.name, folder, files: parsed.flow.nodes.map((name) => name.replace(/^\.\//, '')) })
    } catch (error) {
      faults.push(
        `${manifest}: ${error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : toError(error).message}`,
      )
    }
  }
  return packages
}

async function loadDefinition(file: string, report: (fault: string) => void): Promise<NodeDefinition | null> {
  const isThere = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
  if (!isThere) {
    report('the file is not there')
    return null
  }
  let loaded: { default?: unknown }
  try {
    loaded = (await import(pathToFileURL(file).href)) as { default?: unknown }
  } catch (error) {
    report(`it cannot be loaded: ${toError(error).message}`)
    return null
  }
  const faults = definitionFaults(loaded.default)
  for (const fault of faults) report(fault)
  return faults.length === 0 ? (loaded.default as NodeDefinition) : null
}
