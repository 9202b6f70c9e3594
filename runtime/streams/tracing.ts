// What became of each message at each node of a tick, as the node said it or as what it sent shows. Judges nothing and keeps nothing
// between ticks; bounded by what the messages' events may keep.
import type { TickNode } from '../../nodes/contract/define.ts'
import type { Message } from '../../nodes/contract/events.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import type { Because, TraceStep } from '../../nodes/contract/trace.ts'
import { isMessage } from './inbox.ts'

/** A node at one tick, as far as its messages are concerned. */
export interface NodePass {
  node: PlanNode
  definition: TickNode
  atMs: number
  /** What had come for it. */
  arrived: readonly Message[]
  /** What it sent, by out port. */
  sent: Readonly<Record<string, unknown>> | undefined
  /** Why, by event id, where the node has said so. */
  because: ReadonlyMap<string, Because>
  /** True where a wire leads on from an out port. */
  leadsOn(port: string): boolean
  /** True for a message that this node has just made. */
  isOwn(eventId: string): boolean
}

/** By event id: the step of each message that came to the node or left it. */
export function stepsOf(pass: NodePass): Map<string, TraceStep> {
  const { arrived, because, definition } = pass
  const left = leftBy(pass)
  const steps = new Map<string, TraceStep>()
  for (const eventId of new Set([...arrived.map((message) => message.eventId), ...left.keys()])) {
    const ports = left.get(eventId) ?? []
    const onward = ports.filter((port) => pass.leadsOn(port))
    const said = because.get(eventId)
    const common = commonCode({ isOwn: pass.isOwn(eventId), isOnward: onward.length > 0, hasLeft: ports.length > 0 })
    // A node that names no reasons is no gate: what came to it and did not leave, it has taken in.
    const isTaken = ports.length === 0 && (said ? said.isTaken === true : definition.reasons === undefined)
    steps.set(eventId, {
      ...stepAt(pass),
      what: onward.length > 0 || isTaken || pass.isOwn(eventId) ? 'passed' : 'held',
      code: said?.code ?? (isTaken ? 'taken' : common),
      ...(said?.params ? { params: said.params } : {}),
      ...(onward.length > 0 ? { ports: onward } : {}),
    })
  }
  return steps
}

/** The steps of all that had come to a node that failed. */
export function failedSteps(pass: Pick<NodePass, 'node' | 'atMs' | 'arrived'>, error: string): Map<string, TraceStep> {
  const step: TraceStep = { ...stepAt(pass), what: 'held', code: 'failed', params: { error: error.slice(0, 200) } }
  return new Map(pass.arrived.map(({ eventId }) => [eventId, step]))
}

function stepAt({ node, atMs }: Pick<NodePass, 'node' | 'atMs'>): Pick<TraceStep, 'at' | 'node' | 'type'> {
  return { at: new Date(atMs).toISOString(), node: node.id, type: node.type }
}

function commonCode(of: { isOwn: boolean; isOnward: boolean; hasLeft: boolean }): string {
  if (of.isOwn) return 'spoke'
  if (of.isOnward) return 'passed'
  return of.hasLeft ? 'nowhere' : 'held'
}

function leftBy({ definition, sent }: NodePass): Map<string, string[]> {
  const ports = new Map<string, string[]>()
  for (const name of Object.keys(definition.ports.out)) {
    const values: unknown = sent?.[name]
    for (const value of Array.isArray(values) ? (values as unknown[]) : [values])
      if (isMessage(value)) ports.set(value.eventId, [...(ports.get(value.eventId) ?? []), name])
  }
  return ports
}
