// Whose code runs, for whoever watches that this process goes on.
import type { ActionOrder } from './records.ts'

/** Whose code runs: a node at its tick, or at its action. */
export interface NodeCall {
  flow: string
  streamId: string
  run: number
  node: string
  type: string
  actionId?: string
}

export interface NodeCalls {
  /** Its code runs from here until `leave`. Calls never lie within each other. */
  enter(call: NodeCall): void
  leave(): void
  /** It goes on later, between other things. Counts for packages from outside alone. */
  waits(call: NodeCall, answer: PromiseLike<unknown>): void
  /** Why it is not to be called again, in words; null for all that never froze this process. */
  refusal(call: NodeCall): string | null
}

export function callOf({ action, flow, node }: ActionOrder): NodeCall {
  const { id, streamId, run } = action
  return { flow: flow.name, streamId, run, node: node.id, type: node.type, actionId: id }
}

/** Calls `perform` under that name. */
export function called<T>(call: NodeCall, calls: NodeCalls | undefined, perform: () => Promise<T>): Promise<T> {
  calls?.enter(call)
  try {
    const answer = perform()
    calls?.waits(call, answer)
    return answer
  } finally {
    calls?.leave()
  }
}
