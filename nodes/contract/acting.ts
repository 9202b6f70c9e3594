// What acts on the world, whichever role its type has.
import type { ActionNode, NodeDefinition } from './define.ts'

/** What of a type acts on the world: an action node itself, or a tick node's half. */
export function actionOf(definition: NodeDefinition | undefined): ActionNode | undefined {
  if (definition?.role === 'action') return definition
  if (definition?.role !== 'tick' || !definition.acts) return undefined
  return { ...definition, ...definition.acts, role: 'action' }
}
