// Which problems of a card are only what it still needs: said quietly until somebody deploys, or has filled it in and it is wrong. Pure.
import type { FlowNode } from '../../nodes/contract/flow.ts'
import type { Problem } from '../views.ts'

export type ProblemTone = 'todo' | 'warn' | 'bad'

/** A wire that nobody has drawn yet. */
const notWired: ReadonlySet<string> = new Set(['NODE_INPUT_MISSING', 'NODE_UNREACHED', 'FLOW_SOURCE_UNUSED'])

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** `insisted`: the cards that somebody has tried to deploy since the flow was opened. */
export function problemTone(problem: Problem, node: FlowNode | undefined, insisted: ReadonlySet<string>): ProblemTone {
  const [field] = problem.field?.split('.') ?? []
  const isMissing = notWired.has(problem.code) || (field !== undefined && isEmpty(node?.config[field]))
  if (node && isMissing && !insisted.has(node.id)) return 'todo'
  return problem.severity === 'error' ? 'bad' : 'warn'
}
