// Packages from outside (HEED_NODE_PACKAGES): loads what is sound in them, beside the built-in types and kinds.
// Never throws: a package that is broken is named with what is wrong, and Heed starts without that part of it.
import { contractVersion } from '../../nodes/contract/index.ts'
import type { ConnectionKindDefinition, ConnectionKinds } from '../../nodes/contract/connections.ts'
import type { NodeDefinition, Origin } from '../../nodes/contract/define.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { definitionFaults } from './definition-rules.ts'
import { openDoors } from './import-hooks.ts'
import { kindFaults } from './kind-rules.ts'
import { loadFile } from './load-file.ts'
import type { PackageReport } from './route-answers.ts'
import { findFolder, readManifest, type NodePackage } from './manifest.ts'

export interface Outside {
  nodes: NodeDefinition[]
  kinds: ConnectionKindDefinition[]
  packages: PackageReport[]
}

export interface OutsideOptions {
  /** Names, or absolute folders. */
  asked: readonly string[]
  /** Folders in which a name is looked for, the first that has it wins. */
  places: readonly string[]
  /** For a file to come to the end of its loading. */
  loadTimeoutMs?: number
  builtIn: { nodes: ReadonlyMap<string, NodeDefinition>; kinds: ConnectionKinds }
}

interface Found {
  report: PackageReport
  home: NodePackage | null
}

/** Every package that is asked for, one after the other: of two that bring the same type the first has it. */
export async function loadOutside(options: OutsideOptions): Promise<Outside> {
  const { builtIn } = options
  const found = await Promise.all(options.asked.map((asked) => find(asked, options.places)))
  const homes = found.flatMap(({ home }) => home ?? [])
  if (homes.length > 0) openDoors(homes.map(({ folder }) => folder))
  const outside: Outside = { nodes: [], kinds: [], packages: found.map(({ report }) => report) }
  for (const { home, report } of found) {
    if (home === null) continue
    const shared = { home, report, loadTimeoutMs: options.loadTimeoutMs }
    const origin: Origin = { package: home.name, version: home.version }
    const kinds = await loadAll<ConnectionKindDefinition>(
      { ...shared, files: home.kinds, faultsOf: (candidate) => kindFaults(candidate, builtIn.kinds) },
      ({ kind }) => ownerOf(kind, builtIn.kinds, outside.packages, 'kinds', `The kind "${kind}"`),
      ({ kind }) => report.kinds.push(kind),
    )
    const nodes = await loadAll<NodeDefinition>(
      { ...shared, files: home.files, faultsOf: definitionFaults },
      ({ type }) => ownerOf(type, builtIn.nodes, outside.packages, 'nodes', `The type "${type}"`),
      ({ type }) => report.nodes.push(type),
    )
    outside.kinds.push(...kinds.map((kind) => ({ ...kind, origin })))
    outside.nodes.push(...nodes.map((node) => ({ ...node, origin })))
  }
  return outside
}

async function find(asked: string, places: readonly string[]): Promise<Found> {
  const report: PackageReport = { asked, name: asked, version: null, nodes: [], kinds: [], faults: [] }
  try {
    const home = await readManifest(await findFolder(asked, places))
    if (home === null) {
      report.faults.push('Its package.json has no "flow" that lists node files; it is no package for Heed.')
      return { report, home: null }
    }
    report.name = home.name
    report.version = home.version
    const unfit = contractFault(home)
    if (unfit !== undefined) report.faults.push(unfit)
    return { report, home: unfit === undefined ? home : null }
  } catch (error) {
    report.faults.push(toError(error).message)
    return { report, home: null }
  }
}

function contractFault({ contract }: NodePackage): string | undefined {
  if (contract === contractVersion) return undefined
  if (contract === undefined)
    return `Its package.json does not say for which contract it was made. Add "contract": ${contractVersion} to "flow".`
  return contract > contractVersion
    ? `It was made for contract ${contract}; this Heed speaks ${contractVersion}. Update Heed, or install an older version of the package.`
    : `It was made for contract ${contract}; this Heed speaks ${contractVersion}. Install a newer version of the package.`
}

interface Files {
  home: NodePackage
  report: PackageReport
  files: readonly string[]
  loadTimeoutMs: number | undefined
  faultsOf(candidate: unknown): string[]
}

async function loadAll<T>(
  { home, report, files, loadTimeoutMs, faultsOf }: Files,
  takenBy: (definition: T) => string | undefined,
  take: (definition: T) => void,
): Promise<T[]> {
  const sound: T[] = []
  for (const name of files) {
    const tell = (fault: string): unknown => report.faults.push(`${name}: ${fault}`)
    const definition = await loadFile<T>(home, name, faultsOf, tell, loadTimeoutMs)
    if (definition === null) continue
    const taken = takenBy(definition)
    if (taken !== undefined) {
      report.faults.push(`${name}: ${taken}`)
      continue
    }
    take(definition)
    sound.push(definition)
  }
  return sound
}

function ownerOf(
  name: string,
  builtIn: ReadonlyMap<string, unknown>,
  packages: readonly PackageReport[],
  what: 'nodes' | 'kinds',
  subject: string,
): string | undefined {
  if (builtIn.has(name)) return `${subject} comes with Heed already. Give it another name.`
  const owner = packages.find((report) => report[what].includes(name))
  return owner && `${subject} is already that of ${owner.name}. Give it another name.`
}
