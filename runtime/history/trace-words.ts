// A message's way in words, written out where it leaves the server: the sentences are the node types', the values the steps'.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { commonReasons, writeReason } from '../../nodes/contract/trace.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import type { TraceView } from './records.ts'
import type { TraceAnswer } from './route-answers.ts'

/** Adds to each step the node's name, its type and why. */
export async function writeTrace(
  { flows, nodes }: Pick<HistoryRouteDeps, 'flows' | 'nodes'>,
  trace: TraceView,
): Promise<TraceAnswer> {
  const stored = await flows.revision(trace.flow, trace.revision).catch(() => undefined)
  const drawn = new Map(stored?.document.nodes.map((node) => [node.id, node]))
  return {
    ...trace,
    steps: trace.steps.map((step) => {
      const type = step.type ?? drawn.get(step.node)?.type ?? null
      const definition = nodes.get(type ?? '')
      return {
        ...step,
        type,
        name: drawn.get(step.node)?.name || definition?.title || step.node,
        reason: reasonOf(step, definition),
      }
    }),
  }
}

function reasonOf(step: TraceView['steps'][number], definition: NodeDefinition | undefined): string | null {
  if (step.detail) return step.detail
  const sentence = definition?.reasons?.[step.code] ?? commonReasons[step.code]
  return sentence === undefined ? null : writeReason(sentence, step.params, clockTime)
}

/** By the server's own clock: "14:03:20". */
function clockTime(iso: string): string {
  return new Date(iso).toTimeString().slice(0, 8)
}
