// The kinds of connection as Heed has them, for tests that need one by name.
import { loadConnectionKinds } from '../../runtime/connections/kinds.ts'

export const connectionKinds = await loadConnectionKinds()

/** `kind` and what it can, to spread into a connection. */
export function ofKind(kind: string) {
  const definition = connectionKinds.get(kind)
  if (!definition) throw new Error(`There is no kind of connection "${kind}".`)
  return { kind, can: definition.can }
}
