// The node types that come with Heed, built into the editor: for the page of a link, which asks no server.
import type { Ability } from '../../nodes/contract/connections.ts'
import { toldDefinition } from '../words/served.ts'
import type { DescribedType, DescribedTypes } from '../../nodes/contract/shared-flow.ts'

export interface KnownTypes {
  types: DescribedTypes
  /** What connections are good for of which some kinds run a program. */
  mayRun: ReadonlySet<Ability>
}

/** Reads them from the editor's own files. */
export async function readKnownTypes(): Promise<KnownTypes> {
  const { types, mayRun } = await import('virtual:node-types')
  const described = toldDefinition(types as DescribedType[])
  return { types: new Map(described.map((type) => [type.type, type])), mayRun: new Set(mayRun as Ability[]) }
}
