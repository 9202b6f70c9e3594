// Finds the built-in node packages, loads and validates their definitions, and serves them by type; joins those from outside.
// Never starts with a bad built-in package: everything wrong in any of them is named at once.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { ConnectionKinds } from '../nodes/contract/connections.ts'
import type { Log } from '../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../nodes/contract/define.ts'
import { FatalError, toError } from '../nodes/contract/errors.ts'
import type { ForeignFormat } from '../nodes/contract/foreign-flows.ts'
import { loadConnectionKinds } from './connections/index.ts'
import { definitionFaults, loadFile, loadOutside, readManifest } from './packages/index.ts'
import type { NodePackage, PackageReport } from './packages/index.ts'

export interface NodeFile {
  package: NodePackage
  /** Absolute. */
  file: string
  definition: NodeDefinition
}

/** Everything that can be drawn and connected. */
export interface Parts {
  nodes: ReadonlyMap<string, NodeDefinition>
  connectionKinds: ConnectionKinds
  /** Flows of other programs that can be read and written. */
  formats: readonly ForeignFormat[]
  packages: readonly PackageReport[]
}

/** The built-in packages. */
export const builtInNodes = path.join(import.meta.dirname, '..', 'nodes')
/** To be copied, and loaded only by whoever asks for it. */
export const exampleNodes = path.join(builtInNodes, 'example')

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

/** What comes with Heed and what HEED_NODE_PACKAGES adds. A package from outside that is broken is logged and left out. */
export async function loadParts({
  asked,
  dataDir,
  log,
}: {
  asked: readonly string[]
  dataDir: string
  log: Pick<Log, 'warn'>
}): Promise<Parts> {
  const nodes = await loadCatalogue()
  const kinds = await loadConnectionKinds()
  const places = [path.join(dataDir, 'packages', 'node_modules'), path.join(builtInNodes, '..', 'node_modules')]
  const outside = await loadOutside({ asked, places, builtIn: { nodes, kinds } })
  for (const { name, faults } of outside.packages) {
    if (faults.length > 0) log.warn({ package: name, faults }, 'a node package cannot be used as it is')
  }
  return {
    nodes: new Map([...nodes, ...outside.nodes.map((node) => [node.type, node] as const)]),
    connectionKinds: outside.kinds.length === 0 ? kinds : await loadConnectionKinds(outside.kinds),
    formats: await loadFormats(),
    packages: outside.packages,
  }
}

/** The flows of other programs that come with Heed. */
export async function loadFormats(): Promise<ForeignFormat[]> {
  const faults: string[] = []
  const formats: ForeignFormat[] = []
  for (const found of await findPackages(builtInNodes, faults)) {
    for (const name of found.formats) {
      const format = await loadFile<ForeignFormat>(found, name, formatFaults, (fault) =>
        faults.push(`${found.name}, ${name}: ${fault}`),
      )
      if (format) formats.push(format)
    }
  }
  if (faults.length > 0)
    throw new FatalError(
      'CATALOGUE_INVALID',
      `Some packages cannot be used. Mend or remove them:\n- ${faults.join('\n- ')}`,
    )
  return formats
}

function formatFaults(candidate: unknown): string[] {
  const format = (candidate ?? {}) as Partial<ForeignFormat>
  const isWhole =
    typeof format.id === 'string' &&
    [format.recognises, format.read, format.write].every((each) => typeof each === 'function')
  return isWhole ? [] : ['it has not the shape of a format: id, title, recognises, read and write']
}

/** The same with the files they came from, sorted by type. */
export async function loadNodeFiles(where: string | readonly string[] = builtInNodes): Promise<NodeFile[]> {
  const faults: string[] = []
  const packages = await findPackages(where, faults)
  const loaded: NodeFile[] = []
  for (const found of packages) {
    for (const name of found.files) {
      const definition = await loadFile<NodeDefinition>(found, name, definitionFaults, (fault) =>
        faults.push(`${found.name}, ${name}: ${fault}`),
      )
      if (definition === null) continue
      const other = loaded.find((node) => node.definition.type === definition.type)
      if (other === undefined) loaded.push({ package: found, file: path.join(found.folder, name), definition })
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
    if (isFolder && folder === exampleNodes) continue
    try {
      const found = await readManifest(folder)
      if (found !== null) packages.push(found)
      else if (!isFolder) faults.push(`${folder}: there is no package.json that lists node files`)
    } catch (error) {
      faults.push(toError(error).message)
    }
  }
  return packages
}
