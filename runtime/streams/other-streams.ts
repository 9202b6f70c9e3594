// A node that runs once for all cameras of a flow lives in one camera's stream. That stream's end must not be the node's: it stays,
// without a camera, for as long as others may speak to it. Runs no node itself and never keeps a stream that nobody speaks to.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { Plan, PlanStream } from '../../nodes/contract/plan.ts'
import type { EngineStore } from './records.ts'

const everyMs = 1000
/** What others have sent at their last moment may still be on its way: commits are tried again every five seconds at most. */
const settleMs = 6000

/** Which nodes of a stream others speak to, and all streams whose messages may come there, over others too. */
export function speakersTo(plan: Plan, stream: string): { nodes: string[]; streams: string[] } {
  const nodes = new Set<string>()
  const streams = new Set<string>()
  const look = (at: string): void => {
    for (const { id, routes } of plan.streams) {
      const targets = Object.values(routes)
        .flat()
        .flatMap((target) => (target.to === 'remote' && target.stream === at ? [target.node] : []))
      if (targets.length === 0) continue
      if (at === stream) for (const node of targets) nodes.add(node)
      if (id === stream || streams.has(id)) continue
      streams.add(id)
      look(id)
    }
  }
  look(stream)
  return { nodes: [...nodes], streams: [...streams] }
}

/** These nodes and what hangs on them in their own stream; a node that looks at pictures has none to look at. */
export function downstream(plan: PlanStream, from: readonly string[], looks: (node: string) => boolean): Set<string> {
  const inside = new Set(from.filter((node) => !looks(node)))
  for (const node of inside)
    for (const [port, targets] of Object.entries(plan.routes))
      if (port.startsWith(`${node}.`))
        for (const target of targets) if (target.to === 'tick' && !looks(target.node)) inside.add(target.node)
  return inside
}

export interface StayDeps {
  streamId: string
  store: Pick<EngineStore, 'othersOf'>
  clock: Clock
  log: Log
  signal: AbortSignal
  /** Runs the nodes that others speak to, once; true when there was something for them. */
  tick(nodes: readonly string[]): Promise<boolean>
}

/** Resolves when nobody will speak to this stream any more; at once when nobody does. Rejects with StoppedError on abort. */
export async function stayForOthers({ streamId, store, clock, log, signal, tick }: StayDeps): Promise<void> {
  let overSinceMs: number | null = null
  for (;;) {
    const others = await store.othersOf(streamId).catch((error: unknown) => {
      log.warn({ stream: streamId, error: toError(error).message }, 'whether other cameras still run is not known')
      if (error instanceof RetryableError) return null
      return { nodes: [], isOver: true }
    })
    if (others && others.nodes.length === 0) return
    const hadWork = others !== null && (await tick(others.nodes))
    if (!others?.isOver || hadWork) overSinceMs = null
    else if (clock.nowMs() - (overSinceMs ??= clock.nowMs()) >= settleMs) return
    await clock.sleep(everyMs, signal)
  }
}
