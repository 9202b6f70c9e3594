// What a package of node types says of itself in its package.json, and where one from outside lies. Never loads its code.
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { toError } from '../../nodes/contract/errors.ts'

const FileSchema = z.string().regex(/^(\.\/)?[^/.][^/]*$/, 'must be a file in the package folder')
const ManifestSchema = z.object({
  name: z.string(),
  version: z.string().default('0.0.0'),
  flow: z
    .object({
      contract: z.number().optional(),
      nodes: z.array(FileSchema).default([]),
      kinds: z.array(FileSchema).default([]),
      formats: z.array(FileSchema).default([]),
    })
    .optional(),
})

export interface NodePackage {
  name: string
  version: string
  folder: string
  /** Which version of the contract it was made for; undefined when it does not say. */
  contract: number | undefined
  /** Names of the files inside the folder that hold a node type each. */
  files: string[]
  /** The same for kinds of connection. */
  kinds: string[]
  /** The same for flows of other programs. */
  formats: string[]
}

export async function isFile(file: string): Promise<boolean> {
  return await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}

const withoutDot = (name: string): string => name.replace(/^\.\//, '')

/** Null when the folder has no package.json, or one without `flow`; throws in words when it cannot be read. */
export async function readManifest(folder: string): Promise<NodePackage | null> {
  const file = path.join(folder, 'package.json')
  if (!(await isFile(file))) return null
  try {
    const { name, version, flow } = ManifestSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    if (flow === undefined) return null
    const { contract, nodes, kinds, formats } = flow
    return {
      name,
      version,
      folder,
      contract,
      files: nodes.map(withoutDot),
      kinds: kinds.map(withoutDot),
      formats: formats.map(withoutDot),
    }
  } catch (error) {
    const fault = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : toError(error).message
    throw new Error(`${file}: ${fault}`, { cause: error })
  }
}

/** Where a package that is asked for lies: a folder as it is, a name in the first of the places that has it. */
export async function findFolder(asked: string, places: readonly string[]): Promise<string> {
  const candidates = path.isAbsolute(asked) ? [asked] : places.map((place) => path.join(place, asked))
  for (const folder of candidates) {
    if (await isFile(path.join(folder, 'package.json'))) return await realpath(folder)
  }
  throw new Error(
    path.isAbsolute(asked)
      ? `There is no package.json in ${asked}.`
      : `It is not installed. Looked for it in ${places.join(' and ')}.`,
  )
}
